"""One person in the admin: what they owe, why, and what is recorded."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from lms.compliance.looking import Where, looked
from lms.compliance.reports import PERMISSION, GuardedExport
from lms.people.models import Person


class PersonReport(GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """One person: what they owe, why, and what is recorded. Standing only; no score and no answer is shown."""

    permission = PERMISSION
    template_name = "lms/admin/person.html"
    header_icon = "user"

    @cached_property
    def person(self) -> Person:
        found = (
            Person.objects.filter(number=self.kwargs["number"], office__in=[office.pk for office in self.offices])
            .select_related("office", "supervisor", "user", "merged_into")
            .first()
        )
        if found is None:
            raise Http404
        return found

    def get_page_title(self) -> str:
        return self.person.name

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        office = self.person.office
        up = [
            {"url": reverse("lms_compliance"), "label": _("Compliance")},
            {"url": f"{reverse('lms_compliance')}?office={office.code}", "label": office.name},
        ]
        return [*up, {"url": "", "label": self.person.name}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        looked(viewer=self.request.user, people=[self.person], where=Where.PERSON)
        today = timezone.localdate()
        assignments = (
            self.person.assignments.with_standing(today)  # type: ignore[attr-defined]
            .select_related("requirement", "completion__activity", "completion__statement")
            .order_by("requirement__title", "-cycle")
        )
        return super().get_context_data(
            shown=self.person,
            today=today,
            assignments=assignments,
            can_merge=self.request.user.has_perm("lms.merge_person"),
            can_invite=self.request.user.has_perm("lms.add_invitation") and not self.person.user_id,
            invitation=kwargs.pop("invitation", ""),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make an invitation link for somebody who cannot be reached by e-mail; it is shown this once."""
        from lms.people.inviting import invite

        if not request.user.has_perm("lms.add_invitation") or self.person.user_id:
            raise Http404
        link = invite(person=self.person, by=request.user)
        return self.render_to_response(self.get_context_data(invitation=link))

"""The sheet in Wagtail: the facilitator says who was there, and signs. Nobody else can."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from courses.kinds import editions
from courses.models import ClassroomPage, Sheet, SheetEntry
from courses.players.classroom.forms import SheetForm
from courses.players.classroom.planning import CannotChange
from courses.players.classroom.reports import ForOneSession
from courses.players.classroom.signing import capacity_of, sign
from lms.people.reauthenticating import password_is_right


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class SheetView(ForOneSession, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Of the viewer's own session. After the first time it is a correction, which begins with what was signed."""

    template_name = "courses/classroom/admin/sheet.html"
    page_title = gettext_lazy("Attendance sheet")
    header_icon = "group"

    def guard(self) -> None:
        if not self.holds:
            raise PermissionDenied

    @cached_property
    def last(self) -> Sheet | None:
        found: Sheet | None = self.session.sheets.order_by("-number").first()
        return found

    def initial(self) -> dict[str, str]:
        """For a correction what was signed before; for the first sheet nothing but the version of the published page."""
        if self.last is None:
            page = editions([self.session.training_id], ClassroomPage).get(self.session.training_id)
            return {"content_version": page.version if page else ""}
        lines = SheetEntry.objects.filter(sheet=self.last).values_list("person", "identity")
        return {"content_version": self.last.content_version} | {
            f"person-{person}": identity or "absent" for person, identity in lines
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.guard()
        form = SheetForm(seats=self.seats(), initial=self.initial())
        return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.guard()
        form = SheetForm(request.POST, seats=self.seats())
        if form.is_valid() and request.POST.get("corrects", "") != self._named(self.last):
            form.add_error(None, _("The sheet was signed or corrected meanwhile. Look at it again."))
        if form.is_valid() and not password_is_right(request):
            form.add_error("password", _("That is not your password."))
        if form.is_valid() and self._signed(form):
            messages.success(
                request, _("The sheet is signed. Those who were present can confirm it under My learning.")
            )
            return redirect("lms_session", self.session.key)
        return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]

    def _signed(self, form: SheetForm) -> bool:
        assert self.viewer is not None
        try:
            sign(
                session=self.session,
                signer=self.viewer,
                present=form.present(),
                content_version=form.cleaned_data["content_version"],
                method=Sheet.Method.PASSWORD,
                reauthenticated_at=timezone.now(),
                corrects=self.last,
            )
        except CannotChange as problem:
            form.add_error(None, str(problem))
            return False
        return True

    @staticmethod
    def _named(sheet: Sheet | None) -> str:
        return str(sheet.number) if sheet else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        assert self.viewer is not None
        session = self.session
        return super().get_context_data(
            shown=session,
            starts_at=session.starts_at.astimezone(session.zone),
            ends_at=session.ends_at.astimezone(session.zone),
            corrects=self._named(self.last),
            signer=self.viewer,
            capacity=capacity_of(self.viewer),
            now=timezone.now().astimezone(self.viewer.zone),
            **kwargs,
        )

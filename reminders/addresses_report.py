"""Addresses that do not work, in Wagtail: for HR, who finds another one or knows that this one works again.

Not for heads of office: somebody who has no address in the organisation yet stands here with a private one.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, IntegerField, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.ui.tables import Column, TitleColumn

from lms.columns import DayColumn
from lms.compliance.reports import PERMISSION, GuardedExport, LmsReportView
from lms.people.models import Person
from reminders.bounce_models import mailbox
from reminders.bounce_wording import in_words
from reminders.models import Bounce, Reminder
from reminders.returning import say_it_works

SEE, SAY = "lms_reminders.view_bounce", "lms_reminders.add_bounce"


def people_with_dead_addresses(offices: list[Any]) -> Any:
    """Those of the offices who are still there; with what is known of the address that they have now."""
    people = Person.objects.employed(timezone.localdate()).filter(office__in=[office.pk for office in offices])
    return people.annotate(mailbox=mailbox()).filter(mailbox__in=Bounce.objects.to_be_shown().values("address"))


def with_reasons(people: Any) -> Any:
    """Since when, what kind, which code; a bounce before a complaint. And how many reminders wait."""
    known = Bounce.objects.to_be_shown().filter(address=OuterRef("mailbox"))
    worst = known.order_by("kind", "-permanent", "-at", "-pk")  # "bounce" comes before "complaint"
    since = known.order_by().values("address", "kind").annotate(first=Min("at")).order_by("kind").values("first")[:1]
    waiting = (
        Reminder.objects.filter(recipient=OuterRef("pk"), state=Reminder.State.PLANNED)
        .order_by()
        .values("recipient")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return people.annotate(
        since=Subquery(since),
        kind=Subquery(worst.values("kind")[:1]),
        status=Subquery(worst.values("status")[:1]),
        answer=Subquery(worst.values("reason")[:1]),
        waiting=Coalesce(Subquery(waiting, output_field=IntegerField()), Value(0)),
    )


def label_of_kind(person: Any) -> Any:
    return Bounce.Kind(person.kind).label


def why(person: Any) -> Any:
    return in_words(person.kind, person.status)


class WorksColumn(Column):  # type: ignore[misc]
    """The button of a row; a form of its own, so that it needs no JavaScript."""

    cell_template_name = "reminders/admin/works_cell.html"

    def get_value(self, instance: Any) -> str:
        return reverse("lms_address_works", args=[instance.number])

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"csrf_token": get_token(context["request"])}


class AddressesReport(LmsReportView):
    """People in the viewer's offices whose mail comes back, or who marked it as spam; the longest waiting first."""

    permission = SEE
    page_title = gettext_lazy("Addresses that do not work")
    header_icon = "warning"
    index_url_name = "lms_addresses_report"
    index_results_url_name = "lms_addresses_report_results"
    is_searchable = True
    search_backend_name = None
    search_fields = ["name", "number"]
    export_filename = "addresses-that-do-not-work"
    list_export = ["number", "name", "office.code", "address", "since", "kind", "status", "answer", "waiting"]
    export_headings = {"office.code": "office"}

    @cached_property
    def columns(self) -> list[Column]:
        user = self.request.user
        shown = [
            TitleColumn(
                "name",
                label=_("Name"),
                get_url=lambda person: (
                    reverse("lms_person_report", args=[person.number]) if user.has_perm(PERMISSION) else None
                ),
            ),
            Column("number", label=_("Number")),
            Column("office.name", label=_("Office")),
            Column("address", label=_("Address")),
            DayColumn("since", label=_("Since")),
            Column("why", label=_("Why"), accessor=why),
            Column("kind", label=_("Kind"), accessor=label_of_kind),
            Column("waiting", label=_("Reminders that wait")),
        ]
        return [*shown, WorksColumn("works", label=_("Works again"))] if user.has_perm(SAY) else shown

    def for_viewer(self) -> Any:
        found = with_reasons(people_with_dead_addresses(self.offices)).select_related("office")
        return found.order_by("since", "name", "number")


class WorksView(GuardedExport, View):
    """HR says that an address works again. POST only."""

    permission = SAY
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mine = Q(office__in=[office.pk for office in self.offices])
        person = Person.objects.filter(mine, number=kwargs["number"]).first()
        if person is None:
            raise Http404
        if say_it_works(person=person, by=request.user):
            messages.success(request, _("The address counts as working; what waited goes with the next message."))
        else:
            messages.info(request, _("Nothing is known against this address."))
        return redirect("lms_addresses_report")

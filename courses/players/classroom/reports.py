"""Classroom sessions in Wagtail: what is to come, to be signed, and waits for confirmations."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from courses.models import ClassroomSession, Seat
from courses.players.classroom.querysets import State
from lms.compliance.reports import GuardedExport, LmsReportView
from lms.dates import moment

PLAN, REOPEN = "lms_courses.plan_session", "lms_courses.reopen_session"


class ForPlanners(GuardedExport):
    """Fails closed as other reports do; but who holds a session sees it without an office of theirs to see."""

    permission = PLAN
    needs_office = False
    export_headings: dict[str, str] = {}

    def sessions(self) -> Any:
        found = ClassroomSession.objects.visible_to(self.viewer, self.offices).counted(timezone.now())
        return found.select_related("training", "office", "facilitator__office")


class ForOneSession(ForPlanners):
    @cached_property
    def session(self) -> Any:
        """404 for one that the viewer may not see as for one that does not exist."""
        found = self.sessions().filter(key=self.kwargs["classroom"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def manages(self) -> bool:
        """It is held in one of the viewer's offices."""
        return self.session.office_id in [office.pk for office in self.offices]

    @property
    def holds(self) -> bool:
        return self.viewer is not None and self.viewer.pk == self.session.facilitator_id

    def seats(self) -> list[Seat]:
        """Who holds the session sees everybody on its list; others see the people of their own offices."""
        found = self.session.seats_taken.select_related("person__office").order_by("person__name", "person__number")
        mine = found if self.holds else found.filter(person__office__in=[office.pk for office in self.offices])
        return list(mine)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_sessions"), "label": str(SessionsReport.page_title)}
        own = {"url": reverse("lms_session", args=[self.session.key]), "label": str(self.session)}
        return [up, own, {"url": "", "label": str(self.page_title)}]  # type: ignore[attr-defined]


class SessionFilter(WagtailFilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=State.choices)

    class Meta:
        model = ClassroomSession
        fields = ["state"]


def begins(session: Any) -> str:
    return moment(session.starts_at.astimezone(session.zone))


def waiting(session: Any) -> str:
    """Whose turn it is, and since when."""
    days = max((timezone.now() - session.ends_at).days, 0)
    since = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    if session.state == State.TO_SIGN:
        return _("the facilitator, for %(since)s") % {"since": since}
    if session.state == State.AWAITING:
        missing = session.present - session.confirmed
        people = ngettext("%(n)d person", "%(n)d people", missing) % {"n": missing}
        return _("%(people)s, for %(since)s") % {"people": people, "since": since}
    return "–"


class SessionsReport(ForPlanners, LmsReportView):
    """Of the viewer's offices, and those that the viewer holds; what waits for somebody first."""

    page_title = gettext_lazy("Classroom sessions")
    header_icon = "group"
    index_url_name = "lms_sessions"
    index_results_url_name = "lms_sessions_results"
    filterset_class = SessionFilter
    is_searchable = True
    search_backend_name = None
    search_fields = ["training__name", "place"]
    export_filename = "classroom-sessions"
    list_export = [
        "key", "training.name", "office.code", "place", "starts_at", "ends_at", "time_zone", "facilitator.number",
        "language", "seats", "state", "listed", "present", "confirmed",
    ]  # fmt: skip
    export_headings = {"training.name": "training", "office.code": "office", "facilitator.number": "facilitator"}
    columns = [
        TitleColumn(
            "training.name",
            label=gettext_lazy("Training"),
            get_url=lambda item: reverse("lms_session", args=[item.key]),
        ),
        Column("begins", label=gettext_lazy("Begins, where it is held"), accessor=begins),
        Column("office.name", label=gettext_lazy("Office")),
        Column("facilitator.name", label=gettext_lazy("Facilitator")),
        Column("state", label=gettext_lazy("State"), accessor=lambda item: State(item.state).label),
        Column("listed", label=gettext_lazy("On the list")),
        Column("waiting", label=gettext_lazy("Waits for"), accessor=waiting),
    ]

    def for_viewer(self) -> Any:
        return self.sessions().order_by("urgency", "starts_at", "pk")

    @property
    def header_buttons(self) -> list[Any]:
        plan = HeaderButton(_("Plan a session"), url=reverse("lms_session_plan"), icon_name="plus")
        return [plan] if self.offices else []

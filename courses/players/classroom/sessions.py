"""One classroom session in Wagtail: planned, changed, its list of people, its sheet on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from courses.models import Identity, Seat, SheetEntry
from courses.players.classroom.confirming import reopen
from courses.players.classroom.forms import ListForm, PlanForm, ReopenForm
from courses.players.classroom.planning import CannotChange, cancel, put_down, save, take_off
from courses.players.classroom.querysets import State
from courses.players.classroom.reports import REOPEN, ForOneSession, ForPlanners
from courses.players.classroom.rules import confirm_by
from lms.people.models import Person

CANNOT_SIGN = gettext_noop(
    "The facilitator cannot sign yet: there is no account, or it is not in the group Facilitators. Ask an administrator."
)


@dataclass(frozen=True)
class Row:
    """Somebody on the list, with what the last sheet and they themselves say."""

    person: Person
    entry: SheetEntry | None
    confirmed_at: datetime | None

    @property
    def number(self) -> str:
        return self.person.number

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def office(self) -> str:
        return self.person.office.code

    @property
    def present(self) -> str:
        return "" if self.entry is None else "yes" if self.entry.is_present else "no"

    @property
    def identity(self) -> str:
        return self.entry.identity if self.entry else ""

    @property
    def on_sheet(self) -> str:
        if self.entry is None:
            return "–"
        how = Identity(self.entry.identity).label if self.entry.is_present else ""
        return _("Present: %(how)s") % {"how": how} if self.entry.is_present else _("Absent")


class PlanView(ForPlanners, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """Plan a session in an office that one may see."""

    template_name = "courses/classroom/admin/plan.html"
    page_title = gettext_lazy("Plan a session")
    header_icon = "group"
    session: Any = None

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_sessions"), "label": _("Classroom sessions")}
        return [up, {"url": "", "label": str(self.page_title)}]

    @property
    def may_plan(self) -> bool:
        return bool(self.offices)

    def form(self, data: Any = None) -> PlanForm:
        return PlanForm(data, instance=self.session, offices=self.offices, viewer=self.viewer)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_plan:
            raise PermissionDenied
        return self.render_to_response(self.get_context_data(form=self.form()))  # type: ignore[no-any-return]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_plan:
            raise PermissionDenied
        form = self.form(request.POST)
        if form.is_valid():
            try:
                planned = save(session=form.instance, by=request.user)
            except CannotChange as problem:
                form.add_error(None, str(problem))
            else:
                messages.success(request, _("The session is saved."))
                user = planned.facilitator.user
                if user is None or not user.has_perms([self.permission, "wagtailadmin.access_admin"]):
                    messages.warning(request, _(CANNOT_SIGN))
                return redirect("lms_session", planned.key)
        return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]


class ChangeView(ForOneSession, PlanView):
    """Change a session of an office that one may see."""

    page_title = gettext_lazy("Change")

    @property
    def may_plan(self) -> bool:
        return self.manages

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return ForOneSession.get_breadcrumbs_items(self)


class SessionView(ForOneSession, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """When, where, who; and what is to be done next."""

    template_name = "courses/classroom/admin/session.html"
    header_icon = "group"
    list_export = ["number", "name", "office", "present", "identity", "confirmed_at"]

    def get_page_title(self) -> str:
        return str(self.session)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_sessions"), "label": _("Classroom sessions")}
        return [up, {"url": "", "label": str(self.session)}]

    def get_filename(self) -> str:
        return f"session-{self.session.held_on}"

    def rows(self) -> list[Row]:
        entries = SheetEntry.objects.filter(sheet=self.session.last_sheet) if self.session.last_sheet else []
        on_sheet = {item.person_id: item for item in entries}
        confirmed = dict(self.session.confirmations.values_list("person", "confirmed_at"))
        return [Row(seat.person, on_sheet.get(seat.person_id), confirmed.get(seat.person_id)) for seat in self.seats()]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_export:
            return self.as_spreadsheet(self.rows(), request.GET["export"])  # type: ignore[no-any-return]
        return super().get(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session, rows = self.session, self.rows()
        last_day = confirm_by(session.held_on, session.reopenings.values_list("until", flat=True))
        is_open = session.state != State.CANCELLED
        return super().get_context_data(
            shown=session,
            starts_at=session.starts_at.astimezone(session.zone),
            ends_at=session.ends_at.astimezone(session.zone),
            state=State(session.state),
            sheets=list(session.sheets.order_by("-number")),
            rows=rows,
            hidden=session.listed - len(rows),
            confirm_by=last_day,
            form=kwargs.pop("form", None) or (ListForm() if is_open and self.offices else None),
            can_change=is_open and self.manages,
            can_sign=is_open and self.holds and session.ends_at <= timezone.now() and session.listed > 0,
            reopen_form=ReopenForm() if self._may_reopen(last_day) else None,
            **kwargs,
        )

    def _may_reopen(self, last_day: Any) -> bool:
        over = last_day < timezone.now().astimezone(self.session.zone).date()
        return over and self.session.state == State.AWAITING and bool(self.request.user.has_perm(REOPEN))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        acts = {"add": self._add, "remove": self._remove, "cancel": self._cancel, "reopen": self._reopen}
        wanted = next((act for name, act in acts.items() if name in request.POST), None)
        if wanted is None:
            return redirect("lms_session", self.session.key)
        try:
            return wanted(request)
        except CannotChange as problem:
            messages.error(request, str(problem))
        return redirect("lms_session", self.session.key)

    def _add(self, request: HttpRequest) -> HttpResponse:
        form = ListForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]
        number, refused = put_down(session=self.session, lines=form.cleaned_data["people"], offices=self.offices)
        done = ngettext("%(n)d person was put on the list.", "%(n)d people were put on the list.", number)
        if number:
            messages.success(request, done % {"n": number})
        if not refused:
            return redirect("lms_session", self.session.key)
        del self.session
        again = ListForm(initial={"people": "\n".join(item.line.wanted for item in refused)})
        return self.render_to_response(self.get_context_data(form=again, refused=refused))  # type: ignore[no-any-return]

    def _remove(self, request: HttpRequest) -> HttpResponse:
        seat: Seat | None = next(
            (item for item in self.seats() if item.person.number == request.POST["remove"] and self._sees(item)), None
        )
        if seat is not None:
            take_off(session=self.session, person=seat.person)
        return redirect("lms_session", self.session.key)

    def _sees(self, seat: Seat) -> bool:
        return any(office.pk == seat.person.office_id for office in self.offices)

    def _cancel(self, request: HttpRequest) -> HttpResponse:
        if not self.manages:
            raise PermissionDenied
        cancel(session=self.session, by=request.user)
        return redirect("lms_session", self.session.key)

    def _reopen(self, request: HttpRequest) -> HttpResponse:
        form = ReopenForm(request.POST)
        last_day = confirm_by(self.session.held_on, self.session.reopenings.values_list("until", flat=True))
        if self.viewer is None or not self._may_reopen(last_day):
            raise PermissionDenied
        if form.is_valid():
            reopen(session=self.session, by=self.viewer, reason=form.cleaned_data["reason"])
            messages.success(request, _("They can confirm for another fortnight."))
        return redirect("lms_session", self.session.key)


class PrintView(ForOneSession, TemplateView):  # type: ignore[misc]
    """The sheet on paper, to be signed by hand in the room and typed in after it."""

    template_name = "courses/classroom/admin/print.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session = self.session
        return super().get_context_data(
            shown=session,
            starts_at=session.starts_at.astimezone(session.zone),
            ends_at=session.ends_at.astimezone(session.zone),
            people=[seat.person for seat in self.seats()],
            blank=range(5),
            **kwargs,
        )

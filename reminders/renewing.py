"""Reminds of what is to be renewed with partners, by ladders of its own: the undertaking, and the review of the assessment.

Nobody owes it under a requirement, so there is no assignment: who is written to gets a notice, and the signatory, who is
nobody's person here, the link to sign as it is sent the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from lms import notices
from lms.dates import day
from lms.partners.inviting import CannotAsk, ask_for_undertaking
from lms.partners.models import Agreement
from lms.partners.renewing import Pending, asked_since, pending
from lms.partners.states import Renewal
from lms.people.models import Person
from reminders.answering import Answering
from reminders.ladder import DAY, Rung, rung_due
from reminders.models import Bounce, Ladder, LadderRung, Reminder
from reminders.places import Place, Places
from reminders.recipients import day_of

Audience = LadderRung.Audience
MADE_UP_FOR = 60 * DAY
"""The signatory's steps that are older are not made up for: the invitation that tells of one is deleted one day."""


def write_renewals(ladders: Iterable[Ladder], now: datetime, places: Places) -> int:
    """Write what is due by these ladders about partners, and ask the signatories; how much was written.

    So many queries a ladder, however many agreements. Run twice or by two at once it writes nothing twice.
    """
    return sum(_Round(ladder, now, places).write() for ladder in ladders)


class Audiences:
    """To whom each step of a ladder about partners speaks. A constant number of queries."""

    def __init__(self, today: date) -> None:
        self.today = today

    @cached_property
    def _answering(self) -> Answering:
        return Answering(self.today)

    def of(self, agreement: Agreement, audience: str) -> tuple[str, list[int]]:
        """As what they are written to, and their ids: our own focal points, and HR where there is none who can be."""
        if audience == Audience.FOCAL_POINT:
            if own := [person.pk for person in agreement.focal_points.all() if self._is_ours(person)]:
                return audience, own
            audience = Audience.HR
        return audience, self._answering.of(agreement.office_id, audience)

    def _is_ours(self, person: Person) -> bool:
        """Not a partner's own: they do not review how their own organisation was assessed."""
        is_here = not person.has_left(self.today) and not person.merged_into_id
        return is_here and person.organisation_id is None and bool(person.address)


@dataclass(frozen=True)
class _Step:
    pending: Pending
    rung: Rung
    place: Place


class _Round:
    """One ladder in one sweep."""

    def __init__(self, ladder: Ladder, now: datetime, places: Places) -> None:
        self.ladder, self.now, self.places = ladder, now, places
        self.today = day_of(now)
        self.what = Renewal(ladder.about)

    def write(self) -> int:
        with transaction.atomic():
            Ladder.objects.select_for_update().filter(pk=self.ladder.pk).first()
            steps = list(self._steps())
            to_sign = [step for step in steps if step.rung.audience == Audience.SIGNATORY]
            written = self._notices([step for step in steps if step.rung.audience != Audience.SIGNATORY])
            return written + (self._ask(to_sign) if self.what == Renewal.UNDERTAKING else 0)

    def _steps(self) -> Iterable[_Step]:
        """What the ladder says today, in the calendar of the agreement's office."""
        rungs = [item.rule for item in self.ladder.rungs.all()]
        for item in pending(self.what, on=self.today).values():
            place = Place(item.agreement.office_id, "")
            reached = self.places.reach(place.office, self.places.today(place, self.now))
            if reached is None:
                continue
            starts_on = self.ladder.starts_on
            due = rung_due(rungs, due_on=item.until, opened_on=item.since, starts_on=starts_on, reached=reached)
            yield from (_Step(item, rung, place) for rung in due.values())

    def _notices(self, steps: Sequence[_Step]) -> int:
        audiences = Audiences(self.today)
        wanted = [
            Reminder(
                kind=self.what, key=str(step.pending.agreement.pk), audience=audience, days=step.rung.days,
                anchor=step.pending.until, recipient_id=person, planned_at=self.now,
            )
            for step in steps
            for audience, people in [audiences.of(step.pending.agreement, step.rung.audience)]
            for person in people
        ]  # fmt: skip
        written = Reminder.objects.filter(assignment=None, kind=self.what, key__in={item.key for item in wanted})
        last: dict[tuple[str, str, date, int], int] = {}
        for item in written.exclude(state=Reminder.State.CANCELLED):
            last[_which(item)] = max(item.days, last.get(_which(item), item.days))
        fresh = [item for item in wanted if _which(item) not in last or item.days > last[_which(item)]]
        able = Person.objects.employed(self.today).exclude(email="", personal_email="")
        reachable = set(able.filter(pk__in={item.recipient_id for item in fresh}).values_list("pk", flat=True))
        fresh = [item for item in fresh if item.recipient_id in reachable]
        Reminder.objects.bulk_create(fresh, ignore_conflicts=True)
        return len(fresh)

    def _ask(self, steps: Sequence[_Step]) -> int:
        """Each in their own working hours, and once for a step; who was asked since by somebody is not asked again."""
        recent = [step for step in steps if self._day(step) >= self.today - MADE_UP_FOR]
        awake = [step for step in recent if self.places.opens(step.place, self.now) <= self.now]
        asked = asked_since({step.pending.agreement.pk: self._begins(step) for step in awake})
        waiting = [step.pending.agreement for step in awake if step.pending.agreement.pk not in asked]
        addresses = [agreement.signatory_email.lower() for agreement in waiting]
        dead = set(Bounce.objects.dead().filter(address__in=addresses).values_list("address", flat=True))
        return sum(self._asked(item) for item in waiting if item.signatory_email.lower() not in dead)

    def _asked(self, agreement: Agreement) -> bool:
        try:
            ask_for_undertaking(agreement=agreement, by=None, now=self.now)
        except CannotAsk:
            return False
        return True

    @staticmethod
    def _day(step: _Step) -> date:
        return step.rung.day(due_on=step.pending.until, opened_on=step.pending.since)

    def _begins(self, step: _Step) -> datetime:
        """When the first day begins on which that step is taken at the office: one that comes early, before free days."""
        first = self._day(step)
        while step.rung.comes_early and self.places.reach(step.place.office, first) is None:
            first -= DAY
        return datetime.combine(first, time.min, ZoneInfo(step.pending.agreement.office.time_zone))


def _which(item: Reminder) -> tuple[str, str, date, int]:
    """Of which steps the latest one speaks."""
    return item.key, str(item.audience), item.anchor, item.recipient_id


class RenewalsInWords:
    """What is said of a renewal, as long as it is due by that day and the reader is who is to be told."""

    def __init__(self, what: Renewal) -> None:
        self.kind, self.what = what.value, what

    def words(self, asked: Sequence[notices.Asked], *, today: date) -> list[notices.Words | None]:
        due = pending(self.what, on=today, agreements={int(item.key) for item in asked})
        audiences = Audiences(today)
        return [self._said(item, due.get(int(item.key)), audiences, today) for item in asked]

    def _said(
        self, item: notices.Asked, found: Pending | None, audiences: Audiences, today: date
    ) -> notices.Words | None:
        if found is None or found.until != item.day:
            return None
        audience, people = audiences.of(found.agreement, item.audience)
        if audience != item.audience or item.person.pk not in people:
            return None
        is_keeper = item.audience == Audience.FOCAL_POINT
        name = "lms:partner_roster" if is_keeper else "lms_agreement"
        with translation.override(item.person.language):
            return notices.Words(
                title=f"{found.agreement.organisation.name}: {found.agreement.reference}",
                text=self._text(found, today) % {"day": day(found.until)},
                path=reverse(name, args=[found.agreement.pk]),
            )

    def _text(self, found: Pending, today: date) -> str:
        is_late = found.until < today
        if self.what == Renewal.ASSESSMENT:
            if is_late:
                return _("The PSEA assessment of this partner was to be reviewed by %(day)s.")
            return _("The PSEA assessment of this partner is to be reviewed by %(day)s.")
        if is_late:
            return _("A new wording of the undertaking is not signed. The one that was signed held until %(day)s.")
        return _("A new wording of the undertaking is not signed. The one that was signed holds until %(day)s.")

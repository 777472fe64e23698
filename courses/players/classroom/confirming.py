"""Confirms that one took part. With the signed sheet that completes the training: here the statement is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.log_actions import log

from courses.models import ClassroomSession, Confirmation, Reopening, SheetEntry
from courses.players.classroom.rules import CONFIRM_DAYS, confirm_by
from lms.conf import conf
from lms.lrs import vocabulary as v
from lms.lrs.recording import record
from lms.lrs.statements import NAMESPACE, Said, statement_id
from lms.people.models import Person
from lms.requirements.models import Activity, Assignment


class CannotConfirm(Exception):
    """``reason``: unticked, unsigned (no sheet yet), absent (the sheet says so, does not name the person, or is signed by
    them), late."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Attendance:
    """What the last sheet says of somebody, and what they said themselves. No ``entry``: no sheet speaks of them."""

    entry: SheetEntry | None
    confirmation: Confirmation | None
    confirm_by: date

    @property
    def is_present(self) -> bool:
        return self.entry is not None and self.entry.is_present


def attendance(*, session: ClassroomSession, person: Person) -> Attendance:
    mine = Q(person=person) | Q(person__merged_into=person)
    last = session.sheets.order_by("-number").values("pk")[:1]
    entries = (
        SheetEntry.objects.filter(mine, sheet=last).select_related("sheet", "person").order_by("-is_present", "pk")
    )
    return Attendance(
        entry=entries.first(),
        confirmation=session.confirmations.filter(mine).first(),
        confirm_by=confirm_by(session.held_on, session.reopenings.values_list("until", flat=True)),
    )


def confirm(*, session: ClassroomSession, person: Person, ticked: bool, now: datetime | None = None) -> Confirmation:
    """The person says that they took part; saying it twice returns the first. Raises CannotConfirm.

    Says ``completed`` of the part “session”, at the time when the session ended; the ordinary way makes the completion of
    it and, with the last part, ``satisfied``. So the day of completion is the day of the session where the person works:
    what is learned is as old as the session, however late the formalities are.
    """
    now = now or timezone.now()
    with transaction.atomic():
        session = ClassroomSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        told = attendance(session=session, person=person)
        if told.confirmation is not None:
            return told.confirmation
        entry = told.entry
        if entry is None and not session.sheets.exists():
            raise CannotConfirm("unsigned")
        if entry is None or not entry.is_present or entry.sheet.is_signed_by(person):
            raise CannotConfirm("absent")
        if now.astimezone(session.zone).date() > told.confirm_by:
            raise CannotConfirm("late")
        if not ticked:
            raise CannotConfirm("unticked")
        said = _said(session, entry, person)
        confirmation = Confirmation.objects.create(
            session=session,
            sheet=entry.sheet,
            person=entry.person,
            registration=said.registration,
            statement_id=statement_id(said),
            confirmed_at=now,
        )
        record(said)
    return confirmation


def reopen(*, session: ClassroomSession, reason: str, by: Person, now: datetime | None = None) -> Reopening:
    """A second fortnight, from today, for all who are marked as present and have not confirmed."""
    now = now or timezone.now()
    with transaction.atomic():
        reopening = Reopening.objects.create(
            session=session,
            reason=reason,
            until=now.astimezone(session.zone).date() + timedelta(days=CONFIRM_DAYS),
            opened_by=by,
            opened_at=now,
        )
        log(session, "lms.session.reopen", user=by.user)
    return reopening


def registration_for(*, session: ClassroomSession, person: Person) -> UUID:
    """The most urgent open cycle that the day of the session can still serve; else one of the session's own.

    A renewal that was asked for after the session is served by dates alone, as any other earlier proof is.
    """
    owed = (
        Assignment.objects.open()
        .filter(person=person, completion=None, requirement__accepted__activity=session.training)
        .filter(Q(counts_from=None) | Q(counts_from__lte=session.held_on))
    )
    found: UUID | None = owed.order_by("due_on", "pk").values_list("registration", flat=True).first()
    return found or uuid5(NAMESPACE, f"session {session.key} {person.uuid}")


def _said(session: ClassroomSession, entry: SheetEntry, person: Person) -> Said:
    part = Activity.objects.get(iri=f"{session.training.iri}/session")
    return Said(
        actor=person.uuid,
        verb=v.COMPLETED,
        activity=part.iri,
        activity_type=v.MEETING_TYPE,
        activity_name=part.name,
        registration=registration_for(session=session, person=person),
        session=session.key,
        occurrence=str(session.key),
        at=session.ends_at,
        grouping=session.training.iri,
        cmi5_defined=False,
        completion=True,
        duration=session.ends_at - session.starts_at,
        extensions={
            f"{conf.IRI_BASE}/ext/sheet-hash": entry.sheet.hash,
            f"{conf.IRI_BASE}/ext/content-version": entry.sheet.content_version,
            f"{conf.IRI_BASE}/ext/identity-checked": entry.identity,
        },
    )

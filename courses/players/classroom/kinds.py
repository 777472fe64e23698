"""What classroom trainings tell the floor: their titles, when somebody's session is, and what is to be confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.kinds import PartKind, WholeKind, editions
from courses.models import ClassroomPage, ClassroomSession, Confirmation, Seat, SheetEntry
from courses.players.classroom.rules import confirm_by
from lms.people.models import Person
from lms.requirements.kinds import Appointment, Description
from lms.requirements.models import Activity

REMEMBERED = timedelta(days=120)
"""How long after it a session that is not confirmed stays on a page; HR may give more time meanwhile."""


def appointments_of(person: Person, *, activity: Activity | None = None) -> list[Appointment]:
    """Sessions that the person is put down for and that are to come, or to be confirmed: these first. Five queries."""
    found = [told for training, told in _appointments(person) if activity is None or training == activity.pk]
    return sorted(found, key=lambda item: (item.confirm_by is None, item.starts_at))


def _appointments(person: Person) -> Iterator[tuple[int, Appointment]]:
    """Each with the activity of its training."""
    now = timezone.now()
    mine = Q(person=person) | Q(person__merged_into=person)
    seats = Seat.objects.filter(mine, session=OuterRef("pk"))
    sessions = ClassroomSession.objects.filter(Exists(seats), cancelled_at=None, ends_at__gt=now - REMEMBERED)
    found = list(sessions.select_related("training").prefetch_related("reopenings").order_by("starts_at"))
    if not found:
        return
    pages = editions({item.training_id for item in found}, ClassroomPage)
    entries = SheetEntry.objects.filter(mine, sheet__session__in=found, sheet__corrected_by=None)
    present = dict(entries.order_by("is_present").values_list("sheet__session", "is_present"))
    confirmed = set(Confirmation.objects.filter(mine, session__in=found).values_list("session", flat=True))
    for item in found:
        to_confirm = present.get(item.pk, False) and item.pk not in confirmed
        if to_confirm or (item.pk not in present and item.ends_at > now):
            page = pages.get(item.training_id)
            yield item.training_id, _appointment(item, person, page.title if page else item.training.name, to_confirm)


def _appointment(session: ClassroomSession, person: Person, title: str, to_confirm: bool) -> Appointment:
    last_day = confirm_by(session.held_on, [given.until for given in session.reopenings.all()])
    return Appointment(
        title=title,
        url=reverse("courses:classroom", args=[session.key]),
        starts_at=session.starts_at.astimezone(person.zone),
        ends_at=session.ends_at.astimezone(person.zone),
        place=session.place,
        confirm_by=last_day if to_confirm else None,
        is_late=to_confirm and timezone.now().astimezone(session.zone).date() > last_day,
    )


class ClassroomKind(WholeKind[ClassroomPage]):
    """The training as a whole; to be taken on a day, in a place."""

    name = "classroom"
    pages = ClassroomPage

    def appointments(self, *, person: Person) -> list[Appointment]:
        return appointments_of(person)


class SessionKind(PartKind):
    """To have taken part: one step. My learning tells of one's own sessions above the tasks."""

    name = "session"

    def describe(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        parts = {activity.part_of_id: activity for activity in activities}
        to_confirm = {
            training: told for training, told in _appointments(person) if told.confirm_by and not told.is_late
        }
        return {
            parts[training].pk: _step(page, to_confirm.get(training))
            for training, page in editions([training for training in parts if training], ClassroomPage).items()
        }


def _step(page: ClassroomPage, to_confirm: Appointment | None) -> Description:
    if to_confirm is not None:
        step = _("Confirm that you took part")
        return Description(title=page.title, step=step, url=to_confirm.url, minutes=1, steps=1, is_begun=True)
    step = _("Take part in a session")
    return Description(title=page.title, step=step, url=page.url or "", minutes=page.minutes, steps=1)

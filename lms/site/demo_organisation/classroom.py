"""The demo's classroom training: one session that was held, one that is to come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from courses.loading import ensure_index
from courses.models import ClassroomPage, ClassroomSession, Identity, Sheet
from courses.players.classroom.confirming import confirm
from courses.players.classroom.planning import put_down, save
from courses.players.classroom.rules import Line
from courses.players.classroom.signing import sign
from lms.people.models import Office, Person
from lms.requirements.models import Activity, Assignment
from lms.site.demo_organisation import population as cast

KEY, CODE, VERSION = "respect-classroom", "RESPECT-DAY", "2026.1"
HELD_DAYS_AGO, AHEAD_DAYS = 6, 9


def publish() -> Activity:
    """The training; made once, then its authors'."""
    page = ClassroomPage.objects.filter(course_key=KEY).first()
    if page is None:
        page = ClassroomPage(
            title="Respect at work: a morning together", slug=KEY, course_key=KEY, code=CODE, version=VERSION, minutes=180,
            summary="The course on respect at work as a conversation: cases, practice, and time for questions.",
            objectives="Recognise prohibited conduct\nStep in as a bystander\nName the ways to report and to find support",
        )  # fmt: skip
        ensure_index().add_child(instance=page)
        page.save_revision().publish()
        page.refresh_from_db()
    assert page.activity is not None
    return page.activity


def hold(*, training: Activity, today: date) -> None:
    """Six people who owed it were put down; five came, and four have said so. The learner is put down for the next one."""
    home = Office.objects.get(code=cast.HOME)
    held = _session(training, home, today - timedelta(days=HELD_DAYS_AGO))
    owing = Assignment.objects.open().filter(
        requirement__accepted__activity=training, completed_on=None, waived_from=None
    )
    owing = owing.filter(opened_on__lt=held.held_on).exclude(person__number__startswith="P040")
    ids = list(owing.order_by("-person__office__path", "person").values_list("person", flat=True)[:6])
    people = list(Person.objects.filter(pk__in=ids).select_related("office").order_by("number"))
    _put_down(held, people)
    came = people[:5]
    now = held.ends_at + timedelta(minutes=20)
    present = {person.pk: Identity.BADGE.value for person in came}
    if present:
        sign(
            session=held, signer=held.facilitator, present=present, content_version=VERSION,
            method=Sheet.Method.PASSWORD, reauthenticated_at=now, now=now,
        )  # fmt: skip
    for days, person in enumerate(came[:4]):
        confirm(session=held, person=person, ticked=True, now=now + timedelta(days=days))
    ahead = _session(training, home, today + timedelta(days=AHEAD_DAYS), seats=20)
    _put_down(ahead, list(Person.objects.filter(number__in=[cast.LEARNER, cast.COLLEAGUE])))


def _session(training: Activity, office: Office, day: date, *, seats: int | None = None) -> ClassroomSession:
    facilitator = Person.objects.select_related("office").get(number=cast.SUPERVISOR)
    zone = facilitator.zone
    session = ClassroomSession(
        training=training, office=office, place="Large meeting room", facilitator=facilitator, time_zone=str(zone),
        starts_at=datetime.combine(day, time(9), tzinfo=zone), ends_at=datetime.combine(day, time(12), tzinfo=zone),
        seats=seats,
    )  # fmt: skip
    return save(session=session, by=None)


def _put_down(session: ClassroomSession, people: list[Person]) -> None:
    lines = [Line(place, person.number) for place, person in enumerate(people, 1)]
    put_down(session=session, lines=lines, offices=list(Office.objects.all()))

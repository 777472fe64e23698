"""A classroom training, and people who plan and hold sessions of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from courses.loading import ensure_authors, ensure_index
from courses.models import ClassroomPage, ClassroomSession, Sheet
from courses.players.classroom import signing
from courses.players.classroom.planning import put_down, save
from courses.players.classroom.rules import lines
from lms.people.groups import ensure_groups
from lms.people.models import Office, OfficeAccess, Person
from tests.cast import TODAY, Cast, lay_ground

HELD = datetime(2026, 11, 20, 9, tzinfo=UTC)
AFTER = datetime(2026, 11, 23, 12, tzinfo=UTC)


def make_training(key: str = "room") -> ClassroomPage:
    lay_ground()
    index = ensure_index()
    ensure_authors(index)
    page = ClassroomPage(
        title=f"Training {key}",
        slug=key,
        course_key=key,
        code=key.upper(),
        version="2026.1",
        summary="A day.",
        minutes=120,
    )
    index.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def give_rights(cast: Cast) -> None:
    """Dora is HR for all offices; Chen heads the country office; Eve holds sessions and sees no office."""
    groups = ensure_groups()
    for person, group in ((cast.dora, "HR"), (cast.chen, "Heads of office"), (cast.eve, "Facilitators")):
        assert person.user is not None
        person.user.groups.add(groups[group])
    OfficeAccess.objects.create(user=cast.dora.user, office=cast.headquarters)  # type: ignore[misc]
    cast.country.headships.create(person=cast.chen, starts_on=TODAY)


def make_session(page: ClassroomPage, office: Office, facilitator: Person, **fields: Any) -> ClassroomSession:
    values = {
        "place": "Room 2",
        "starts_at": HELD,
        "ends_at": HELD.replace(hour=11),
        "time_zone": office.time_zone,
        **fields,
    }
    session = ClassroomSession(training=page.activity, office=office, facilitator=facilitator, **values)
    return save(session=session, by=None)


def seat(session: ClassroomSession, *people: Person) -> None:
    found, refused = put_down(
        session=session, lines=lines("\n".join(person.number for person in people)), offices=list(Office.objects.all())
    )
    assert (found, refused) == (len(people), [])


def sign(session: ClassroomSession, *present: Person, **more: Any) -> Sheet:
    last = session.sheets.order_by("-number").first()
    values = {"signer": session.facilitator, "content_version": "2026.1", "method": "password",
              "reauthenticated_at": AFTER, "corrects": last, "now": AFTER, **more}  # fmt: skip
    return signing.sign(session=session, present={person.pk: "badge" for person in present}, **values)

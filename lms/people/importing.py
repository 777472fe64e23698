"""Takes HR's feed in: offices, joiners, movers, leavers. Safe to repeat; assigns at once what joiners and movers owe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction
from wagtail.log_actions import log

from lms.people import addresses, feed
from lms.people.feed_progress import followed
from lms.people.feed_safety import NeedsConfirmation, Watch
from lms.people.import_report import ImportReport
from lms.people.importing_offices import import_offices
from lms.people.models import LANGUAGES, Category, Headship, Leave, Office, Organisation, Person
from lms.people.posting import Move, keep_earlier_posts, post_of
from lms.people.renumbering import renumber, without_merged

BATCH = 1000
PLAIN_FIELDS = (
    "name", "email", "personal_email", "category", "language", "time_zone", "is_manager",
    "joined_on", "contract_ends_on", "left_on",
)  # fmt: skip


class _DryRun(Exception):
    """Rolls the transaction back; carries nothing."""


def import_directory(
    *,
    people: bytes,
    offices: bytes | None = None,
    today: date,
    assign: Callable[[list[int]], int],
    dry_run: bool = False,
    confirmed: bool = False,
    say: Callable[[str], None] | None = None,
) -> ImportReport:
    """Bring people and offices up to the feed's state, in one transaction.

    ``assign`` is called with the ids of joiners, movers and leavers and answers how many assignments it opened: people
    must owe what they owe from the moment they exist, or a gate would let them through. ``say`` hears how far it is when
    it takes long. Raises feed.NotAFeed, and NeedsConfirmation when it would change very much and is not ``confirmed``.
    """
    report = ImportReport()
    try:
        with transaction.atomic():
            watch = Watch(people, today)
            if offices is not None:
                report.offices_created, rejected = import_offices(offices)
                report.rejected += rejected
                report.offices_rejected = len(rejected)
            touched = _import_people(people, report, today, say)
            watch.hold_against(report)
            if report.asks and not (confirmed or dry_run):
                raise NeedsConfirmation(report)
            report.assignments = assign(touched)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return report


def _import_people(
    data: bytes, report: ImportReport, today: date, say: Callable[[str], None] | None = None
) -> list[int]:
    offices = {office.code: office for office in Office.objects.all()}
    rows, rejected = feed.people(
        data,
        offices=set(offices),
        categories=set(Category.values),
        languages={code for code, _ in LANGUAGES},
    )
    report.rejected += rejected
    return put_people(rows, report, today, offices=offices, say=say)


def put_people(
    rows: list[feed.PersonRow],
    report: ImportReport,
    today: date,
    *,
    offices: dict[str, Office],
    say: Callable[[str], None] | None = None,
    action: str = "lms.person.import",
    by: str = "",
) -> list[int]:
    """Make or bring up to date the people of these rows, which have passed ``feed``; the ids of who was touched.

    ``action`` is what Wagtail's log calls it, ``by`` whose word it is, where that is not the feed. Runs in the caller's
    transaction; what people owe is the caller's too.
    """
    organisations = {item.code: item for item in Organisation.objects.all()}
    existing = {
        person.number: person
        for person in Person.objects.filter(number__in=[row.number for row in rows]).select_related("merged_into")
    }
    rows, rejected, report.renumbered, notes = renumber(rows, existing)
    report.rejected += rejected
    report.warnings += notes
    rows, rejected = without_merged(rows, existing)
    report.rejected += rejected
    create: list[Person] = []
    update: list[Person] = []
    moved_from: dict[str, int] = {}
    moves: list[Move] = []
    for row in followed(rows, say):
        if row.organisation and row.organisation not in organisations:
            organisations[row.organisation] = Organisation.objects.create(code=row.organisation, name=row.organisation)
        values = {name: getattr(row, name) for name in PLAIN_FIELDS}
        values["office_id"] = offices[row.office].pk
        values["organisation_id"] = organisations[row.organisation].pk if row.organisation else None
        person = existing.get(row.number)
        if person is None:
            create.append(Person(number=row.number, **values))
            report.created.append(row.number)
            continue
        told = set(row.values)
        if person.left_on is not None and person.left_on < row.joined_on:
            told |= {"left_on"}  # who joins after having left has come back, also where the feed has no such column
        before = {
            name: getattr(person, name)
            for name, value in values.items()
            if name.removesuffix("_id") in told and getattr(person, name) != value
        }
        if row.in_post_since or before.keys() & {"office_id", "category", "is_manager"}:
            moves.append(Move(person, post_of(person), row.in_post_since or today))
        if not before:
            if row.number in report.renumbered:
                report.changed.append(row.number)
            else:
                report.unchanged += 1
            continue
        if "office_id" in before:
            report.moved.append(row.number)
            moved_from[row.number] = before["office_id"]
        for name in before:
            setattr(person, name, values[name])
        update.append(person)
        (report.left if "left_on" in before and person.left_on else report.changed).append(row.number)
        log(person, action, data={"changed": sorted(before)} | ({"by": by} if by else {}))
    Person.objects.bulk_create(create, batch_size=BATCH)
    Person.objects.bulk_update(update, [*PLAIN_FIELDS, "office", "organisation"], batch_size=BATCH)
    keep_earlier_posts(moves, today=today)
    addresses.follow(update)
    people = dict(existing) | {person.number: person for person in create}
    _link_supervisors(rows, people, report)
    _end_headships_of_movers(moved_from, people, today)
    _put_headships(rows, people, offices, today, report)
    _put_leaves(rows, people, today)
    return [person.pk for person in [*create, *update]]


def _link_supervisors(rows: list[feed.PersonRow], people: dict[str, Person], report: ImportReport) -> None:
    rows = [row for row in rows if "supervisor" in row.values]
    if not rows:
        return
    wanted = {row.supervisor for row in rows if row.supervisor} - people.keys()
    ids = {number: person.pk for number, person in people.items()}
    ids |= dict(Person.objects.filter(number__in=wanted).values_list("number", "pk"))
    known = dict(Person.objects.exclude(supervisor=None).values_list("number", "supervisor__number"))
    in_circle = feed.circles(known | {row.number: row.supervisor for row in rows})
    changed = []
    for row in rows:
        person = people[row.number]
        if row.number in in_circle:
            report.warnings.append(f"line {row.line}: supervisor {row.supervisor} closes a circle; left as it was")
            continue
        if row.supervisor and row.supervisor not in ids:
            report.warnings.append(f"line {row.line}: supervisor {row.supervisor} is not known; left as it was")
            continue
        supervisor = ids.get(row.supervisor)
        if person.supervisor_id != supervisor:
            person.supervisor_id = supervisor
            changed.append(person)
    Person.objects.bulk_update(changed, ["supervisor"], batch_size=BATCH)


def _end_headships_of_movers(moved_from: dict[str, int], people: dict[str, Person], today: date) -> None:
    """Whoever goes to another office no longer heads, and no longer sees, the one left behind."""
    heads = {people[number].pk: office for number, office in moved_from.items()}
    for headship in Headship.objects.filter(person__in=heads, ends_on__isnull=True):
        if headship.office_id == heads[headship.person_id]:
            _end(headship, today)


def _put_headships(
    rows: list[feed.PersonRow],
    people: dict[str, Person],
    offices: dict[str, Office],
    today: date,
    report: ImportReport,
) -> None:
    current = {headship.office_id: headship for headship in Headship.objects.filter(ends_on__isnull=True)}
    told_on: dict[int, int] = {}
    for row in rows:
        if "head_of_office" not in row.values:
            continue
        office, person = offices[row.office], people[row.number]
        headship = current.get(office.pk)
        is_head = row.head_of_office and not person.has_left(today)
        if is_head and told_on.setdefault(office.pk, row.line) != row.line:
            first = told_on[office.pk]
            report.warnings.append(
                f"line {row.line}: {office.code} has a head already on line {first}; the first one counts"
            )
        elif headship and headship.person_id == person.pk and not is_head:
            _end(headship, today)
            del current[office.pk]
        elif is_head and (headship is None or headship.person_id != person.pk):
            if headship:
                _end(headship, today)
            current[office.pk] = Headship.objects.create(office=office, person=person, starts_on=today)


def _end(headship: Headship, today: date) -> None:
    headship.ends_on = max(headship.starts_on, today - timedelta(days=1))
    headship.save(update_fields=["ends_on"])


def _put_leaves(rows: list[feed.PersonRow], people: dict[str, Person], today: date) -> None:
    """A leave that is not over and that the feed no longer tells is withdrawn; one that is over is history."""
    asked = {people[row.number].pk: row.leave_from for row in rows if "leave_from" in row.values}
    for leave in Leave.objects.filter(person__in=asked, last_day__gte=today):
        if leave.first_day != asked[leave.person_id]:
            leave.delete()
    told = [
        Leave(person=people[row.number], first_day=row.leave_from, last_day=row.leave_until)
        for row in rows
        if row.leave_from and row.leave_until
    ]
    Leave.objects.bulk_create(
        told,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["person", "first_day"],
        update_fields=["last_day"],
    )

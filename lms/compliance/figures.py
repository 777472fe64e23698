"""The one definition of every figure: by office, by requirement, as at a date. Screen, export and command use it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Case, F, FilteredRelation, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from lms.as_known import was_known
from lms.people.history_models import KnownPerson, KnownPosting, Posting
from lms.people.models import Office, Person
from lms.people.querysets import away
from lms.requirements.models import Assignment, KnownAssignment, Requirement
from lms.requirements.standing import MISSED, PROVEN, Standing

FEW = 50
"""Of so many offices the people come before the obligations, also where the highest office is among them."""


@dataclass(frozen=True)
class Figures:
    """Of one requirement in one office and everything below it. ``in_scope`` is the sum of the four that follow it.

    ``complete`` has a valid proof (also one that expires soon); ``within_deadline`` has none yet and is not late;
    ``overdue`` is late or its proof has ended; ``waived`` is set aside for a time. ``on_leave`` (absent for more than
    LMS_LONG_LEAVE_DAYS) and ``left`` (within a year) are counted apart and are in no percentage.
    """

    in_scope: int = 0
    complete: int = 0
    within_deadline: int = 0
    overdue: int = 0
    waived: int = 0
    on_leave: int = 0
    left: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def due(self) -> int:
        """Those who should have done it by the day: in scope − within deadline."""
        return self.in_scope - self.within_deadline

    @property
    def percent_of_everyone(self) -> float | None:
        """(complete + waived) ÷ in scope; None where nobody is in scope."""
        return _percent(self.complete + self.waived, self.in_scope)

    @property
    def percent_of_due(self) -> float | None:
        """(complete + waived) ÷ due; None where nothing is due."""
        return _percent(self.complete + self.waived, self.due)


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    office: Office
    requirement: Requirement
    figures: Figures


def listed(as_at: date, *, known_at: datetime | None = None, offices: Iterable[Office] | None = None) -> Any:
    """Every assignment that a figure counts, with ``bucket``: the name of the figure that counts it, and with the post held
    on that day: ``office`` (its key), ``category``, ``manages``.

    ``known_at``: as it was known at that moment, as versions of assignments; None: as it is known now. ``offices``: of the
    people of these, without those below; None: of everybody.
    """
    rows = Assignment.objects.all() if known_at is None else KnownAssignment.objects.at(known_at)
    found = _in_post(rows.counted(as_at), as_at, known_at)
    if offices is not None:
        found = _of(found, list(offices), as_at, known_at)
    return found.with_standing(as_at).annotate(
        away=Case(
            When(away(as_at, "person", known_at=known_at), then=Value(True)),
            default=Value(False), output_field=BooleanField(),
        ),
        bucket=Case(
            When(ended_on__lte=as_at, then=Value("left")),
            When(away=True, then=Value("on_leave")),
            When(standing__in=[item.value for item in PROVEN], then=Value("complete")),
            When(standing=Standing.WAIVED.value, then=Value("waived")),
            When(standing__in=[item.value for item in MISSED], then=Value("overdue")),
            default=Value("within_deadline"),
        ),
    )  # fmt: skip


def _in_post(rows: Any, as_at: date, known_at: datetime | None) -> Any:
    """With the post of the day: an earlier one that covers it, else the one that stands on the person."""
    earlier = "person__postings" if known_at is None else "person__known_postings"
    covers = Q(**{f"{earlier}__starts_on__lte": as_at, f"{earlier}__ends_on__gt": as_at})
    last = "person"
    if known_at is not None:
        covers &= was_known(known_at, f"{earlier}__")
        last = "post"
        rows = rows.annotate(post=FilteredRelation("person__known", condition=was_known(known_at, "person__known__")))
    return rows.annotate(
        earlier=FilteredRelation(earlier, condition=covers),
        office=Coalesce(F("earlier__office"), F(f"{last}__office")),
        category=Coalesce(F("earlier__category"), F(f"{last}__category")),
        manages=Coalesce(F("earlier__is_manager"), F(f"{last}__is_manager")),
    )


def _of(found: Any, offices: list[Office], as_at: date, known_at: datetime | None) -> Any:
    """Those whose post of the day is in these offices."""
    ids = [office.pk for office in offices]
    if offices and (len(offices) <= FEW or all(office.depth > 1 for office in offices)):
        # Says nothing new, but lets the database begin with the few people who come into question.
        found = found.filter(person__in=_people_of(ids, as_at, known_at))
    return found.filter(office__in=ids)


def _people_of(ids: list[int], as_at: date, known_at: datetime | None) -> Any:
    """Whoever is in these offices now, and whoever was there on that day."""
    now: Any
    earlier: Any
    if known_at is None:
        now, earlier = Person.objects.order_by().values("pk"), Posting.objects.order_by().values("person")
    else:
        now, earlier = (model.objects.at(known_at).values("person") for model in (KnownPerson, KnownPosting))
    covers = {"starts_on__lte": as_at, "ends_on__gt": as_at}
    return now.filter(office__in=ids).union(earlier.filter(office__in=ids, **covers), all=True)


def with_office(found: Any) -> Any:
    """``listed``, with ``office_name``, ``office_code`` and ``office_path``, as the office is called and stands today."""
    office = Office.objects.filter(pk=OuterRef("office")).order_by()
    return found.annotate(**{f"office_{name}": Subquery(office.values(name)) for name in ("name", "code", "path")})


def late_since(as_at: date) -> Case:
    """Of somebody who is overdue: the last day that was still in time. The end of the proof where one has ended."""
    return Case(
        When(completed_on__lte=as_at, then=F("valid_until")),
        When(carried_until__isnull=False, then=F("carried_until")),
        default=F("due_on"),
    )


def with_bands(found: Any, as_at: date) -> Any:
    """``listed``, with ``band``: how late those in the bucket “overdue” are; empty for everybody else."""
    return found.annotate(late_since=late_since(as_at)).annotate(
        band=Case(
            When(~Q(bucket="overdue"), then=Value("")),
            When(late_since__gte=as_at - timedelta(days=30), then=Value("1-30")),
            When(late_since__gte=as_at - timedelta(days=90), then=Value("31-90")),
            default=Value("over-90"),
        )
    )

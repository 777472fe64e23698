"""What came to be known since a day about that day: the obligations that count otherwise now than they did then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lms.compliance.figures import listed
from lms.compliance.offices import end_of
from lms.people.models import Office, Person
from lms.requirements.models import Assignment, Requirement

REASONS = {
    "opened_on": _("the obligation was opened later"),
    "completed_on": _("a completion was received later"),
    "waived_from": _("a waiver was recorded later"),
    "waived_until": _("a waiver was recorded later"),
    "valid_until": _("the rule's validity was changed"),
    "due_on": _("the due date was moved"),
    "carried_until": _("the cycle before was corrected"),
    "ended_on": _("its end was told later"),
    "office": _("the office was told later"),
    "away": _("a leave was told later"),
}


@dataclass(frozen=True)
class Difference:
    """One obligation: what counted it then and what counts it now; empty where it was, or is, in none of these offices."""

    person: Person
    requirement: Requirement
    then: str
    now: str
    office_then: Office | None
    office_now: Office | None
    why: str


class Differences(Sequence[Difference]):
    """Of the given offices on that day: as known at its end against as known now. Two queries for a page's rows, one for
    their number; nothing is read before it is asked for."""

    def __init__(self, *, as_at: date, offices: Sequence[Office], requirement: Requirement | None = None) -> None:
        self.as_at = as_at
        self.offices = {office.pk: office for office in offices}
        self.requirement = requirement

    def __len__(self) -> int:
        sql, parameters = self._sql()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({sql}) d", parameters)  # noqa: S608
            return int(cursor.fetchone()[0])

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int):
            return self._read(index, 1)[0]
        start, stop, _step = index.indices(1 << 31)
        return self._read(start, max(0, stop - start))

    def __iter__(self) -> Iterator[Difference]:
        return iter(self._read(0, 1 << 31))

    def _side(self, *, then: bool) -> Any:
        rows = listed(self.as_at, known_at=end_of(self.as_at) if then else None, offices=self.offices.values())
        return rows if self.requirement is None else rows.filter(requirement=self.requirement)

    def _sql(self) -> tuple[str, list[Any]]:
        """The ids of the assignments whose office or figure is another, or that only one side has."""
        sides, parameters = [], []
        for then in (True, False):
            rows = self._side(then=then).order_by().values("assignment_id" if then else "id", "office", "bucket")
            sql, values = rows.query.get_compiler(connection=connection).as_sql()
            sides.append(sql)
            parameters += values
        ids = " UNION ALL ".join(
            f"SELECT {name} AS id, office, bucket FROM ({side}) s{n}"  # noqa: S608
            for n, (name, side) in enumerate(zip(("assignment_id", "id"), sides, strict=True))
        )
        return (
            f"SELECT id FROM ({ids}) u GROUP BY id "  # noqa: S608
            "HAVING count(*) = 1 OR min(office) <> max(office) OR min(bucket) <> max(bucket)"
        ), parameters

    def _read(self, start: int, number: int) -> list[Difference]:
        sql, parameters = self._sql()
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} ORDER BY id LIMIT {number:d} OFFSET {start:d}", parameters)
            ids = [row[0] for row in cursor.fetchall()]
        then = {row.assignment_id: row for row in self._side(then=True).filter(assignment_id__in=ids)}
        now = {row.pk: row for row in self._side(then=False).filter(pk__in=ids)}
        owed = Assignment.objects.select_related("person", "requirement").in_bulk(ids)
        return [self._difference(owed[pk], then.get(pk), now.get(pk)) for pk in ids]

    def _difference(self, owed: Assignment, then: Any, now: Any) -> Difference:
        return Difference(
            person=owed.person,
            requirement=owed.requirement,
            then=then.bucket if then else "",
            now=now.bucket if now else "",
            office_then=self.offices.get(then.office) if then else None,
            office_now=self.offices.get(now.office) if now else None,
            why=why(then, now),
        )


def why(then: Any, now: Any) -> str:
    """Why they differ, in words."""
    if then is None:
        return str(_("not known then, or told to be in another office"))
    if now is None:
        return str(_("told since to be in another office, or not to be owed"))
    told = [str(REASONS[name]) for name in REASONS if getattr(then, name) != getattr(now, name)]
    return "; ".join(dict.fromkeys(told))

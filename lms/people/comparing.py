"""What the rows of a feed say that is not known of people already. Reads some thousands at a time, as bare values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from operator import itemgetter
from typing import Any

from lms.people import feed
from lms.people.history_models import Posting
from lms.people.leaves import leave_changes
from lms.people.models import Headship, Organisation, Person

PLAIN = (
    "name", "email", "personal_email", "category", "language", "time_zone", "is_manager",
    "joined_on", "contract_ends_on", "left_on",
)  # fmt: skip
FIELDS = (*PLAIN, "office_id", "organisation_id")
PLACES = {name.removesuffix("_id"): place for place, name in enumerate(FIELDS)}
LEFT_ON = PLACES["left_on"]
plain = itemgetter(*(feed.PersonRow._fields.index(name) for name in PLAIN))
Values = tuple[Any, ...]


class Held:
    """What is held of one person. A plain object: there are thousands of them at a time, a million one after the other."""

    __slots__ = ("merged", "pk", "supervisor", "values")

    def __init__(self, pk: int, supervisor: int | None, merged: int | None, values: Values) -> None:
        self.pk, self.supervisor, self.merged, self.values = pk, supervisor, merged, values


class Comparison:
    """Of the rows of one feed with what is held. ``offices``: primary key by code."""

    def __init__(self, *, offices: Mapping[str, int], today: date) -> None:
        self.offices, self.today = offices, today
        self.organisations = dict(Organisation.objects.values_list("code", "pk"))
        self.supervisors: dict[str, int | None] = {}
        self._pickers: dict[tuple[str, ...], Callable[[Values], Any]] = {}

    def held(self, rows: Collection[feed.PersonRow]) -> dict[str, Held]:
        """By number; with the supervisors that the rows name found as well."""
        found = Person.objects.numbered([row.number for row in rows]).order_by()
        told = found.values_list("number", "pk", "supervisor", "merged_into", *FIELDS)
        people = {item[0]: Held(item[1], item[2], item[3], item[4:]) for item in told}
        new = {row.supervisor for row in rows} - self.supervisors.keys() - {""}
        if new:
            self.supervisors |= dict.fromkeys(new)
            self.supervisors |= dict(Person.objects.numbered(new).values_list("number", "pk"))
        return people

    def said(self, row: feed.PersonRow) -> Values:
        """In the order of FIELDS. An organisation that is not known is no organisation's."""
        organisation = self.organisations.get(row.organisation, 0) if row.organisation else None
        return (*plain(row), self.offices[row.office], organisation)

    def before(self, row: feed.PersonRow, held: Held) -> dict[str, Any]:
        """The fields that the row changes, with what they held; empty for nearly every row there is."""
        said, values = self.said(row), held.values
        left_on = values[LEFT_ON]
        came_back = left_on is not None and left_on < row.joined_on
        pick = self._picker(row.values)
        if not came_back and (said == values or pick(said) == pick(values)):
            return {}
        told = row.values.keys() | {"left_on"} if came_back else row.values.keys()  # also where it has no such column
        return {
            FIELDS[place]: values[place]
            for name, place in PLACES.items()
            if name in told and values[place] != said[place]
        }

    def supervisor_differs(self, row: feed.PersonRow, held: Held | None) -> bool:
        if "supervisor" not in row.values:
            return False
        if not row.supervisor:
            return held is not None and held.supervisor is not None
        told = self.supervisors[row.supervisor]
        return told is None or held is None or told != held.supervisor

    def settled(self, rows: list[feed.PersonRow]) -> Iterator[feed.PersonRow]:
        """Those that nothing is to be done about, whatever other rows say."""
        held = self.held(rows)
        same = [row for row in rows if (known := held.get(row.number)) and self._is_same(row, known)]
        open_ = self._with_other_leaves(same, held) | self._with_an_earlier_post(same, held)
        heads = set(Headship.objects.filter(ends_on=None).values_list("person", flat=True))
        for row in same:
            if (pk := held[row.number].pk) not in open_ and pk not in heads:
                yield row

    def _is_same(self, row: feed.PersonRow, held: Held) -> bool:
        return not (
            row.former_number
            or row.head_of_office
            or held.merged
            or self.before(row, held)
            or self.supervisor_differs(row, held)
        )

    def _with_other_leaves(self, rows: list[feed.PersonRow], held: dict[str, Held]) -> set[int]:
        return {change.person for change in leave_changes({held[row.number].pk: row for row in rows}, self.today)}

    def _with_an_earlier_post(self, rows: list[feed.PersonRow], held: dict[str, Held]) -> set[int]:
        """Of whom the day of the last move may be told anew."""
        told = [held[row.number].pk for row in rows if row.in_post_since]
        return set(Posting.objects.filter(person__in=told).values_list("person", flat=True)) if told else set()

    def _picker(self, columns: Mapping[str, str]) -> Callable[[Values], Any]:
        key = tuple(columns)
        if key not in self._pickers:
            places = [PLACES[name] for name in key if name in PLACES]
            self._pickers[key] = itemgetter(*places) if places else lambda values: None
        return self._pickers[key]

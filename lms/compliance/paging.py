"""Pages of the list behind a number, whose cost is that of a page and not that of the number.

The list goes office by office in the order of the tree. How many each office has is what the figures themselves say, so
that the offices of a page are known, and only their people are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lms.people.models import Office
from lms.requirements.models import Assignment

ORDER = ("office_path", "due_on", "person__name", "pk")


class OfficeByOffice(Sequence[Any]):
    """Rows that are there to be sliced. ``numbers``: how many each office has, by its key; ``rows_of``: the rows of some
    offices, in ORDER."""

    model = Assignment

    def __init__(
        self, *, offices: Sequence[Office], numbers: Mapping[int, int], rows_of: Callable[[list[Office]], Any]
    ) -> None:
        self.offices = sorted((item for item in offices if numbers.get(item.pk)), key=lambda office: office.path)
        self.numbers, self.rows_of = numbers, rows_of

    def __len__(self) -> int:
        return sum(self.numbers[office.pk] for office in self.offices)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _step = index.indices(len(self))
        before, read, offices = 0, 0, []
        for office in self.offices:
            if read < stop and read + self.numbers[office.pk] > start:
                offices.append(office)
            elif not offices:
                before = read + self.numbers[office.pk]
            read += self.numbers[office.pk]
        return list(self.rows_of(offices)[start - before : stop - before]) if offices else []

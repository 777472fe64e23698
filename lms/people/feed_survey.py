"""Pure: reads a whole feed once, to know which of its lines may be taken before the first of them is. No Django.

Of the million lines that a feed may have it keeps the numbers that they name, and integers beside them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from lms.people import feed
from lms.people.feed_progress import followed, pieces

NONE = -1
SettledOf = Callable[[list[feed.PersonRow]], Iterable[feed.PersonRow]]
"""Of some rows those that say nothing but what is known already, so that nobody need look at them again."""


class Survey:
    """Which number stands on which line that may be taken and who is said to supervise it; who is named; what is rejected.

    Each number that was named has a place, the same in all arrays.
    """

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.lines, self.supervisors, self.first_lines = array("q"), array("q"), array("q")
        self.named, self.settled = bytearray(), bytearray()
        self.rejected: list[feed.Rejected] = []
        self.rows = 0

    @property
    def unsettled(self) -> int:
        return len(self.lines) - self.lines.count(NONE) - self.settled.count(1)

    @classmethod
    def of(cls, rows: Iterable[feed.PersonRow]) -> Survey:
        """Of rows that were checked otherwise."""
        survey = cls()
        for row in rows:
            survey.take(row)
        return survey

    def place(self, number: str) -> int:
        found = self.places.setdefault(number, len(self.lines))
        if found == len(self.lines):
            self.lines.append(NONE)
            self.first_lines.append(NONE)
            self.supervisors.append(NONE)
            self.named.append(0)
            self.settled.append(0)
        return found

    def line_of(self, number: str) -> int | None:
        """The line on which it stands and may be taken."""
        place = self.places.get(number)
        return None if place is None or self.lines[place] == NONE else self.lines[place]

    def first_line_of(self, number: str) -> int | None:
        """The first line on which it stands as somebody's number, whatever becomes of that line."""
        place = self.places.get(number)
        return None if place is None or self.first_lines[place] == NONE else self.first_lines[place]

    def names(self, number: str) -> bool:
        """It stands somewhere as a number or a former number, be the line taken or not."""
        place = self.places.get(number)
        return place is not None and bool(self.named[place])

    def name(self, number: str) -> None:
        if number:
            self.named[self.place(number)] = 1

    def stand(self, number: str, line: int) -> None:
        """It is somebody's number on that line."""
        if number:
            place = self.place(number)
            self.named[place] = 1
            if self.first_lines[place] == NONE:
                self.first_lines[place] = line

    def take(self, row: feed.PersonRow) -> None:
        self.stand(row.number, row.line)
        place = self.place(row.number)
        self.lines[place] = row.line
        if row.supervisor:
            self.supervisors[place] = self.place(row.supervisor)

    def link(self, number: str, supervisor: str) -> None:
        self.supervisors[self.place(number)] = self.place(supervisor)

    def drop(self, number: str) -> None:
        """Its line is not taken after all."""
        place = self.place(number)
        self.lines[place] = self.supervisors[place] = NONE
        self.settled[place] = 0

    def in_circles(self) -> set[str]:
        found = circles(self.supervisors)
        return {number for number, place in self.places.items() if place in found} if found else set()


def survey(
    file: bytes | BinaryIO,
    *,
    offices: set[str],
    categories: set[str],
    languages: set[str],
    settled: SettledOf | None = None,
    say: Callable[[str], None] | None = None,
) -> Survey:
    """Read every line. Raises NotAFeed when the header is not the feed's."""
    found = Survey()
    lines = followed(feed.table(file, required=feed.REQUIRED, what="people"), say)
    taken = _taken(lines, found, offices, categories, languages)
    for part in pieces(taken):
        for row in settled(part) if settled else ():
            found.settled[found.place(row.number)] = 1
    _reject_circles(found, file)
    return found


def _taken(
    lines: Iterable[tuple[int, dict[str, str] | feed.Rejected]],
    found: Survey, offices: set[str], categories: set[str], languages: set[str],
) -> Iterator[feed.PersonRow]:  # fmt: skip
    for line, content in lines:
        found.rows += 1
        values = content.values if isinstance(content, feed.Rejected) else content
        found.stand(values.get("number", ""), line)
        if former_number := values.get("former_number"):
            found.name(former_number)
        if isinstance(content, feed.Rejected):
            found.rejected.append(content)
            continue
        try:
            row = feed.person(line, content, offices, categories, languages)
            if (first := found.line_of(row.number)) is not None:
                raise ValueError(f"number {row.number} stands on line {first} already")
        except ValueError as error:
            found.rejected.append(feed.Rejected(line, str(error), content))
            continue
        found.take(row)
        yield row


def rows(
    file: bytes | BinaryIO, found: Survey, *, offices: set[str], categories: set[str], languages: set[str]
) -> Iterator[feed.PersonRow]:
    """Those that may be taken and are not settled, from a second reading."""
    for line, content in feed.table(file, required=feed.REQUIRED, what="people"):
        if isinstance(content, feed.Rejected):
            continue
        place = found.places.get(content["number"])
        if place is not None and found.lines[place] == line and not found.settled[place]:
            yield feed.person(line, content, offices, categories, languages)


def people(
    file: bytes | BinaryIO, *, offices: set[str], categories: set[str], languages: set[str]
) -> tuple[list[feed.PersonRow], list[feed.Rejected]]:
    """Every line of a small file as a row or as rejected. Raises NotAFeed when the header is not the feed's."""
    found = survey(file, offices=offices, categories=categories, languages=languages)
    taken = rows(file, found, offices=offices, categories=categories, languages=languages)
    return list(taken), found.rejected


def _reject_circles(found: Survey, file: bytes | BinaryIO) -> None:
    in_circle = found.in_circles()
    if not in_circle:
        return
    for line, content in feed.table(file, required=feed.REQUIRED, what="people"):
        if isinstance(content, feed.Rejected) or content["number"] not in in_circle:
            continue
        if found.line_of(content["number"]) == line:
            found.rejected.append(feed.Rejected(line, "the supervisors of these people form a circle", content))
            found.drop(content["number"])
    found.rejected.sort(key=lambda item: item.line)


def circles(supervisors: Sequence[int]) -> set[int]:
    """Who reaches themselves by following supervisors, each of whom is a place in the sequence, or NONE.

    They are left when whoever has nobody below is taken away, again and again.
    """
    below = array("q", bytes(8 * len(supervisors)))
    for supervisor in supervisors:
        if supervisor != NONE:
            below[supervisor] += 1
    free = array("q", (place for place, number in enumerate(below) if not number))
    while free:
        place = free.pop()
        below[place] = NONE
        supervisor = supervisors[place]
        if supervisor != NONE:
            below[supervisor] -= 1
            if not below[supervisor]:
                free.append(supervisor)
    return {place for place, number in enumerate(below) if number != NONE}

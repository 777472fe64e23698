"""Pure: which numbers to withhold so that no count of 1 to 4 people can be recomputed from what is shown.

A table has a row for each office with everything below it, and in each row the parts of a whole, their sums and
nothing else. Whoever reads it can add and subtract: within a row, and an office less all those below it, which leaves
the office's own people. To protect a small number, somebody is *thought elsewhere*: one person in another part, or in
another office, or both, with another person the other way round. Every number that would then be another one is
withheld. What is left is the same in both worlds, so nobody can tell which one is true. Hiding more later on never
takes that away. Resembles the circuits of Gusfield, "A graph theoretic approach to statistical data security" (1988),
for tables that are trees.

The mark is the same for small numbers and for those withheld beside them: two marks would tell their bounds.
Imports no Django.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

THRESHOLD = 5
WITHHELD = "<5 or withheld"
PLACES, AROUND = 4, 8  # how many offices are looked at, within and outside: nearest first
Move = tuple[tuple[str, str, int], ...]  # office, part, people more or less among the office's own


@dataclass(frozen=True)
class Sums:
    """``parts`` are the kinds into which people fall; ``sums`` are shown figures by name: the parts that they add."""

    parts: tuple[str, ...]
    sums: Mapping[str, frozenset[str]]
    derived: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def figures(self) -> dict[str, frozenset[str]]:
        return {**self.sums, **self.derived}


@dataclass
class Tree:
    """Offices by path, the way treebeard writes paths: an office is below those whose path begins its own."""

    own: Mapping[str, Mapping[str, int]]
    sums: Sums

    def __post_init__(self) -> None:
        self._other: dict[frozenset[tuple[str, int]], tuple[str, ...]] = {}
        self.paths = sorted(self.own)
        known = set(self.paths)
        self.above: dict[str, list[str]] = {}
        for path in self.paths:
            self.above[path] = [path[:cut] for cut in range(len(path), 0, -1) if path[:cut] in known]
        self.below: dict[str, list[str]] = {path: [] for path in self.paths}
        for path in self.paths:
            for one in self.above[path]:
                self.below[one].append(path)
        self.total = {
            path: {part: sum(self.own[one].get(part, 0) for one in self.below[path]) for part in self.sums.parts}
            for path in self.paths
        }

    def value(self, path: str, figure: str) -> int:
        """What the row of that office shows under that figure."""
        return sum(self.total[path][part] for part in self.sums.figures()[figure])

    def other(self, change: Mapping[str, int]) -> tuple[str, ...]:
        """The figures that are another number when so many people more or less are in those parts."""
        key = frozenset((part, by) for part, by in change.items() if by)
        if key not in self._other:
            self._other[key] = tuple(
                name for name, parts in self.sums.figures().items() if sum(by for part, by in key if part in parts)
            )
        return self._other[key]

    def own_value(self, path: str, figure: str) -> int:
        return sum(self.own[path].get(part, 0) for part in self.sums.figures()[figure])


def withheld(tree: Tree) -> set[tuple[str, str]]:
    """(path, figure) of every number that must not be shown."""
    hidden: set[tuple[str, str]] = set()
    protected: set[tuple[str, str, bool]] = set()
    for path, figure, own in small_numbers(tree):
        if (path, figure, own) in protected:
            continue
        best = min(moves(tree, path, figure, own), key=lambda move: (_cost(tree, move, hidden), move))
        hidden |= changed(tree, best)
        protected |= {(*item, False) for item in changed(tree, best)} | changed_own(tree, best)
    return hidden


def small_numbers(tree: Tree) -> Iterator[tuple[str, str, bool]]:
    """Office, figure, and whether it is that of the office's own people, which is only implied; the deepest first."""
    for path in sorted(tree.paths, key=lambda item: (-len(item), item)):
        for figure in tree.sums.figures():
            if 0 < tree.value(path, figure) < THRESHOLD:
                yield path, figure, False
            if len(tree.below[path]) > 1 and 0 < tree.own_value(path, figure) < THRESHOLD:
                yield path, figure, True


def moves(tree: Tree, path: str, figure: str, own: bool) -> Iterator[Move]:
    """Ways to think people elsewhere by which that number would be another; only such as leave no count below zero."""
    inside = tree.sums.figures()[figure]
    outside = [part for part in tree.sums.parts if part not in inside]
    places = (
        [path]
        if own
        else [place for place in _nearest(path, tree.below[path]) if tree.own_value(place, figure)][:PLACES]
    )
    around = _around(tree, path)
    for place in places:
        for part in sorted(inside):
            if not tree.own[place].get(part, 0):
                continue
            yield ((place, part, -1),)
            for other in around:
                if other != place:
                    yield ((place, part, -1), (other, part, 1))
            for to in outside:
                yield ((place, part, -1), (place, to, 1))
                for other in around:
                    if other != place and tree.own[other].get(to, 0):
                        yield ((place, part, -1), (place, to, 1), (other, part, 1), (other, to, -1))


def _nearest(path: str, found: Iterable[str]) -> list[str]:
    return sorted(found, key=lambda item: (len(item) - len(path), item))


def _around(tree: Tree, path: str) -> list[str]:
    """Offices outside, the nearest first: those above, beside, and below those."""
    inside = set(tree.below[path])
    found: list[str] = []
    for one in tree.above[path][1:]:
        found += [item for item in _nearest(one, tree.below[one]) if item not in inside and item not in found]
        if len(found) >= AROUND:
            break
    return found[:AROUND]


def changed(tree: Tree, move: Move) -> set[tuple[str, str]]:
    """(path, figure) of every shown number that the move makes another."""
    by_path: dict[str, dict[str, int]] = {}
    for place, part, by in move:
        for path in tree.above[place]:
            change = by_path.setdefault(path, {})
            change[part] = change.get(part, 0) + by
    return {(path, name) for path, change in by_path.items() for name in tree.other(change)}


def changed_own(tree: Tree, move: Move) -> set[tuple[str, str, bool]]:
    """The same of the implied numbers of the offices' own people."""
    by_path: dict[str, dict[str, int]] = {}
    for place, part, by in move:
        by_path.setdefault(place, {})[part] = by
    return {(path, name, True) for path, change in by_path.items() for name in tree.other(change)}


def _cost(tree: Tree, move: Move, hidden: set[tuple[str, str]]) -> int:
    """How much is lost: large numbers, sums on which percentages rest, and high offices weigh more."""
    new = changed(tree, move) - hidden
    return sum(
        (3 if name in tree.sums.derived else 2 if len(tree.sums.figures()[name]) > 1 else 1)
        * (1 if tree.value(path, name) < THRESHOLD else 3 + len(tree.below[path]))
        for path, name in new
    )

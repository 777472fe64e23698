"""Nothing below five can be recomputed from what is shown; checked by arithmetic that knows nothing of how it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.compliance.counting import rolled_up
from lms.compliance.outside import SUMS, outside_rows
from lms.compliance.suppressing import THRESHOLD, Sums, Tree, withheld
from lms.people.models import Office
from tests.cast import TODAY, Cast
from tests.lms.compliance.test_figures import crowd

__all__ = ["crowd"]

PRIME = 2_147_483_629
SMALL = Sums(
    parts=("done", "late"),
    sums={"done": frozenset({"done"}), "late": frozenset({"late"}), "scope": frozenset({"done", "late"})},
)
COUNTS = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 40])
SHAPES = {
    "alone": ["1"],
    "flat": ["1", "11", "12", "13"],
    "deep": ["1", "11", "111", "112", "12", "121"],
    "forest": ["1", "11", "2", "21"],
}


@st.composite
def trees(draw: st.DrawFn, sums: Sums) -> Tree:
    paths = draw(st.sampled_from(list(SHAPES.values())))
    return Tree({path: {part: draw(COUNTS) for part in sums.parts} for path in paths}, sums)


def told(tree: Tree) -> list[tuple[str, str]]:
    hidden = withheld(tree)
    return [(path, name) for path in tree.paths for name in tree.sums.figures() if (path, name) not in hidden]


def vector(tree: Tree, path: str, figure: str, *, own: bool = False) -> dict[int, int]:
    """The number as a sum of the unknown: the own people of each office in each part."""
    below = [path] if own else [one for one in tree.paths if one.startswith(path)]
    parts = tree.sums.figures()[figure]
    places = {place: number for number, place in enumerate(product(tree.paths, tree.sums.parts))}
    return {places[one, part]: 1 for one in below for part in parts}


def wanted(tree: Tree) -> Iterator[tuple[str, str, bool]]:
    """Every number of one to four people: of an office, and of an office less those below it."""
    for path in tree.paths:
        for name, parts in tree.sums.figures().items():
            own = sum(tree.own[path][part] for part in parts)
            whole = sum(tree.own[one][part] for one in tree.paths if one.startswith(path) for part in parts)
            yield from [(path, name, True)] if 0 < own < THRESHOLD else []
            yield from [(path, name, False)] if 0 < whole < THRESHOLD else []


def reduced(row: Mapping[int, int], basis: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """What is left of a row when the basis has been taken away as often as it goes (Gauss, modulo a prime)."""
    left = {place: by % PRIME for place, by in row.items() if by % PRIME}
    for pivot in sorted(basis):
        if pivot in left:
            factor = left[pivot]
            for place, by in basis[pivot].items():
                left[place] = (left.get(place, 0) - factor * by) % PRIME
            left = {place: by for place, by in left.items() if by}
    return left


def basis_of(rows: list[dict[int, int]]) -> dict[int, dict[int, int]]:
    basis: dict[int, dict[int, int]] = {}
    for row in rows:
        left = reduced(row, basis)
        if left:
            pivot = min(left)
            inverse = pow(left[pivot], -1, PRIME)
            basis[pivot] = {place: by * inverse % PRIME for place, by in left.items()}
    return basis


@settings(deadline=None, max_examples=150)
@given(trees(SUMS))
def test_no_adding_and_subtracting_gives_a_small_number(tree: Tree) -> None:
    basis = basis_of([vector(tree, path, name) for path, name in told(tree)])
    for path, name, own in wanted(tree):
        assert reduced(vector(tree, path, name, own=own), basis), (path, name, own)


@settings(deadline=None, max_examples=60)
@given(trees(SMALL).filter(lambda tree: len(tree.paths) <= 4))
def test_another_organisation_with_the_same_sheet_has_another_small_number(tree: Tree) -> None:
    """Also for those who know that no count is below zero: some table of whole people differs and shows the same."""
    shown = told(tree)
    cells = list(product(tree.paths, tree.sums.parts))
    undecided = set(wanted(tree))
    for change in product((0, -1, 1), repeat=len(cells)):
        other: dict[str, dict[str, int]] = {path: dict(tree.own[path]) for path in tree.paths}
        for (path, part), by in zip(cells, change, strict=True):
            other[path][part] += by
        if not undecided or min(min(own.values()) for own in other.values()) < 0:
            continue
        again = Tree(other, tree.sums)
        if all(again.value(*item) == tree.value(*item) for item in shown):
            undecided -= {
                item for item in undecided
                if (again.own_value if item[2] else again.value)(*item[:2])
                != (tree.own_value if item[2] else tree.value)(*item[:2])
            }  # fmt: skip
    assert not undecided


@settings(deadline=None)
@given(trees(SUMS))
def test_every_small_number_itself_is_withheld_and_nothing_is_where_all_are_large_or_none(tree: Tree) -> None:
    hidden = withheld(tree)
    small = list(wanted(tree))
    assert all((path, name) in hidden for path, name, own in small if not own)
    assert bool(hidden) == bool(small)


def test_a_zero_is_shown() -> None:
    tree = Tree({"1": {"done": 10, "late": 0}, "11": {"done": 7, "late": 0}}, SMALL)
    assert not withheld(tree)


def test_what_is_shown_outside_is_what_the_figures_say(crowd: Cast) -> None:
    offices = list(Office.objects.all())
    inside = {
        (row.office, row.requirement): row.figures for row in rolled_up(roots=offices, offices=offices, as_at=TODAY)
    }
    rows = outside_rows(roots=offices, as_at=TODAY)
    assert {(row.office, row.requirement) for row in rows} == set(inside)
    names = ("in_scope", "complete", "within_deadline", "overdue", "waived", "on_leave", "left", "due")
    shown = [(row, name) for row in rows for name in names if row.numbers[name] is not None]
    assert shown
    for row, name in shown:
        number = row.numbers[name]
        assert number == getattr(inside[row.office, row.requirement], name)
        assert number == 0 or number >= THRESHOLD
    for row in rows:
        if not row.is_withheld("percent_of_due"):
            assert row.percentage("percent_of_due") == inside[row.office, row.requirement].percent_of_due


@pytest.mark.django_db
def test_the_same_is_withheld_whichever_office_is_asked_for(crowd: Cast) -> None:
    everything = {
        (row.office.pk, row.requirement.pk): row for row in outside_rows(roots=Office.objects.all(), as_at=TODAY)
    }
    for office in Office.objects.all():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rows = outside_rows(roots=[office], as_at=TODAY)
        assert len(queries) == 4
        assert all(row == everything[office.pk, row.requirement.pk] for row in rows)

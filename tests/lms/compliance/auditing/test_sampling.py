"""The draw: the same people for the same seed, wherever and with whatever Python it is made."""

from __future__ import annotations

import ast
from uuid import UUID

import pytest

from lms.compliance.auditing.packing import verifier
from lms.compliance.auditing.sampling import draw, is_seed, new_seed, rank
from lms.compliance.auditing.verify import rank as rank_of_the_verifier

PEOPLE = [str(UUID(int=number)) for number in range(1, 1001)]


def test_a_seed_gives_the_same_people_for_ever() -> None:
    """Worked out once with sha256sum: printf 'dice 4 1 6\\n00000000-…-000000000001' | sha256sum, and so on."""
    assert rank("dice 4 1 6", PEOPLE[0])[:16] == "62ea7713ad747fcb"
    assert [int(UUID(name)) for name in draw(seed="dice 4 1 6", population=PEOPLE, size=5)] == [205, 334, 995, 11, 415]


def test_the_order_in_which_people_are_listed_does_not_matter() -> None:
    assert draw(seed="x", population=reversed(PEOPLE), size=30) == draw(seed="x", population=PEOPLE, size=30)


def test_a_larger_sample_begins_with_the_smaller_one() -> None:
    assert draw(seed="x", population=PEOPLE, size=40)[:10] == draw(seed="x", population=PEOPLE, size=10)


def test_where_there_are_fewer_all_are_drawn() -> None:
    assert sorted(draw(seed="x", population=PEOPLE[:3], size=10)) == PEOPLE[:3]


def test_everybody_is_drawn_about_as_often() -> None:
    times = dict.fromkeys(PEOPLE[:20], 0)
    for seed in range(2000):
        for name in draw(seed=str(seed), population=times, size=5):
            times[name] += 1
    assert all(400 < number < 600 for number in times.values())


def test_the_verifier_ranks_alike() -> None:
    assert rank_of_the_verifier("ü", PEOPLE[5]) == rank("ü", PEOPLE[5])


@pytest.mark.parametrize("text", ["", " x", "x\n", "a\nb", "\x00", "x" * 101, "a\u202eb"])
def test_what_cannot_be_read_out_and_typed_again_is_no_seed(text: str) -> None:
    assert not is_seed(text)


def test_a_seed_of_the_sites_own_is_one_and_never_the_same() -> None:
    assert is_seed(new_seed())
    assert new_seed() != new_seed()


def test_the_verifier_is_written_for_python_3_8_and_imports_the_standard_library_only() -> None:
    tree = ast.parse(verifier(), feature_version=(3, 8))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names == {
        "__future__", "hashlib", "json", "re", "sys", "uuid", "zipfile", "datetime", "pathlib", "typing"
    }  # fmt: skip

"""Lines of plain text: short enough to be quoted, whole where they hold an address, told their direction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reminders.wrapping import RIGHT_TO_LEFT, WIDTH, columns, wrapped

LONG = "https://learn.example.org/" + "x" * 100


def test_an_address_is_never_broken() -> None:
    assert wrapped(f"Open it: {LONG} now") == f"Open it: {LONG} now\n"


def test_a_line_goes_on_below_its_first_word() -> None:
    lines = wrapped("- " + "word " * 30).splitlines()
    assert lines[0].startswith("- word")
    assert all(line.startswith("  word") for line in lines[1:])
    assert len(wrapped("    " + "word " * 30).splitlines()[1].split("word")[0]) == 4


def test_chinese_is_broken_between_letters_and_not_before_a_sign() -> None:
    lines = wrapped("以下学习任务等待您完成，" * 8).splitlines()
    assert len(lines) > 1
    assert not any(line.startswith("，") for line in lines)


def test_at_most_one_line_is_left_blank() -> None:
    assert wrapped("\n\na\n\n \n\nb  \n\n") == "a\n\nb\n"


def test_each_line_of_a_language_from_the_right_says_so_and_addresses_do_not() -> None:
    said = wrapped(f"Latin first, مرحبا\n{LONG}\n\n- title", is_rtl=True)
    assert said.splitlines() == [f"{RIGHT_TO_LEFT}Latin first, مرحبا", LONG, "", f"{RIGHT_TO_LEFT}- title"]


@given(st.text(st.sampled_from("ab 。，中文مر-\n")))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str) -> None:
    found = wrapped(text)
    assert found.replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")
    for line in found.splitlines():
        words = line.split()
        assert columns(line) <= WIDTH or len(words) <= 2

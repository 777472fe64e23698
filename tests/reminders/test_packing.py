"""What is packed from a mould is what Django would have built; what is out of the ordinary is left to Django."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.letters import Written
from reminders.packing import Letter, letter_of, packed

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
LINES = st.lists(
    TEXT | st.sampled_from([".", "..", "From here", "--", "@@part-1@@", "to@mark.invalid", "\r", ""]), max_size=5
)
LANGUAGES = st.sampled_from(["en", "ar"])


def as_letter(lines: list[str], language: str = "en", calendar: str = "", to: str = "a.b@example.org") -> Letter:
    written = Written(
        "Tâche à faire" if language == "ar" else "Learning task due", "\n".join(lines), "<p>".join(lines)
    )
    return letter_of(written, to=to, language=language, message_id="<abc123@localhost>", calendar=calendar)


def compared(content: bytes) -> bytes:
    """Without the boundaries and the date, which differ each time."""
    return re.sub(rb"={15}\d+==", b"boundary", re.sub(rb"\r\nDate: [^\r]*", b"", content))


@given(lines=LINES, language=LANGUAGES, calendar=TEXT)
def test_it_is_to_the_byte_what_django_builds(lines: list[str], language: str, calendar: str) -> None:
    letter = as_letter(["Dear", *lines], language, calendar)
    found = packed(letter)
    assert found is not None
    assert compared(found.content) == compared(letter.message().as_bytes(linesep="\r\n"))
    assert found.to == "a.b@example.org"


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\nBcc: all@example.org",
        "a@example.org\r\nBcc: all@example.org",
        "a@example.org\n",
        "a@example.org, b@example.org",
        "A <a@example.org>",
        f"a@{'x' * 64}.org",
        "a@exämple.org",
        "ä@example.org",
        "a..b@example.org",
        '"a b"@example.org',
        "a@localhost",
        "",
    ],
)
def test_an_address_that_is_not_plain_is_left_to_djangos_checks(address: str) -> None:
    assert packed(as_letter(["Dear"], to=address)) is None


@pytest.mark.parametrize("header", ["Message-ID", "From"])
def test_no_header_brings_in_another(header: str) -> None:
    letter = as_letter(["Dear"])
    if header == "From":
        letter.from_email = "Learning <learn@example.org>\nBcc: all@example.org"
    else:
        letter.extra_headers["Message-ID"] = "<abc@localhost>\nBcc: all@example.org"
    with pytest.raises(ValueError, match="newlines"):
        assert packed(letter) or letter.message()


def test_a_line_that_is_too_long_or_looks_like_a_boundary_is_left_to_django() -> None:
    found = packed(as_letter(["Dear"]))
    assert found is not None
    [boundary] = set(re.findall(rb'alternative; boundary="([^"]+)"', found.content.replace(b"\r\n", b"")))
    assert packed(as_letter(["Dear", f"--{boundary.decode()}--"])) is None
    assert packed(as_letter(["é" * 499])) is not None
    assert packed(as_letter(["é" * 500])) is None

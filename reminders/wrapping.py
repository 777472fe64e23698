"""Pure: breaks the lines of a plain-text message, for readers that do not. Imports no Django."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining, east_asian_width

WIDTH = 76  # columns, so that a reply that quotes the line still fits into 80 (RFC 5322 section 2.1.1 asks for 78)
RIGHT_TO_LEFT = "\u200f"
CJK = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
# Words; where a script writes without spaces, a break may come after each letter, but not before a closing sign.
PIECE = re.compile(rf" *(?:[{CJK}]|[^ {CJK}]+)[、。，．：；！？）」』】》…]*")


def wrapped(text: str, *, is_rtl: bool = False) -> str:
    """The text with no line wider than 76 columns; one that holds an address is left whole. At most one line is left blank.

    Where the language is written from right to left each line says so: readers of mail take the direction from the first
    letter, which may be that of a Latin name.
    """
    found: list[str] = []
    for line in text.splitlines():
        line = line.rstrip()
        if not line:
            if found and found[-1]:
                found.append("")
        elif "://" in line:
            found.append(line)
        else:
            found += [f"{RIGHT_TO_LEFT}{part}" if is_rtl else part for part in _broken(line)]
    return "\n".join(found).strip("\n") + "\n"


def columns(text: str) -> int:
    """How wide it is: Chinese letters take two columns, marks on letters and directions none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(sign) or sign == RIGHT_TO_LEFT else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )


@lru_cache(maxsize=1024)  # but for a name, the lines of a day's messages are the same few
def _broken(line: str) -> tuple[str, ...]:
    """The line in parts; those that follow stand below its first word."""
    indent = line[: len(line) - len(line.lstrip())]
    after = indent + ("  " if line.lstrip().startswith("- ") else "")
    parts, so_far = [], indent
    for piece in PIECE.findall(line.lstrip()):
        if so_far.strip() and columns(so_far + piece) > WIDTH:
            parts.append(so_far)
            so_far = after + piece.lstrip()
        else:
            so_far += piece
    return (*parts, so_far)

"""Pure: JSON as it comes in from strangers: bounded, without doubled keys, exact to the letter."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from lms.lrs.rules.values import InvalidStatement

MOST_DEPTH = 60
BRACKETS = re.compile(rb"[\[\]{}]")


def decode(body: bytes) -> Any:
    """JSON in UTF-8 without doubled keys, NaN, infinity or bottomless nesting. Raises InvalidStatement."""
    if body.count(b"{") + body.count(b"[") > MOST_DEPTH and depth_of(body) > MOST_DEPTH:
        raise InvalidStatement(f"$: nested deeper than {MOST_DEPTH}")
    try:
        data = json.loads(body.decode(), object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_float)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidStatement(f"$: this is not JSON: {error}") from error
    except ValueError as error:  # a number of thousands of digits
        raise error if isinstance(error, InvalidStatement) else InvalidStatement(f"$: {error}") from error
    if b"\\ud" in body or b"\\uD" in body:
        _encodable(data)
    return data


def depth_of(body: bytes) -> int:
    """An upper bound of the nesting, counted before anything is built."""
    deepest = depth = 0
    for found in BRACKETS.finditer(body):
        if found[0] in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _encodable(data: Any) -> None:
    """Half a surrogate pair is JSON, but no text that could be stored or sent."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidStatement("$: half a surrogate pair is no text") from error


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidStatement("$: an object has the same key twice")
    return found


def _float(text: str) -> float:
    """What is too large for a number would be written again as Infinity, which is not JSON."""
    found = float(text)
    if math.isinf(found):
        raise InvalidStatement(f"$: {text[:40]} is too large for a number")
    return found


def _constant(name: str) -> None:
    raise InvalidStatement(f"$: {name} is not a JSON number")

"""Pure: JSON as it comes in from strangers: bounded, without doubled keys, exact to the letter."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

from lms.lrs.rules.values import InvalidStatement

MOST_DEPTH = 60
_encode = msgspec.json.Encoder().encode
_parts = msgspec.json.Decoder(list[msgspec.Raw])
BRACKETS = re.compile(rb"[\[\]{}]")


def decode(body: bytes) -> Any:
    """JSON in UTF-8 without doubled keys, NaN, infinity or bottomless nesting. Raises InvalidStatement."""
    try:
        data = msgspec.json.decode(body)
        if _encode(data) == msgspec.json.format(body, indent=-1) and _is_flat(body):
            return data  # what was read says all that was written, so no key stood there twice
    except (msgspec.DecodeError, ValueError, RecursionError):
        pass
    return _carefully(body)


def _is_flat(body: bytes) -> bool:
    """Nobody can nest deeper than there are brackets; in a list each part may have its own."""
    if body.count(b"{") + body.count(b"[") <= MOST_DEPTH:
        return True
    if not body.lstrip().startswith(b"["):
        return False
    parts = (bytes(part) for part in _parts.decode(body))
    return all(part.count(b"{") + part.count(b"[") < MOST_DEPTH for part in parts)


def _carefully(body: bytes) -> Any:
    """The slow way, which knows what is wrong."""
    if depth_of(body) > MOST_DEPTH:
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

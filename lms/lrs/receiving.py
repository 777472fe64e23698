"""Pure: a request body becomes statements, each beside its exact text. Imports no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from lms.lrs.rules.json_text import decode
from lms.lrs.rules.shapes import fits
from lms.lrs.rules.statements import statement
from lms.lrs.rules.values import InvalidStatement

Pieces = dict[str, msgspec.Raw]
_pieces = msgspec.json.Decoder(Pieces)
_many = msgspec.json.Decoder(list[Pieces])
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Received:
    """One statement: as data, and its properties exactly as they were written."""

    data: dict[str, Any]
    pieces: Pieces

    def text(self, ours: dict[str, str]) -> bytes:
        """The statement as it came, with some properties put in or replaced."""
        pieces = dict(self.pieces)
        for name, value in ours.items():
            pieces[name] = msgspec.Raw(value.encode())
        return _encode(pieces)


def read(body: bytes, *, family: str = "1.0") -> list[Received]:
    """The valid statements of a request body, one or a list of them. Raises InvalidStatement."""
    data = decode(body)
    if isinstance(data, list):
        if not data:
            raise InvalidStatement("$: the list is empty")
        for place, item in enumerate(data):
            if not fits(item):
                statement(item, f"$[{place}]", family=family)
        return [Received(one, _listed(one, pieces)) for one, pieces in zip(data, _many.decode(body), strict=True)]
    if not fits(data):
        statement(data, family=family)
    return [Received(data, _listed(data, _pieces.decode(body)))]


def _listed(data: dict[str, Any], pieces: Pieces) -> Pieces:
    """A single context activity is given back as a list of one (part two, 2.4.6.2); the rest stays to the letter."""
    target = data["object"]
    if target.get("objectType") == "SubStatement":
        within = _pieces.decode(pieces["object"])
        if _listed(target, within) is not within:
            pieces = {**pieces, "object": msgspec.Raw(msgspec.json.encode(_listed(target, within)))}
    activities = data.get("context", {}).get("contextActivities", {})
    single = [name for name, value in activities.items() if isinstance(value, dict)]
    if single:
        context = _pieces.decode(pieces["context"])
        kinds = _pieces.decode(context["contextActivities"])
        for name in single:
            kinds[name] = msgspec.Raw(b"[" + bytes(kinds[name]) + b"]")
        context["contextActivities"] = msgspec.Raw(msgspec.json.encode(kinds))
        pieces = {**pieces, "context": msgspec.Raw(msgspec.json.encode(context))}
    return pieces


def made(data: dict[str, Any]) -> Received:
    """A statement of our own making."""
    return Received(data, {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in data.items()})


def distinct(found: Iterable[Received]) -> None:
    """Raises InvalidStatement when two statements of one batch have the same id."""
    ids = [item.data["id"].lower() for item in found if "id" in item.data]
    if len(set(ids)) != len(ids):
        raise InvalidStatement("$: two statements of the batch have the same id")

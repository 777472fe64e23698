"""Pure: a request body becomes statements, each beside its exact text. Imports no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from lms.lrs.keys import Key
from lms.lrs.rules import shapes
from lms.lrs.rules.json_text import decode
from lms.lrs.rules.statements import statement
from lms.lrs.rules.values import InvalidStatement

Pieces = dict[str, msgspec.Raw]
_pieces = msgspec.json.Decoder(Pieces)
_parts = msgspec.json.Decoder(list[msgspec.Raw])
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Received:
    """One valid statement, exactly as it was written. ``shape`` is what was read of it where it is of the ordinary kind;
    ``identity`` is its id, which a PUT may give it."""

    written: bytes
    shape: shapes.Statement | None = None
    identity: UUID | None = None
    _data: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def data(self) -> dict[str, Any]:
        """What it says; read when it is first asked for."""
        if not self._data:
            self._data = msgspec.json.decode(self.written)
        return self._data

    def text(self, ours: dict[str, str]) -> bytes:
        """The statement as it came, with some properties put in or replaced."""
        if self.shape is not None:  # it has none of what the store sets
            return b"%s,%s}" % (self.written.rstrip()[:-1], _properties(ours))
        pieces = _listed(self.data, _pieces.decode(self.written))
        return _encode({**pieces, **{name: msgspec.Raw(value.encode()) for name, value in ours.items()}})


def _properties(ours: dict[str, str]) -> bytes:
    return ",".join([f'"{name}":{value}' for name, value in ours.items()]).encode()


def read(body: bytes, *, family: str = "1.0") -> list[Received]:
    """The valid statements of a request body, one or a list of them. Raises InvalidStatement."""
    if body[:1] == b"{":
        shape = shapes.ordinary(body)
        if shape is not None:
            return [_ordinary(body, shape)]
    elif body[:1] == b"[":
        quick = _quickly(body)
        if quick is not None:
            return quick
    data = decode(body)
    if not isinstance(data, list):
        statement(data, family=family)
        return [_received(body, data)]
    if not data:
        raise InvalidStatement("$: the list is empty")
    for place, item in enumerate(data):
        statement(item, f"$[{place}]", family=family)
    return [_received(bytes(part), item) for part, item in zip(_parts.decode(body), data, strict=True)]


def _quickly(body: bytes) -> list[Received] | None:
    """A list of which every statement is of the ordinary kind."""
    try:
        parts = _parts.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    found = []
    for part in parts:
        written = bytes(part)
        shape = shapes.ordinary(written)
        if shape is None:
            return None
        found.append(_ordinary(written, shape))
    return found or None


def _ordinary(written: bytes, shape: shapes.Statement) -> Received:
    return Received(written, shape, Key(shape.id) if shape.id is not UNSET else None)


def _received(written: bytes, data: dict[str, Any]) -> Received:
    return Received(written, None, UUID(data["id"]) if "id" in data else None, data)


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
    return _received(msgspec.json.encode(data), data)


def distinct(found: Iterable[Received]) -> None:
    """Raises InvalidStatement when two statements of one batch have the same id."""
    ids = [item.identity for item in found if item.identity is not None]
    if len(set(ids)) != len(ids):
        raise InvalidStatement("$: two statements of the batch have the same id")

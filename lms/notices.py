"""What somebody is told once, besides what they owe: an area has something to say, and whoever sends messages says it.

``tell`` goes up as a signal, in the transaction of its cause, so that neither is there without the other. Whoever listens
keeps a row, and asks the area for the words when the message is written: what is no longer so is not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.dispatch import Signal

from lms.people.models import Person

notice_due = Signal()
"""Sent with ``kind``, ``key``, ``person`` and ``day``."""


@dataclass(frozen=True)
class Words:
    """What is said, in the person's language. ``path``: the page of ours that it leads back to."""

    title: str
    text: str
    path: str


@dataclass(frozen=True)
class Asked:
    """Something that ``person`` is to be told, as what they are to it (``audience``) and as of which ``day``."""

    key: str
    person: Person
    audience: str
    day: date


class Source(Protocol):
    kind: str

    def words(self, asked: Sequence[Asked], *, today: date) -> list[Words | None]:
        """One for each, in that order; None for what is no longer so. The number of queries does not grow with them."""


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.kind] = source


def tell(*, kind: str, key: str, person: Person, day: date) -> None:
    """Have the person told, once for that kind and key. ``day``: as of when it is so. Nothing where nobody listens."""
    notice_due.send(sender=None, kind=kind, key=key, person=person, day=day)


def words(kind: str, asked: Sequence[Asked], *, today: date) -> list[Words | None]:
    """None for everything where the area is not there any more."""
    source = _sources.get(kind)
    return source.words(asked, today=today) if source else [None] * len(asked)

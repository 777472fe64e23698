"""Pure: where somebody was posted from when until when, and what a move or its correction makes of it. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

BEGINNING = date(1, 1, 1)
"""Of the first spell: nothing is known from before, so that it covers whatever was."""


@dataclass(frozen=True)
class Post:
    """What a figure asks of a person on a day."""

    office: int
    category: str
    is_manager: bool


@dataclass(frozen=True)
class Spell:
    """A post that somebody held, from ``starts_on`` until the day before ``ends_on``."""

    post: Post
    starts_on: date
    ends_on: date


def moved(past: Sequence[Spell], *, before: Post, after: Post, since: date) -> list[Spell]:
    """The past spells, in their order, of somebody who held ``before`` until now and holds ``after`` since that day.

    What is told last holds from its day on, also where it reaches back behind earlier moves. Where before and after are the
    same, the day of the last move is corrected; of somebody who never moved there is nothing to correct.
    """
    last = past[-1].ends_on if past else BEGINNING
    if before != after:
        told = [*past, Spell(before, last, date.max)]
    elif past:
        told = [*past[:-1], replace(past[-1], ends_on=max(since, last))]
    else:
        told = []
    kept = [replace(spell, ends_on=min(spell.ends_on, since)) for spell in told if spell.starts_on < since]
    while kept and kept[-1].post == after:  # it was held already before then
        kept.pop()
    return kept


def continued(
    earlier: Sequence[Spell], earlier_post: Post, past: Sequence[Spell], post: Post, *, at: date
) -> list[Spell]:
    """The past spells of one person of two records: until that day as the earlier record tells it, then as the other does.

    ``earlier_post`` and ``post`` are what stands on each record now.
    """
    last = earlier[-1].ends_on if earlier else BEGINNING
    told = (*earlier, Spell(earlier_post, last, date.max))
    first = [replace(spell, ends_on=min(spell.ends_on, at)) for spell in told if spell.starts_on < at]
    second = [replace(spell, starts_on=max(spell.starts_on, at)) for spell in past if spell.ends_on > at]
    if not second:
        while first and first[-1].post == post:
            first.pop()
    elif first and first[-1].post == second[0].post:
        second[0] = replace(second[0], starts_on=first.pop().starts_on)
    return first + second


def post_on(past: Sequence[Spell], now: Post, day: date) -> Post:
    """The post held on that day."""
    return next((spell.post for spell in past if spell.starts_on <= day < spell.ends_on), now)

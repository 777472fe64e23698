"""Puts people into another post, from a day on, and keeps the one that they held before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lms.people.history_models import Posting
from lms.people.models import Person
from lms.people.spells import Post, moved

BATCH = 1000


@dataclass(frozen=True)
class Move:
    """A person who held ``before`` holds what now stands on the person, since that day."""

    person: Person
    before: Post
    since: date


def post_of(person: Person) -> Post:
    return Post(person.office_id, person.category, person.is_manager)


def keep_earlier_posts(moves: Sequence[Move], *, today: date) -> None:
    """Bring the earlier posts of these people up to their moves. A day in the future counts as today."""
    for start in range(0, len(moves), BATCH):
        part = moves[start : start + BATCH]
        with transaction.atomic():
            past: dict[int, list[Posting]] = {move.person.pk: [] for move in part}
            for posting in Posting.objects.filter(person__in=past).order_by("starts_on"):
                past[posting.person_id].append(posting)
            for move in part:
                _keep(move, past[move.person.pk], today)


def _keep(move: Move, past: list[Posting], today: date) -> None:
    spells = moved(
        [posting.spell for posting in past],
        before=move.before, after=post_of(move.person), since=min(move.since, today),
    )  # fmt: skip
    known = {item.spell: item.pk for item in past}
    if untrue := known.keys() - set(spells):
        Posting.objects.filter(pk__in=[known[spell] for spell in untrue]).delete()
    Posting.objects.bulk_create(
        Posting(
            person=move.person, office_id=spell.post.office, category=spell.post.category,
            is_manager=spell.post.is_manager, starts_on=spell.starts_on, ends_on=spell.ends_on,
        )
        for spell in spells
        if spell not in known
    )  # fmt: skip

"""Puts people into another post, from a day on, and keeps the one that they held before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lms.people.history_models import Posting
from lms.people.models import Person
from lms.people.spells import Post, Spell, continued, moved

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


def join_posts(*, kept: Person, merged: Person, at: date) -> None:
    """Until that day the kept person's posts are those of the merged record."""
    past = list(kept.postings.order_by("starts_on"))
    earlier = [posting.spell for posting in merged.postings.order_by("starts_on")]
    own = [posting.spell for posting in past]
    _write(kept, past, continued(earlier, post_of(merged), own, post_of(kept), at=at))


def _keep(move: Move, past: list[Posting], today: date) -> None:
    spells = moved(
        [posting.spell for posting in past],
        before=move.before, after=post_of(move.person), since=min(move.since, today),
    )  # fmt: skip
    _write(move.person, past, spells)


def _write(person: Person, past: list[Posting], spells: list[Spell]) -> None:
    known = {item.spell: item.pk for item in past}
    if untrue := known.keys() - set(spells):
        Posting.objects.filter(pk__in=[known[spell] for spell in untrue]).delete()
    Posting.objects.bulk_create(
        Posting(
            person=person, office_id=spell.post.office, category=spell.post.category,
            is_manager=spell.post.is_manager, starts_on=spell.starts_on, ends_on=spell.ends_on,
        )
        for spell in spells
        if spell not in known
    )  # fmt: skip

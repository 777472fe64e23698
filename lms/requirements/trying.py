"""Tries a change of a rule: applies it, looks at what it did, and takes all of it back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from wagtail import hooks

from lms.people.models import Office
from lms.requirements.applying import apply_all
from lms.requirements.models import Assignment, Requirement
from lms.requirements.standing import MISSED

MESSAGES = "lms_requirement_messages"
"""Hook of Wagtail's: ``(requirement) -> Counter`` of messages that are due now about it, by the recipient's office."""


@dataclass
class Effects:
    """What a change does, by office: who gains the obligation, who loses it, who becomes overdue, how many messages go."""

    gain: Counter[int] = field(default_factory=Counter)
    lose: Counter[int] = field(default_factory=Counter)
    become_overdue: Counter[int] = field(default_factory=Counter)
    no_longer_overdue: Counter[int] = field(default_factory=Counter)
    messages: Counter[int] = field(default_factory=Counter)

    def by_office(self) -> list[tuple[Office, list[int]]]:
        """In the order of the tree; offices in which nothing changes are left out."""
        columns = [self.gain, self.lose, self.become_overdue, self.no_longer_overdue, self.messages]
        touched = {office for column in columns for office, number in column.items() if number}
        return [(item, [column[item.pk] for column in columns]) for item in Office.objects.filter(pk__in=touched)]

    def totals(self) -> list[int]:
        return [
            column.total()
            for column in (self.gain, self.lose, self.become_overdue, self.no_longer_overdue, self.messages)
        ]


class _TakeBack(Exception):
    pass


def dry_run(draft: Requirement, *, today: date) -> Effects:
    """Of terms that are not saved. Takes as long as applying them, and leaves nothing behind."""
    effects = Effects()
    try:
        with transaction.atomic():
            before, told = _stand(draft, today), _messages(draft)
            draft.live = True
            draft.save()
            apply_all(draft, today=today)
            after = _stand(draft, today)
            effects.messages = _messages(draft)
            effects.messages.subtract(told)
            raise _TakeBack
    except _TakeBack:
        pass
    for person in before.keys() | after.keys():
        office, was = before.get(person, (0, None))
        office, now = after.get(person, (office, None))
        effects.gain[office] += was is None
        effects.lose[office] += now is None
        effects.become_overdue[office] += now in MISSED and was not in MISSED
        effects.no_longer_overdue[office] += was in MISSED and now not in MISSED
    return effects


def _stand(requirement: Requirement, today: date) -> dict[int, tuple[int, str]]:
    """By person: office and standing."""
    if requirement.pk is None:
        return {}
    rows = Assignment.objects.open().filter(requirement=requirement.pk).with_standing(today)
    found = rows.values_list("person", "person__office", "standing").iterator(chunk_size=5000)
    return {person: (office, standing) for person, office, standing in found}


def _messages(requirement: Requirement) -> Counter[int]:
    total: Counter[int] = Counter()
    if requirement.pk is not None:
        for hook in hooks.get_hooks(MESSAGES):
            total += hook(requirement)
    return total

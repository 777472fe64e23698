"""Notices: keeps a row of what an area has to say, and asks for the words at the moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.utils import timezone

from lms import notices
from lms.people.models import Person
from reminders.models import LadderRung, Reminder


def keep(*, kind: str, key: str, person: Person, day: date, **_: Any) -> None:
    """What ``notice_due`` brings: in the transaction of its cause. The next sweep places it into a message."""
    Reminder.objects.create(
        kind=kind, key=key, audience=LadderRung.Audience.PERSON, days=0, anchor=day, recipient=person,
        planned_at=timezone.now(),
    )  # fmt: skip


def is_to_wait(notice: Reminder) -> bool:
    """For an address; or, where the record was merged meanwhile, for the message of the one that is kept."""
    recipient = notice.recipient
    if recipient.merged_into_id is not None and notice.audience == LadderRung.Audience.PERSON:
        Reminder.objects.filter(pk=notice.pk).update(recipient=recipient.merged_into_id, message=None)
        return True
    return not recipient.address


def find_words(planned: Sequence[Reminder], *, today: date) -> dict[int, str]:
    """Gives each notice its words; for those that are not to be told any more, by id, why."""
    unsaid = {item.pk: "left" for item in planned if item.recipient.has_left(today)}
    to_ask = sorted((item for item in planned if item.pk not in unsaid), key=lambda item: item.kind)
    for kind, group in groupby(to_ask, key=lambda item: item.kind):
        mine = list(group)
        asked = [notices.Asked(item.key, item.recipient, item.audience, item.anchor) for item in mine]
        for item, words in zip(mine, notices.words(kind, asked, today=today), strict=True):
            item.words = words
            if words is None:
                unsaid[item.pk] = "over"
    return unsaid

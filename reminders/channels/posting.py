"""Posts what waits: claims some, reads standing again, hands each over and notes at once what became of it.

A worker that dies in the moment of handing over leaves one post that goes again; nothing else is ever repeated.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from django.db.models.functions import Now
from django.utils import timezone, translation

from reminders.channels.handing import Gone, Later, NotAccepted, Unsure
from reminders.channels.models import ChannelAddress, Post
from reminders.channels.nudging import Nudge
from reminders.channels.registry import Channel, channels
from reminders.leasing import work_off
from reminders.models import LadderRung, Reminder
from reminders.places import Place, Places
from reminders.recipients import Recipients

logger = logging.getLogger(__name__)
CLAIM = 50
LEASE = timedelta(minutes=3)  # longer than one hand-over takes, the name server's answer included
GIVE_UP = timedelta(days=1)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=2)
LOST_IN_A_ROW = 3
Because, State = Post.Because, Post.State


def post_waiting(*, at: datetime | None = None, within: timedelta | None = None) -> int:
    """Post what waits at that moment, unless other workers have it; how many were accepted."""
    poster = Poster(at or timezone.now())
    work_off(poster, within=within)
    return poster.accepted


@dataclass(frozen=True)
class Job:
    """A post that is still needed, where it goes and what it says."""

    post: Post
    address: ChannelAddress
    channel: Channel
    nudge: Nudge


class Poster:
    """One worker in one round."""

    is_cut_off = False

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.mine = uuid.uuid4()
        self.accepted = 0
        self._channels = channels()
        self._places = Places()
        self._claimed: list[int] = []
        self._lost = Counter[str]()

    def claim(self) -> bool:
        self._claimed = Post.objects.claim(by=self.mine, at=self.at, lease=LEASE, most=CLAIM)
        return bool(self._claimed)

    def work(self, until: float | None) -> None:
        for job in self._needed():
            if until is not None and monotonic() >= until:
                return
            if self._still_holds(job.post):
                self._hand_over(job)

    def let_go(self) -> None:
        """Give back what was not come to."""
        Post.objects.held(self.mine).update(state=State.READY, claimed_by=None, lease_until=None)

    def _still_holds(self, post: Post) -> bool:
        """Asked before each, and the lease runs anew: how long the ones before took does not matter."""
        mine = Post.objects.held(self.mine).filter(pk=post.pk, lease_until__gt=Now())
        return bool(mine.update(lease_until=Now() + LEASE))

    def _needed(self) -> Iterator[Job]:
        """What is still to be posted of what was claimed; the others are cancelled, given up or wait for the day."""
        held = Post.objects.held(self.mine).filter(pk__in=self._claimed)
        posts = list(held.select_related("message__recipient__office").order_by("pk"))
        recipients = {post.message.recipient_id for post in posts}
        found = ChannelAddress.objects.filter(person__in=recipients, is_active=True)
        addresses = {(item.person_id, item.channel): item for item in found}
        open_people = self._open_people(posts)
        for post in posts:
            recipient = post.message.recipient
            address, channel = addresses.get((recipient.pk, post.channel)), self._channels.get(post.channel)
            people = len(open_people[post.message_id])
            opens = self._places.opens(Place.of(recipient), self.at)
            if address is None or channel is None:
                self._settle(post, state=State.CANCELLED, because=Because.NO_ADDRESS)
            elif not people:
                self._settle(post, state=State.CANCELLED, because=Because.NOTHING_OPEN)
            elif opens > self.at or self.at >= post.written_at + GIVE_UP:
                self._again(post, opens, detail=post.detail)
            else:
                yield Job(post, address, channel, Nudge(people))

    def _open_people(self, posts: list[Post]) -> dict[int, set[int]]:
        """By message: the other people of whom it spoke, who still owe it and of whom its recipient is still told."""
        reminders = list(
            Reminder.objects.filter(message__in=[post.message_id for post in posts], assignment__isnull=False)
            .exclude(audience=LadderRung.Audience.PERSON)
            .exclude(state=Reminder.State.CANCELLED)
            .select_related("assignment__person__office", "assignment__requirement", "recipient")
        )
        recipients = Recipients([item.task for item in reminders], now=self.at)
        people = defaultdict[int, set[int]](set)
        for item in reminders:
            told = recipients.speaks_to(item.task, item.audience, item.recipient)
            if told and not recipients.not_about(item.task):
                assert item.message_id is not None
                people[item.message_id].add(item.task.person_id)
        return people

    def _hand_over(self, job: Job) -> None:
        host = urlsplit(job.address.url).netloc
        if self._lost[host] >= LOST_IN_A_ROW:
            self._later(job.post, Later(job.post.detail))
            return
        try:
            with translation.override(job.post.message.recipient.language):
                body = job.channel.worded(job.nudge)
            job.channel.hand_over(job.address.url, body)
        except Later as error:
            self._lost[host] += 0 if error.pause else 1
            self._later(job.post, error)
        except NotAccepted as error:
            self._lost[host] = 0
            self._given_up(job, error)
        except (
            Exception
        ) as error:  # whatever is wrong with one channel, the others must go; its text may hold the address
            logger.error("post %s was not made: %s", job.post.pk, type(error).__name__)
            self._later(job.post, Later(type(error).__name__))
        else:
            self._lost[host] = 0
            self.accepted += self._settle(
                job.post, state=State.POSTED, because="", detail="", posted_at=Now(), people=job.nudge.people
            )

    def _later(self, post: Post, error: Later) -> None:
        wait = min(FIRST_RETRY * 2 ** min(post.attempts, 10), LONGEST_RETRY) * uniform(0.8, 1.2)
        wait = max(wait, min(timedelta(seconds=error.pause), 2 * GIVE_UP))
        self._again(post, self._places.opens(Place.of(post.message.recipient), self.at + wait), detail=str(error))

    def _again(self, post: Post, moment: datetime, *, detail: str) -> None:
        """At that moment; a nudge that comes a day late is none."""
        if moment >= post.written_at + GIVE_UP:
            self._settle(post, state=State.FAILED, because=Because.LATE, detail=detail[:200])
            return
        self._settle(post, state=State.READY, because=Because.NOT_NOW, detail=detail[:200], not_before=moment)

    def _given_up(self, job: Job, error: NotAccepted) -> None:
        detail = str(error)[:200]
        because = Because.UNSURE if isinstance(error, Unsure) else Because.REFUSED
        if isinstance(error, Gone):
            because = Because.GONE
            this = ChannelAddress.objects.filter(
                pk=job.address.pk, url=job.address.url
            )  # not one that HR has just given
            this.update(is_active=False, off_because=detail, off_at=Now())
        self._settle(job.post, state=State.FAILED, because=because, detail=detail)

    def _settle(self, post: Post, **values: Any) -> bool:
        """Write what became of it, unless it has gone to another worker meanwhile."""
        return bool(Post.objects.held(self.mine).filter(pk=post.pk).update(**values, lease_until=None))

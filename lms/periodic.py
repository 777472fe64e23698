"""The registry of jobs that the clock starts, and the way to wake a worker. The database decides; RQ only delivers.

Late, lost or doubled ticks do no harm: a tick is claimed by one conditional UPDATE, and a job that runs twice does nothing
twice.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import django_rq
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from redis.exceptions import RedisError

from lms.periodic_models import PeriodicRun

logger = logging.getLogger(__name__)
Job = Callable[[datetime], None]
CLOCK = "clock"


@dataclass(frozen=True)
class Periodic:
    name: str
    every: timedelta
    job: Job
    by_clock: bool = False
    within: timedelta | None = None


_jobs: dict[str, Periodic] = {}


def periodic(
    *, every: timedelta, name: str, by_clock: bool = False, within: timedelta | None = None
) -> Callable[[Job], Job]:
    """Registers ``job(now)`` to be started at that interval. Jobs stand in an app's ``cron`` module.

    ``by_clock``: it runs in the clock's own process, because it watches over the workers. ``within``: how long it may take,
    where that is longer than RQ gives to others.
    """

    def add(job: Job) -> Job:
        _jobs[name] = Periodic(name, every, job, by_clock, within)
        return job

    return add


def jobs() -> dict[str, Periodic]:
    """Every registered job, by name."""
    autodiscover_modules("cron")
    return _jobs


def claim(*, name: str, every: timedelta, now: datetime) -> bool:
    """Take the tick of that job, unless it is not due or another clock has it."""
    PeriodicRun.objects.bulk_create([PeriodicRun(name=name)], ignore_conflicts=True)
    due = Q(started_at=None) | Q(started_at__lte=now - every)
    return bool(PeriodicRun.objects.filter(due, name=name).update(started_at=now))


def tick(now: datetime) -> list[str]:
    """One round of the clock: claim what is due and wake a worker for each. Answers the names."""
    PeriodicRun.objects.update_or_create(name=CLOCK, defaults={"started_at": now, "finished_at": now})
    claimed = _claimed(now, by_clock=False)
    for name in claimed:
        kick("lms.periodic.run", name, within=jobs()[name].within)
    return claimed


def watch(now: datetime) -> list[str]:
    """Claim and run what watches over the workers, in this process. One that fails is noted and stops no other."""
    claimed = _claimed(now, by_clock=True)
    for name in claimed:
        try:
            run(name)
        except Exception:
            logger.exception("the watch %s failed", name)
    return claimed


def _claimed(now: datetime, *, by_clock: bool) -> list[str]:
    mine = [item for item in jobs().values() if item.by_clock == by_clock]
    return [item.name for item in mine if claim(name=item.name, every=item.every, now=now)]


def run(name: str) -> None:
    """Run a job and note how it ended. What RQ calls."""
    try:
        jobs()[name].job(timezone.now())
    except Exception as error:
        PeriodicRun.objects.filter(name=name).update(last_error=f"{type(error).__name__}: {error}")
        raise
    PeriodicRun.objects.filter(name=name).update(finished_at=timezone.now(), last_error="")


def kick(function: str, *arguments: str | int, within: timedelta | None = None) -> None:
    """Wake a worker after the commit. Never fails: what is not delivered is found by the clock's next round."""
    transaction.on_commit(lambda: _enqueue(function, arguments, within), robust=True)


def _enqueue(function: str, arguments: tuple[str | int, ...], within: timedelta | None = None) -> None:
    try:
        django_rq.get_queue("default").enqueue(
            function,
            *arguments,
            job_id=uuid.uuid4().hex,
            result_ttl=0,
            failure_ttl=3600,
            job_timeout=int(within.total_seconds()) if within else None,
        )
    except (RedisError, OSError) as error:
        logger.warning("no worker was woken for %s: %s", function, type(error).__name__)

"""Watches over the reminders: one list of checks, each with a sentence for an operator. Reads only, and cheaply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Coalesce, Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.periodic_models import PeriodicRun
from lms.redacting import without_addresses
from reminders.alarm_models import NAME, Alarm
from reminders.conf import conf
from reminders.models import Message, Reminder
from reminders.recipients import day_of
from reminders.standstill import Held, Mail, Run, Verdict, held_up, ran, refused

SWEEP, DRAIN, WATCH = "reminders.sweep", "reminders.drain", "reminders.watch"
CHANNELS, HOLD_BACK = "reminders.channels", "reminders.hold_back"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERY = {SWEEP: 5 * MINUTE, DRAIN: MINUTE, CHANNELS: MINUTE, HOLD_BACK: 5 * MINUTE, WATCH: MINUTE}
READY, SENDING, FAILED = Message.State.READY, Message.State.SENDING, Message.State.FAILED

SAYS: dict[str, str | Promise] = {
    "never": _("%(job)s: it has never been started; no clock is running."),
    "not_started": _("%(job)s: it is not started any more; no clock is running."),
    "never_finished": _("%(job)s: it has never come to its end; no worker is running, or it dies."),
    "not_finished": _("%(job)s: it does not come to its end; no worker is running, or it dies."),
    "error": _("%(job)s: it ends with an error: %(error)s"),
    "written": _("The sweep ends without an error, and yet it does not write a reminder that is due."),
    "placed": _("Reminders that are due and have been put into no message: %(count)s."),
    "queue": _("Messages that should have been sent and wait: %(count)s."),
    "claimed": _("Messages that a worker took and left behind, and that no other has taken up: %(count)s."),
    "sent": _("No message is sent, although messages wait: %(count)s. %(error)s"),
    "mail": _("The mail server refuses most messages of the last hour or cannot be reached: %(count)s. %(error)s"),
}
JOBS: dict[str, str | Promise] = {
    "sweep": _("Sweep (writes the reminders that are due)"),
    "drain": _("Drain (sends the messages that wait)"),
    "channels": _("Posts in other channels"),
    "hold_back": _("Holding what came back"),
}


@dataclass(frozen=True)
class Trouble:
    """One thing that stands still, for somebody to read."""

    name: str
    since: datetime | None
    says: str


def troubles(now: datetime) -> list[Trouble]:
    """What stands still, in the order in which one thing leads to the next."""
    return [_read(verdict) for verdict in verdicts(now) if not verdict.ok]


def verdicts(now: datetime) -> list[Verdict]:
    """Every check, for machines: without the sentences, and without the errors of others that they hold."""
    late = timedelta(minutes=conf.REMINDERS_LATE_MINUTES)
    noted = runs()
    waiting, mail = _messages(now, late)
    return [
        _ran(SWEEP, noted, now),
        _written(),
        held_up("placed", _unplaced(now, late)),
        _ran(DRAIN, noted, now),
        held_up("queue", waiting["late"]),
        held_up("claimed", waiting["left"]),
        held_up("sent", waiting["unsent"]),
        refused("mail", mail),
        _ran(CHANNELS, noted, now),
        _ran(HOLD_BACK, noted, now),
    ]


def watched(now: datetime) -> Verdict:
    """Whether the watch itself goes on."""
    return _ran(WATCH, runs(), now)


def runs() -> dict[str, Run]:
    """The jobs of reminders, by name."""
    noted = PeriodicRun.objects.filter(name__in=EVERY)
    found = {row.name: Run(row.started_at, row.finished_at, row.last_error) for row in noted}
    return {name: found.get(name, Run()) for name in EVERY}


def _ran(job: str, noted: dict[str, Run], now: datetime) -> Verdict:
    late = timedelta(minutes=conf.REMINDERS_LATE_MINUTES)
    return ran(job.removeprefix("reminders."), noted[job], every=EVERY[job], late=late, now=now)


def _written() -> Verdict:
    """What the last look found (``looking``): too dear to be asked each time."""
    since = Alarm.objects.filter(name=NAME).values_list("unwritten_since", flat=True).first()
    return Verdict("written", "written", since) if since else Verdict("written")


def _unplaced(now: datetime, late: timedelta) -> Held:
    """Whoever has had their message of the day waits for the next one, and who has no address for one; all others should be
    in a message."""
    had_theirs = Message.objects.filter(recipient=OuterRef("recipient"), day__gte=day_of(now) - DAY)
    alone = Reminder.objects.filter(state=Reminder.State.PLANNED, message=None, planned_at__lt=now - late)
    alone = alone.exclude(recipient__email="", recipient__personal_email="")
    alone = alone.exclude(Exists(had_theirs.exclude(state=READY))).order_by()
    return Held(**alone.aggregate(count=Count("pk"), since=Min("planned_at")))


def _messages(now: datetime, late: timedelta) -> tuple[dict[str, Held], Mail]:
    """What waits, what fails. What is put off to another day nobody tries, and has no ``failing_since`` (``sending``)."""
    sent = Message.objects.filter(state=Message.State.SENT).order_by()
    last_sent_at = sent.order_by("-sent_at").values_list("sent_at", flat=True).first()
    is_late = Q(state=READY, not_before__lt=now - late)
    since_the_last = Q(begun__gt=last_sent_at) if last_sent_at else Q()
    of = {
        "late": (is_late, "not_before"),
        "left": (Q(state=SENDING, lease_until__lt=Now() - late), "lease_until"),
        "unsent": ((is_late | Q(failing_since__lt=now - late)) & since_the_last, "begun"),
        "failing": (Q(failing_since__gte=now - HOUR), "failing_since"),
    }
    asked = {f"{name}_count": Count("pk", filter=which) for name, (which, _when) in of.items()}
    since = {f"{name}_first": Min(when, filter=which) for name, (which, when) in of.items()}
    open_ones = Message.objects.filter(state__in=[READY, SENDING]).order_by()
    told = open_ones.annotate(begun=Coalesce("failing_since", "not_before")).aggregate(**asked, **since)
    held = {name: Held(told[f"{name}_count"], told[f"{name}_first"]) for name in of}
    refused_of_late = Message.objects.filter(state=FAILED, failing_since__gte=now - HOUR).order_by()
    for_good = Held(**refused_of_late.aggregate(count=Count("pk"), since=Min("failing_since")))
    went = sent.filter(sent_at__gte=now - 2 * HOUR).count()
    return held, Mail(failing=_both(held["failing"], for_good), sent=went)


def _both(one: Held, other: Held) -> Held:
    return Held(one.count + other.count, min(filter(None, (one.since, other.since)), default=None))


def _read(verdict: Verdict) -> Trouble:
    says = SAYS[verdict.trouble if verdict.trouble in SAYS else verdict.name]
    error = _error(verdict) if "%(error)s" in str(says) else ""
    said = str(says) % {"job": JOBS.get(verdict.name, ""), "count": verdict.count, "error": error}
    return Trouble(verdict.name, verdict.since, said.strip())


def _error(verdict: Verdict) -> str:
    if verdict.name in JOBS:
        return harmless(runs()[f"reminders.{verdict.name}"].error)
    failing = Message.objects.filter(failing_since__isnull=False).order_by("-failing_since")
    return harmless(failing.values_list("last_error", flat=True).first() or "")


def harmless(error: str) -> str:
    """The beginning of an error, without the addresses in it and without the rows that a database shows below."""
    lines = error.strip().splitlines()
    return without_addresses(lines[0])[:300] if lines else ""

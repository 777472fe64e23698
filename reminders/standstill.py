"""Pure: what of the reminders stands still, told from what the database says. Imports no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FEWEST = 3
"""So many messages have to fail, beside as many that went at most."""
PATIENCE = timedelta(minutes=10)  # two sweeps: what the next one mends is worth no e-mail
CALM = timedelta(minutes=10)  # all right for so long: what comes and goes is one standstill, not many
REPEAT = timedelta(hours=24)


@dataclass(frozen=True)
class Verdict:
    """What one check says. ``trouble`` names what is wrong; empty: all right."""

    name: str
    trouble: str = ""
    since: datetime | None = None
    count: int = 0

    @property
    def ok(self) -> bool:
        return not self.trouble


@dataclass(frozen=True)
class Run:
    """A periodic job: when the clock started it last, when a worker last came to its end, and with what error."""

    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True)
class Held:
    """So many of something that should have moved on, the first of them since then."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Mail:
    """What the mail server did. ``failing``: messages that began to fail in the last hour and were not sent since.

    ``sent``: in the last two hours, so that the end of a round is not weighed without its beginning.
    """

    failing: Held = Held()
    sent: int = 0


def ran(name: str, run: Run, *, every: timedelta, late: timedelta, now: datetime) -> Verdict:
    """Whether the clock starts a job and a worker ends it, without an error."""
    patience = max(late, 3 * every)
    if run.started_at is None:
        return Verdict(name, "never")
    if run.error:
        return Verdict(name, "error", run.finished_at)
    if now - run.started_at > patience:
        return Verdict(name, "not_started", run.started_at)
    if run.finished_at is None:
        return Verdict(name, "never_finished")
    if run.finished_at < run.started_at and now - run.finished_at > patience:
        return Verdict(name, "not_finished", run.finished_at)
    return Verdict(name)


def held_up(name: str, held: Held) -> Verdict:
    return Verdict(name, "held", held.since, held.count) if held.count else Verdict(name)


def refused(name: str, mail: Mail) -> Verdict:
    """A few addresses that are wrong are no trouble of the server: most of the last hour has to fail."""
    return held_up(name, mail.failing if mail.failing.count >= max(FEWEST, mail.sent) else Held())


@dataclass(frozen=True)
class Standstill:
    """What is remembered of the standstill that lasts, or has just ended; ``began_at`` None: there is none.

    ``awake_since``: when the watch itself came back, after an outage of all of it; what is late then may catch up.
    """

    began_at: datetime | None = None
    calm_since: datetime | None = None
    told_at: datetime | None = None
    was_tried: bool = False
    awake_since: datetime | None = None


def letter_due(verdicts: Sequence[Verdict], known: Standstill, now: datetime) -> str:
    """Which e-mail operators are to get now: "begins", "lasts", "over", or none: empty."""
    if known.began_at is None:
        return ""
    troubles = [verdict for verdict in verdicts if not verdict.ok]
    if not troubles:
        was_told = known.told_at is not None or known.was_tried
        is_over = known.calm_since is not None and now - known.calm_since >= CALM
        return "over" if was_told and is_over else ""
    if known.told_at is not None:
        return "lasts" if now - known.told_at >= REPEAT else ""
    first = min(known.began_at, *(verdict.since or known.began_at for verdict in troubles))
    return "begins" if now - max(first, known.awake_since or first) >= PATIENCE else ""

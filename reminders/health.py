"""What /healthz tells of reminders: whether each check holds and since when; numbers, no names, no errors of others."""

from __future__ import annotations

from django.utils import timezone

from lms.health import Checks, health_checks
from reminders.watching import verdicts, watched


@health_checks("reminders")
def reminders() -> Checks:
    now = timezone.now()
    return {
        f"reminders_{verdict.name}": {
            "ok": verdict.ok,
            "since": verdict.since.isoformat(timespec="seconds") if verdict.since else None,
            "count": verdict.count,
        }
        for verdict in (*verdicts(now), watched(now))
    }

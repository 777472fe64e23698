"""Says whether reminders stand still, for whoever watches over the site. Names nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lms.periodic_models import PeriodicRun
from reminders.conf import conf
from reminders.models import Message

SWEEP = "reminders.sweep"


def watch(now: datetime) -> dict[str, Any]:
    """Whether the sweep runs, how long the oldest message has waited past its time, how many a mail server put off.

    What is put off counts only while nothing gets through: one greylisting server is not ours to mend.
    """
    late = timedelta(minutes=conf.REMINDERS_LATE_MINUTES)
    sweep = PeriodicRun.objects.filter(name=SWEEP).first()
    swept = sweep.finished_at if sweep else None
    has_begun = sweep is not None and sweep.started_at is not None
    sweep_is_fine = not has_begun or (sweep.last_error == "" and swept is not None and now - swept <= late)  # type: ignore[union-attr]
    open_ones = Message.objects.filter(state__in=[Message.State.READY, Message.State.SENDING])
    oldest = open_ones.filter(not_before__lte=now).order_by("not_before").values_list("not_before", flat=True).first()
    waiting = now - oldest if oldest else timedelta(0)
    put_off = open_ones.exclude(last_error="").count()
    gets_through = Message.objects.filter(sent_at__gt=now - late).exists()
    return {
        "ok": sweep_is_fine and waiting <= late and (not put_off or gets_through),
        "sweep_age_seconds": round((now - swept).total_seconds()) if swept else None,
        "waiting_seconds": round(waiting.total_seconds()),
        "put_off": put_off,
    }

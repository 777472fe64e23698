"""Clocks that are set back, and days that are an hour, or half an hour, shorter or longer."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone

from lms.requirements.models import Activity, Assignment
from reminders.models import Ladder, LadderRung
from tests.cast import make_office, make_person, make_requirement
from tests.faults.reminding.conftest import IS_LONG
from tests.faults.reminding.post_office import Hold
from tests.faults.reminding.scenario import Scenario

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TICK = timedelta(minutes=10 if IS_LONG else 90)
FROM, UNTIL = 8, 18
ZONES = ("Europe/Zurich", "America/New_York", "America/Santiago", "Australia/Sydney", "Australia/Lord_Howe",
         "Pacific/Kiritimati", "Asia/Kathmandu")  # fmt: skip
SUNDAYS = {
    date(2026, 3, 29): ["Europe/Zurich"],
    date(2026, 4, 5): ["America/Santiago", "Australia/Sydney", "Australia/Lord_Howe"],
    date(2026, 10, 4): ["Australia/Sydney", "Australia/Lord_Howe"],
    date(2026, 10, 25): ["Europe/Zurich"],
    date(2026, 11, 1): ["America/New_York"],
    date(2026, 3, 8): ["America/New_York"],
    date(2026, 9, 6): ["America/Santiago"],
}


def test_the_clock_is_set_back_in_the_middle(scenario: Scenario) -> None:
    """By a day, while half of the messages have gone; then it is right again."""
    now = timezone.now()
    held = Hold("mail", 10)
    scenario.post.fault = held
    worker = scenario.worker()
    assert held.reached.wait(30)
    worker.kill()
    scenario.time_passes()
    scenario.lives_go_on()
    for hours in (24, 3, 0, 24):
        scenario.worker(at=now - timedelta(hours=hours)).wait()
    scenario.ends("clock set back by a day in the middle")


@pytest.fixture
def owed(settings: Any) -> Any:
    """In each zone somebody whose task is due on that Sunday, which is a working day there; one step on it, one after."""
    settings.LMS_SEND_FROM_HOUR, settings.LMS_SEND_UNTIL_HOUR, settings.LMS_WORKING_DAYS_ONLY = FROM, UNTIL, True

    def lay(sunday: date) -> None:
        activity = Activity.objects.create(iri="https://example.org/z", kind="course", name="Z", move_on="Parts")
        requirement = make_requirement("sea", activity, due_days=30)
        for zone in ZONES:
            office = make_office(zone[-12:], time_zone=zone, weekend="fri-sat")
            person = make_person(zone.split("/")[1], office, email=f"{zone.split('/')[1].lower()}@example.org")
            opened_on = sunday - 20 * DAY
            Assignment.objects.create(requirement=requirement, person=person, opened_on=opened_on, due_on=sunday)
        ladder = Ladder(name="each day", starts_on=sunday - 20 * DAY)
        ladder.requirements = [requirement]
        ladder.rungs = [LadderRung(days=days, audience=LadderRung.Audience.PERSON, ladder=ladder) for days in (0, 1)]
        ladder.save()

    return lay


@pytest.mark.parametrize("sunday", SUNDAYS if IS_LONG else list(SUNDAYS)[:5], ids=str)
def test_each_step_comes_once_on_the_recipients_own_day_within_the_hours(
    owed: Any, mailbox: Any, sunday: date
) -> None:
    for zone in SUNDAYS[sunday]:
        before, after = (datetime.combine(sunday + days * DAY, time(12), ZoneInfo(zone)) for days in (-1, 1))
        assert before.utcoffset() != after.utcoffset()
    owed(sunday)
    moments: dict[str, list[datetime]] = defaultdict(list)
    seen: set[str] = set()
    at = datetime.combine(sunday - DAY, time(16), UTC)
    while at < datetime.combine(sunday + 2 * DAY, time(1), UTC):
        call_command("send_reminders", at=at.isoformat(), stdout=StringIO())
        for path in mailbox.paths():
            if path.stem not in seen:
                seen.add(path.stem)
                moments[str(mailbox.read(path.stem)["to"])].append(at)
        at += TICK
    for zone in ZONES:
        local = [moment.astimezone(ZoneInfo(zone)) for moment in moments[f"{zone.split('/')[1].lower()}@example.org"]]
        assert [moment.date() for moment in local] == [sunday, sunday + DAY], (zone, local)
        for moment in local:
            opens = datetime.combine(moment.date(), time(FROM), ZoneInfo(zone))
            assert timedelta(0) <= moment.astimezone(UTC) - opens.astimezone(UTC) < TICK, (zone, local)
    print(
        f"clocks change on {sunday} in {', '.join(SUNDAYS[sunday])}: {2 * len(ZONES)} due, {len(seen)} sent, each once"
    )

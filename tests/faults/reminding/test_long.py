"""The long form (``make faults``): a day on which 100,000 are due, and processes whose clock is wrong."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from lms.periodic_models import PeriodicRun
from reminders import scheduling
from reminders.models import Message, Reminder
from tests.faults.reminding.conftest import IS_LONG
from tests.faults.reminding.post_office import Fault, Hold
from tests.faults.reminding.scenario import Scenario
from tests.faults.second_store import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not IS_LONG, reason="the long form: make faults")]
DUE = int(os.environ.get("FAULTS_DUE", "100000"))
KILLS = 14
PEOPLE = """
INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
SELECT 'L' || n, '!', false, false, true, '', '', '', now() FROM generate_series(1, {due}) n;
INSERT INTO lms_person (number, uuid, name, email, personal_email, category, office_id, is_manager, language, time_zone,
    joined_on, user_id)
SELECT 'L' || n, gen_random_uuid(), 'Person L' || n, 'l' || n || '@example.org', '', 'FTA', o.id, false,
    (array['en', 'fr', 'es', 'ar', 'ru', 'zh-hans'])[1 + n % 6], '', DATE '2026-01-05', u.id
FROM generate_series(1, {due}) n JOIN auth_user u ON u.username = 'L' || n CROSS JOIN lms_office o;
INSERT INTO lms_assignment (requirement_id, person_id, cycle, registration, opened_on, due_on, ended_because)
SELECT r.id, p.id, 1, gen_random_uuid(), current_date - 60, current_date - 1, ''
FROM lms_person p CROSS JOIN lms_requirement r WHERE p.number LIKE 'L%';
ANALYZE auth_user, lms_person, lms_assignment;
"""


def test_a_day_of_100_000_due_with_two_clocks_two_workers_and_kills(scenario: Scenario) -> None:
    """Nothing is hurried here: the clocks tick, the leases of the killed end when their eight minutes are over."""
    if not scenario.database.is_postgresql:
        pytest.skip("the day of production is tried on PostgreSQL")
    seed = 20261125
    chance = random.Random(seed)
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE.format(due=DUE))
    due, post, crew = len(scenario.due) + DUE, scenario.post, scenario.world.crew
    post.keeps_text = False
    scenario.clock_is_due("reminders.sweep")
    begun = time.monotonic()
    for _ in range(2):
        crew.start("run_clock", must_live=True)
        crew.start("run_worker", must_live=True)
    while not post.letters:
        assert time.monotonic() - begun < 600, crew.told()
        time.sleep(0.1)
    first, kills, next_kill = time.monotonic() - begun, 0, time.monotonic() + 2
    while not _is_over():
        PeriodicRun.objects.exclude(name__startswith="reminders.").update(started_at=timezone.now())
        if kills < KILLS and time.monotonic() > next_kill:
            next_kill = time.monotonic() + chance.uniform(2, 15)
            worker = chance.choice([item for item in crew.all if item.must_live and item.command[0] == "run_worker"])
            kills += 1
            worker.kill() if chance.random() < 0.5 else worker.kill_children()
        for process in [item for item in crew.all if item.must_live and not item.is_alive]:
            process.must_live = False
            crew.start(*process.command, must_live=True)
        assert time.monotonic() - begun < 3600, crew.told()
        time.sleep(1)
    took = time.monotonic() - begun
    per_message = Counter((letter.message_id, letter.to) for letter in post.letters)
    repeated = sum(per_message.values()) - len(per_message)
    addresses = Counter(to for _, to in per_message)
    lost = due - Reminder.objects.filter(state="sent", message__state="sent").count()
    print(
        f"{due} due, two clocks, two workers, {kills} kills: {len(per_message)} messages, {lost} lost, "
        f"{repeated} repeated, first after {first:.0f} s, all after {took:.0f} s, seed {seed}"
    )
    post.keeps_text = True
    assert first < 90, "a sweep that goes through a table for each person"
    assert lost == 0
    assert repeated <= kills
    assert addresses.most_common(1)[0][1] == 1
    assert len(addresses) == DUE + len({*scenario.due.values()})


def _is_over() -> bool:
    return Message.objects.exists() and not (
        Message.objects.filter(state__in=["ready", "sending"]).exists()
        or Reminder.objects.filter(state="planned").exists()
    )


def test_a_process_whose_clock_is_wrong_takes_nothing_from_the_others(scenario: Scenario) -> None:
    """A day behind, and twenty minutes ahead, beside one that is right. Leases run on the database's clock."""
    if shutil.which("faketime") is None:
        pytest.skip("no faketime on this machine: apt-get install faketime")
    if not scenario.database.is_postgresql:
        pytest.skip("SQLite has no clock of its own")
    scheduling.sweep(timezone.now())
    _with_clock(scenario, "-1d")
    assert scenario.post.letters == []
    held = Hold("mail", 10)
    scenario.post.fault = held
    worker = scenario.worker()
    assert held.reached.wait(30)
    worker.stand_still()
    scenario.post.fault = Fault()
    _with_clock(scenario, "+20m")
    held_still = Message.objects.filter(state="sending", lease_until__gt=timezone.now()).values_list(
        "recipient__email"
    )
    assert not {address for (address,) in held_still} & {letter.to for letter in scenario.post.letters}
    assert len(held_still) >= 30
    held.go.set()
    worker.go_on()
    worker.wait()
    scenario.ends("process with its clock a day behind, another's 20 minutes ahead", doubts=0)


def _with_clock(scenario: Scenario, wrong: str) -> None:
    command = ["faketime", "-f", wrong, sys.executable, "manage.py", "send_reminders"]
    subprocess.run(command, cwd=ROOT, env=scenario.world.crew.environment, check=True, timeout=120)

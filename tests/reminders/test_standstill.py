"""The rule: what stands still, and which e-mail is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminders.standstill import (
    CALM,
    PATIENCE,
    REPEAT,
    Held,
    Mail,
    Run,
    Standstill,
    Verdict,
    letter_due,
    ran,
    refused,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MINUTE, LATE = timedelta(minutes=1), timedelta(minutes=30)


def trouble(run: Run, every: timedelta = 5 * MINUTE) -> str:
    return ran("sweep", run, every=every, late=LATE, now=NOW).trouble


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (Run(), "never"),
        (Run(NOW), "never_finished"),
        (Run(NOW, NOW - 5 * MINUTE), ""),
        (Run(NOW, NOW - 30 * MINUTE), ""),
        (Run(NOW, NOW - 31 * MINUTE), "not_finished"),
        (Run(NOW - 31 * MINUTE, NOW - 31 * MINUTE), "not_started"),
        (Run(NOW - MINUTE, NOW - MINUTE, "ValueError: no"), "error"),
    ],
)
def test_a_job_has_to_be_started_and_to_come_to_its_end(run: Run, expected: str) -> None:
    assert trouble(run) == expected


def test_a_job_that_is_started_seldom_is_late_later() -> None:
    assert trouble(Run(NOW - 31 * MINUTE, NOW - 30 * MINUTE), every=timedelta(minutes=20)) == ""


def test_one_mailbox_that_is_full_is_no_trouble_of_the_server() -> None:
    one = Held(1, NOW - 20 * MINUTE)
    assert refused("mail", Mail(failing=one, sent=0)).ok


def test_a_server_that_refuses_all_or_most_is_in_trouble() -> None:
    three = Held(3, NOW - 20 * MINUTE)
    assert refused("mail", Mail(failing=three, sent=3)).trouble == "held"
    assert refused("mail", Mail(failing=three, sent=4)).ok


BAD, GOOD = [Verdict("sweep", "error", NOW)], [Verdict("sweep")]


@pytest.mark.parametrize(
    ("verdicts", "known", "after", "expected"),
    [
        (BAD, Standstill(NOW), PATIENCE - MINUTE, ""),
        (BAD, Standstill(NOW), PATIENCE, "begins"),
        ([Verdict("queue", "held", NOW - LATE)], Standstill(NOW), timedelta(0), "begins"),
        ([Verdict("sweep", "never")], Standstill(NOW), PATIENCE, "begins"),
        ([Verdict("sweep", "not_finished", NOW - LATE)], Standstill(NOW, awake_since=NOW), PATIENCE - MINUTE, ""),
        ([Verdict("sweep", "not_finished", NOW - LATE)], Standstill(NOW, awake_since=NOW), PATIENCE, "begins"),
        (BAD, Standstill(NOW, told_at=NOW), REPEAT - MINUTE, ""),
        (BAD, Standstill(NOW, told_at=NOW), REPEAT, "lasts"),
        (GOOD, Standstill(NOW, calm_since=NOW, told_at=NOW), CALM - MINUTE, ""),
        (GOOD, Standstill(NOW, calm_since=NOW, told_at=NOW), CALM, "over"),
        (GOOD, Standstill(NOW, calm_since=NOW, was_tried=True), CALM, "over"),
        (GOOD, Standstill(NOW, calm_since=NOW), CALM, ""),
        (GOOD, Standstill(), CALM, ""),
    ],
)
def test_one_e_mail_as_it_begins_one_a_day_and_one_when_it_is_over(
    verdicts: list[Verdict], known: Standstill, after: timedelta, expected: str
) -> None:
    assert letter_due(verdicts, known, NOW + after) == expected

"""Bruno has passed and signed and been reminded before; Eve's obligation is set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lms.requirements.models import Assignment
from lms.requirements.waiving import waive
from reminders.models import Message, Reminder
from tests.attestations.test_signing import owed, pass_content, sign_it
from tests.cast import TODAY, Cast
from tests.lms.compliance.auditing.packs import take, unpack

__all__ = ["owed"]


@pytest.fixture
def audited(cast: Cast, owed: Assignment) -> Cast:
    message = Message.objects.create(
        recipient=cast.chen, day=TODAY, state="sent", message_id="<1@example.org>", address="secret@example.org",
        subject="SUBJECT", body="BODY", not_before=datetime(2026, 11, 23, 7, tzinfo=UTC),
        sent_at=datetime(2026, 11, 23, 7, 1, tzinfo=UTC),
    )  # fmt: skip
    for state, days in (("sent", -7), ("cancelled", -14)):
        Reminder.objects.create(
            assignment=owed, audience="supervisor", days=days, anchor=owed.due_on, recipient=cast.chen, state=state,
            message=message, planned_at=datetime(2026, 11, 23, 7, tzinfo=UTC),
        )  # fmt: skip
    pass_content(owed)
    sign_it(owed)
    waive(assignment=cast.assignment(cast.eve, "sea"), reason="connectivity", requested_by=cast.chen,
          approved_by=cast.dora, starts_on=TODAY)  # fmt: skip
    return cast


@pytest.fixture
def pack(audited: Cast, tmp_path: Path) -> Path:
    """A pack of everybody, unpacked."""
    take(tmp_path / "pack.zip", size=10)
    return unpack(tmp_path / "pack.zip")

"""Chen has been written to about Bruno, and can be nudged in Slack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lms.people.models import Person
from reminders.channels.models import ChannelAddress
from tests.cast import Cast
from tests.reminders.channels.stand_in import StandIn, standing_in
from tests.reminders.test_sending import MORNING, run

WEEK_LATER = MORNING + timedelta(days=6)


@pytest.fixture
def stand_in(settings: Any) -> Iterator[StandIn]:
    with standing_in() as server:
        settings.LMS_CHANNEL_STAND_IN = server.origin
        yield server


@pytest.fixture
def written_to(due: Cast, mailbox: Any, stand_in: StandIn) -> Cast:
    Person.objects.filter(pk=due.chen.pk).update(email="chen@example.org")
    due.chen.refresh_from_db()
    ChannelAddress.objects.create(person=due.chen, channel="slack", url=stand_in.slack)
    run(WEEK_LATER)
    return due

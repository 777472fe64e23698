"""Writes a post for every message that went and speaks of others, to whoever has an address in a channel."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from reminders.channels.registry import channels
from reminders.recipients import day_of
from reminders.relations import as_parameter, as_values

FRESH = timedelta(days=1)
A_MESSAGE_WAITS = timedelta(days=31)
"""No message waits longer for being sent: this finds a recipient's few latest by the index that there is."""
WRITE = """
WITH known (channel) AS (VALUES {channels})
INSERT INTO lms_reminders_post (
    message_id, channel, state, because, detail, people, written_at, not_before, attempts)
SELECT m.id, a.channel, 'ready', '', '', 0, %(now)s, %(now)s, 0
FROM lms_reminders_channeladdress a
JOIN known ON known.channel = a.channel
JOIN lms_reminders_message m ON m.recipient_id = a.person_id
WHERE a.is_active AND m.state = 'sent' AND m.sent_at > %(since)s AND m.day >= %(earliest)s
    AND EXISTS (SELECT 1 FROM lms_reminders_reminder r
        WHERE r.message_id = m.id AND r.assignment_id IS NOT NULL AND r.audience <> 'person' AND r.state <> 'cancelled')
    AND NOT EXISTS (SELECT 1 FROM lms_reminders_post p WHERE p.message_id = m.id AND p.channel = a.channel)
ON CONFLICT DO NOTHING
"""


def write_posts(now: datetime) -> int:
    """How many were written. One statement, however many people; run twice or by two at once it writes nothing twice.

    When a message went is read by the real clock, whatever moment is played.
    """
    parameters = {
        "now": as_parameter(now),
        "since": as_parameter(timezone.now() - FRESH),
        "earliest": day_of(now) - A_MESSAGE_WAITS,
    }
    names = [(name,) for name in channels()]
    if not names:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WRITE.format(channels=as_values(parameters, "c", names)), parameters)
        return int(cursor.rowcount)

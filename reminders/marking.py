"""Marks a message as sent: the one statement that stands between a mail and the next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from reminders.models import Message
from reminders.packing import Letter
from reminders.relations import as_parameter

# For so short a statement the ORM takes three times as long to write it as the database to carry it out.
MARK = """
UPDATE lms_reminders_message
SET state = 'sent', sent_at = %(now)s, address = %(address)s, language = %(language)s, subject = %(subject)s,
    body = %(body)s, last_error = '', failing_since = NULL, lease_until = NULL
WHERE id = %(id)s AND claimed_by = %(by)s AND state = 'sending'
"""


def mark_sent(message: Message, letter: Letter, *, by: UUID) -> bool:
    """With what it said, and to whom. False where it has gone to another worker meanwhile. Whole, or not at all."""
    held_by: Any = Message._meta.get_field("claimed_by")
    parameters = {
        "now": as_parameter(timezone.now()),
        "address": message.recipient.address,
        "language": message.recipient.language,
        "subject": letter.subject,
        "body": letter.record,
        "id": message.pk,
        "by": held_by.get_db_prep_value(by, connection),
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK, parameters)
        return bool(cursor.rowcount)

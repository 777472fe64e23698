"""The sweep: writes a row for every reminder that is due, and gathers them into one message a person and day."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.utils.crypto import salted_hmac

from lms.conf import conf
from reminders.finding import Finding, in_use
from reminders.models import Ladder, Message, Reminder
from reminders.places import Places
from reminders.recipients import OTHER_RECIPIENT, Recipients
from reminders.relations import as_parameter, as_values, set_based
from reminders.renewing import write_renewals

WRITE = """
INSERT INTO lms_reminders_reminder (
    assignment_id, kind, key, audience, days, anchor, recipient_id, state, because, planned_at)
SELECT assignment, '', '', audience, days, anchor, recipient, 'planned', '', %(now)s FROM ({found}) AS found
WHERE true ON CONFLICT DO NOTHING
"""
BEGIN_MESSAGES = """
WITH place (office, zone, day, not_before) AS (VALUES {places})
INSERT INTO lms_reminders_message (
    recipient_id, day, not_before, message_id, state, attempts, address, language, subject, body, last_error)
SELECT p.id, place.day, place.not_before, '<' || substr({hashed}, 1, 32) || '@' || %(host)s || '>',
    'ready', 0, '', '', '', '', ''
FROM lms_person p JOIN place ON place.office = p.office_id AND place.zone = p.time_zone
WHERE p.id IN (SELECT recipient_id FROM lms_reminders_reminder WHERE state = 'planned' AND message_id IS NULL)
    AND (p.email <> '' OR p.personal_email <> '' OR p.merged_into_id IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM lms_reminders_message m WHERE m.recipient_id = p.id AND m.state = 'ready')
ON CONFLICT DO NOTHING
"""
FILL_MESSAGES = """
WITH ready AS (
    SELECT id, recipient_id FROM lms_reminders_message
    WHERE state = 'ready' AND recipient_id IN (
        SELECT recipient_id FROM lms_reminders_reminder WHERE state = 'planned' AND message_id IS NULL)
    {locked}
)
UPDATE lms_reminders_reminder SET message_id = ready.id FROM ready
WHERE ready.recipient_id = lms_reminders_reminder.recipient_id
    AND lms_reminders_reminder.state = 'planned' AND lms_reminders_reminder.message_id IS NULL
"""
# The same for the same person and day, so that a receiver can recognise a repeat. Nobody else can work it out, though other
# systems know the UUID: a bounce is believed because it names this.
KEY = "%(secret)s || ' ' || p.uuid || ' ' || place.day"
HASHED = {"postgresql": f"encode(sha256(convert_to({KEY}, 'UTF8')), 'hex')", "sqlite": f"sha256({KEY})"}


def sweep(now: datetime) -> int:
    """Write what is due and place it into messages; how many reminders were written.

    One statement a ladder, and two for the messages, whatever the number of people. Two sweeps at once, or one after the
    other, write nothing twice: the second waits for the ladder, and the rows are unique.
    """
    release(now)
    finding = Finding(now)
    ladders = list(in_use())
    written = sum(_write(ladder, finding, now) for ladder in ladders if ladder.about == Ladder.About.TASKS)
    about_partners = [ladder for ladder in ladders if ladder.about != Ladder.About.TASKS]
    written += write_renewals(about_partners, now, finding.places)
    place(now, finding.places)
    return written


def _write(ladder: Ladder, finding: Finding, now: datetime) -> int:
    statement = finding.statement(ladder)
    if statement is None:
        return 0
    with set_based() as cursor:
        Ladder.objects.select_for_update().filter(pk=ladder.pk).first()
        cursor.execute(WRITE.format(found=statement.sql), statement.parameters | {"now": as_parameter(now)})
        return int(cursor.rowcount)


def release(now: datetime) -> None:
    """Lets go of what a message holds and will not carry.

    What it carried when it went is sent. What was held for somebody who is not asked any more is cancelled, so that the
    next one is asked. What a cancelled message held, or one refused at an address that has changed, waits for another.
    """
    planned = Reminder.objects.filter(state=Reminder.State.PLANNED)
    planned.filter(message__state=Message.State.SENT).update(state=Reminder.State.SENT)
    refused = planned.filter(message__state=Message.State.FAILED, assignment__isnull=False)
    if held := list(refused.select_related("assignment__person__office", "recipient")):
        recipients = Recipients([item.task for item in held], now=now)
        others = [item.pk for item in held if not recipients.speaks_to(item.task, item.audience, item.recipient)]
        refused.filter(pk__in=others).update(state=Reminder.State.CANCELLED, because=OTHER_RECIPIENT)
    gone = Message.objects.gone().filter(reminders__state=Reminder.State.PLANNED)
    planned.filter(message__in=gone.values("pk")).update(message=None, planned_at=now)


def place(now: datetime, places: Places) -> None:
    """Put planned reminders into their recipient's message of the day; where that is already out they wait for the next.

    The messages are locked while they are filled, and a worker claims no message that is locked: what is in a message when
    it is claimed is all that it will ever hold.
    """
    secret = salted_hmac("reminders.message_id", "", algorithm="sha256").hexdigest()
    parameters: dict[str, Any] = {"host": urlsplit(conf.SITE_URL).hostname or "localhost", "secret": secret}
    rows = []
    for spot in places.all:
        opens = places.opens(spot, now)
        rows.append((spot.office, spot.zone, places.today(spot, opens), opens))
    if not rows:
        return
    is_postgresql = connection.vendor == "postgresql"
    with set_based() as cursor:
        begin = BEGIN_MESSAGES.format(places=as_values(parameters, "p", rows), hashed=HASHED[connection.vendor])
        cursor.execute(begin, parameters)
        cursor.execute(FILL_MESSAGES.format(locked="FOR UPDATE" if is_postgresql else ""))

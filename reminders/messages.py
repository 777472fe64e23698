"""Writes a message: one digest in the recipient's language, plain text and HTML, with a calendar file."""

from __future__ import annotations

from datetime import date, datetime

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext
from icalendar import Calendar, Event

from lms.conf import conf
from lms.people.inviting import invite, username_for
from lms.people.models import Person
from reminders.models import Message, Reminder


def compose(*, message: Message, reminders: list[Reminder], at: datetime) -> EmailMultiAlternatives:
    """The e-mail, not yet sent. The subject is neutral: whoever looks at a screen learns no subject and no name."""
    recipient = message.recipient
    today = at.astimezone(recipient.zone).date()
    tasks = {item.assignment_id: item for item in reminders}.values()  # two rungs may speak of the same one
    own = [item for item in tasks if item.assignment.person_id == recipient.pk]
    others = [item for item in tasks if item.assignment.person_id != recipient.pk]
    is_invitation = bool(own) and recipient.user_id is None
    with translation.override(recipient.language):
        context = {
            "recipient": recipient,
            "own": [_line(item, today) for item in own],
            "others": [_line(item, today) for item in others],
            "organisation": conf.ORGANISATION_NAME,
            "link": link_for(recipient, own=bool(own)),
            "is_invitation": is_invitation,
            "invitation_days": conf.INVITATION_DAYS,
            "username": username_for(recipient) if is_invitation else "",
            "help_link": f"{conf.SITE_URL}/help/",
            "language": recipient.language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
        }
        email = EmailMultiAlternatives(
            subject=gettext("Learning task due"),
            body=render_to_string("reminders/message.txt", context),
            to=[recipient.address],
            headers={
                "Message-ID": message.message_id,
                "Auto-Submitted": "auto-generated",
                "Content-Language": recipient.language,
            },
        )
        email.attach_alternative(render_to_string("reminders/message.html", context), "text/html")
        if own:
            email.attach("learning.ics", calendar(own), "text/calendar")
    return email


def link_for(recipient: Person, *, own: bool) -> str:
    """An invitation for somebody without an account; else the page where the work is."""
    if own and recipient.user_id is None:
        return invite(person=recipient)
    return f"{conf.SITE_URL}/learning/" if own else f"{conf.SITE_URL}/team/"


def calendar(reminders: list[Reminder]) -> bytes:
    """The due dates as whole days (RFC 5545); a later message moves the same entry instead of adding one."""
    book = Calendar()
    book.add("prodid", "-//Safeguard//learning//EN")
    book.add("version", "2.0")
    for reminder in reminders:
        assignment = reminder.assignment
        event = Event()
        event.add("uid", f"{assignment.registration}@learning")
        event.add("dtstamp", reminder.planned_at)
        event.add("dtstart", assignment.due_on)
        event.add("summary", gettext("Learning task due"))
        event.add("transp", "TRANSPARENT")
        book.add_component(event)
    return bytes(book.to_ical())


def _line(reminder: Reminder, today: date) -> dict[str, object]:
    assignment = reminder.assignment
    return {
        "title": assignment.requirement.title,
        "person": assignment.person.name,
        "due_on": assignment.due_on,
        "days": (assignment.due_on - today).days,
    }

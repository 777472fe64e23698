"""Composes the message of a day: one digest in the recipient's language, plain text and HTML, with a calendar file."""

from __future__ import annotations

from datetime import date, datetime

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from icalendar import Calendar, Event

from lms.compliance.reports import PERMISSION
from lms.conf import conf
from lms.people.inviting import invite, username_for
from lms.people.linking import make_link, may_link
from lms.people.models import Person
from lms.requirements.learning import tasks
from reminders.letters import Contents, Invitation, Member, Task, Team, Written, write
from reminders.models import LadderRung, Message, Reminder

MOST_PEOPLE = 40  # in one list: the message stays small, and the page has them all


class Letter(EmailMultiAlternatives):
    """An e-mail that also says what is kept of it: ``record`` is its text without the link that signs its reader in."""

    record = ""


def compose(*, message: Message, reminders: list[Reminder], at: datetime) -> Letter:
    """The e-mail, not yet sent. A link that signs in is made for it, and stands nowhere else."""
    recipient = message.recipient
    today = at.astimezone(recipient.zone).date()
    own, others = _apart(reminders, recipient)
    contents = contents_for(recipient, own=own, others=others, today=today, carried_by=message.message_id)
    written = write(contents)
    letter = letter_of(written, to=recipient.address, language=recipient.language, message_id=message.message_id)
    letter.record = written.text.replace(contents.way_in, "…") if contents.way_in else written.text
    if own:
        with translation.override(recipient.language):
            letter.attach("learning.ics", calendar(own), "text/calendar")
    return letter


def letter_of(written: Written, *, to: str, language: str, message_id: str = "") -> Letter:
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": language}
    if message_id:
        headers["Message-ID"] = message_id
    letter = Letter(subject=written.subject, body=written.text, to=[to], headers=headers)
    letter.attach_alternative(written.html, "text/html")
    letter.record = written.text
    return letter


def contents_for(
    recipient: Person, *, own: list[Reminder], others: list[Reminder], today: date, carried_by: str
) -> Contents:
    with translation.override(recipient.language):
        mine = _own_tasks(recipient, own, today)
    way_in, ends_at, invitation = "", None, None
    if own and recipient.user_id is None:
        way_in = invite(person=recipient)
        invitation = Invitation(username=username_for(recipient), days=conf.INVITATION_DAYS)
    elif own and may_link(recipient, timezone.now()):
        link = make_link(person=recipient, leads_to=_path("go", own[0]), carried_by=carried_by)
        way_in, ends_at = link.address, link.ends_at.astimezone(recipient.zone)
    return Contents(
        name=recipient.name,
        language=recipient.language,
        own=mine,
        teams=_teams(recipient, others, today),
        way_in=way_in,
        way_in_ends_at=ends_at,
        invitation=invitation,
    )


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
        event.add("url", conf.SITE_URL + _path("go", reminder))
        event.add("transp", "TRANSPARENT")
        book.add_component(event)
    return bytes(book.to_ical())


def _apart(reminders: list[Reminder], recipient: Person) -> tuple[list[Reminder], list[Reminder]]:
    """What is about the recipient, and what is about others; of two rungs that speak of the same task, one."""
    found: dict[int, Reminder] = {}
    for item in reminders:
        found.setdefault(item.assignment_id, item)
    own = [item for item in found.values() if item.assignment.person_id == recipient.pk]
    return own, [item for item in found.values() if item.assignment.person_id != recipient.pk]


def _own_tasks(recipient: Person, own: list[Reminder], today: date) -> list[Task]:
    """As My learning shows them: with the course's title in the recipient's language, and the time that is left."""
    shown = {task.assignment.pk: task for task in tasks(person=recipient, today=today)} if own else {}
    has_account, found = recipient.user_id is not None, []
    for reminder in own:
        assignment, task = reminder.assignment, shown.get(reminder.assignment_id)
        found.append(
            Task(
                title=task.title if task and task.url else assignment.requirement.title,
                due_on=assignment.due_on,
                days=(assignment.due_on - today).days,
                minutes=task.minutes if task else 0,
                address=conf.SITE_URL + _path("go", reminder) if has_account else "",
                why=conf.SITE_URL + _path("why", reminder) if has_account else "",
            )
        )
    return found


def _teams(recipient: Person, others: list[Reminder], today: date) -> list[Team]:
    """By person, the most urgent first: those who report to the recipient, then those of their offices.

    No link that signs in: a team's page is more than learning.
    """
    found = []
    for is_own in (True, False):
        people: dict[int, Member] = {}
        for item in others:
            if (item.audience == LadderRung.Audience.SUPERVISOR) is is_own:
                assignment = item.assignment
                member = people.setdefault(assignment.person_id, Member(assignment.person.name, []))
                days = (assignment.due_on - today).days
                member.tasks.append(Task(assignment.requirement.title, assignment.due_on, days))
        if people:
            members = list(people.values())
            found.append(
                Team(
                    is_own=is_own,
                    members=members[:MOST_PEOPLE],
                    more=max(len(members) - MOST_PEOPLE, 0),
                    address=_page_of_team(recipient, is_own=is_own),
                )
            )
    return found


def _page_of_team(recipient: Person, *, is_own: bool) -> str:
    """Empty where the recipient may not see it."""
    if is_own:
        return conf.SITE_URL + reverse("lms:team")
    user = recipient.user
    may = user is not None and user.has_perm(PERMISSION)
    return conf.SITE_URL + reverse("lms_compliance") if may else ""


def _path(name: str, reminder: Reminder) -> str:
    return reverse(f"lms:{name}", args=[reminder.assignment_id])

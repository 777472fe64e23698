"""Composes the message of a day: one digest in the recipient's language, plain text and HTML, with a calendar file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from lms.compliance.reports import PERMISSION
from lms.conf import conf
from lms.notices import Words
from lms.partners.inviting import link_for
from lms.people.inviting import invite, username_for
from lms.people.linking import Link, Wanted, is_learning, make_links, may_link
from lms.people.models import Category, Person
from lms.requirements.kinds import announce
from lms.requirements.models import Requirement
from reminders.calendar_files import Entry, calendar
from reminders.letters import Contents, Invitation, Member, Notice, Task, Team, write
from reminders.models import LadderRung, Message, Reminder
from reminders.packing import Letter, letter_of

MOST_PEOPLE = 40  # in one list: the message stays small, and the page has them all


class Composer:
    """Writes the messages of one round. What is the same in many of them is read once: titles, and who may see what."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.about = cache(self._about)
        self._links: dict[int, Link] = {}

    def make_links(self, planned: Iterable[tuple[Message, list[Reminder]]]) -> None:
        """For all that are written next at once. Each stands in its message and nowhere else."""
        wanted: dict[int, Wanted] = {}
        for message, reminders in planned:
            person = message.recipient
            path = _first_page(reminders, person)
            if path and person.user_id is not None and may_link(person, timezone.now()):
                wanted[message.pk] = Wanted(person, path, message.message_id)
        self._links = dict(zip(wanted, make_links(list(wanted.values())), strict=True))

    def compose(self, *, message: Message, reminders: list[Reminder]) -> Letter:
        """The e-mail, not yet sent."""
        recipient = message.recipient
        own, others = _apart(reminders, recipient)
        contents = self._contents(message, own, others, _told(reminders))
        written = write(contents)
        with translation.override(recipient.language):
            dates = calendar(gettext("Learning task due"), map(_entry, own)) if own else ""
        letter = letter_of(
            written, to=recipient.address, language=recipient.language, message_id=message.message_id, calendar=dates
        )
        letter.record = written.text.replace(contents.way_in, "…") if contents.way_in else written.text
        return letter

    def _contents(self, message: Message, own: list[Reminder], others: list[Reminder], told: list[Words]) -> Contents:
        recipient = message.recipient
        today = self.at.astimezone(recipient.zone).date()
        way_in, ends_at, invitation = "", None, None
        is_own = bool(own) or any(is_learning(words.path) for words in told)
        is_partner = is_own and recipient.user_id is None and recipient.category == Category.PARTNER
        if is_partner:
            way_in = link_for(recipient, now=self.at)
        elif is_own and recipient.user_id is None:
            way_in = invite(person=recipient)
            invitation = Invitation(username=username_for(recipient), days=conf.INVITATION_DAYS)
        elif link := self._links.get(message.pk):
            way_in, ends_at = link.address, link.ends_at.astimezone(recipient.zone)
        return Contents(
            name=recipient.name,
            language=recipient.language,
            notices=tuple(_notice(words, recipient) for words in told),
            own=tuple(self._task(item, recipient, today) for item in own),
            teams=_teams(recipient, others, today),
            way_in=way_in,
            way_in_ends_at=ends_at,
            invitation=invitation,
            needs_no_account=is_partner,
        )

    def _task(self, reminder: Reminder, recipient: Person, today: date) -> Task:
        assignment, has_account = reminder.task, recipient.user_id is not None
        title, minutes = self.about(assignment.requirement, recipient.language)
        return Task(
            title=title,
            due_on=assignment.due_on,
            days=(assignment.due_on - today).days,
            minutes=minutes,
            address=conf.SITE_URL + _path("go", reminder) if has_account else "",
            why=conf.SITE_URL + _path("why", reminder) if has_account else "",
        )

    @staticmethod
    def _about(requirement: Requirement, language: str) -> tuple[str, int]:
        """What the course is called in that language and how many minutes it takes, as far as it can be begun here."""
        with translation.override(language):
            announced = announce(requirement)
        return (announced.title, announced.minutes) if announced else (requirement.title, 0)


def _entry(reminder: Reminder) -> Entry:
    """A later message moves the same entry instead of adding one."""
    assignment = reminder.task
    address = conf.SITE_URL + _path("go", reminder)
    return Entry(f"{assignment.registration}@learning", assignment.due_on, reminder.planned_at, address)


def _apart(reminders: list[Reminder], recipient: Person) -> tuple[list[Reminder], list[Reminder]]:
    """What is about the recipient, and what is about others; of two rungs that speak of the same task, one."""
    found: dict[int, Reminder] = {}
    for item in reminders:
        if not item.is_notice:
            found.setdefault(item.task.pk, item)
    own = [item for item in found.values() if item.task.person_id == recipient.pk]
    return own, [item for item in found.values() if item.task.person_id != recipient.pk]


def _told(reminders: list[Reminder]) -> list[Words]:
    """What is told besides, first what is about the recipient's learning; of two steps that speak of the same, one."""
    found = {(item.kind, item.key): item.words for item in reminders if item.words is not None}
    return sorted(found.values(), key=lambda words: not is_learning(words.path))


def _notice(words: Words, recipient: Person) -> Notice:
    """Who has no account can open no page of it but by the link of the message."""
    address = conf.SITE_URL + words.path if recipient.user_id is not None else ""
    return Notice(words.title, words.text, address)


def _first_page(reminders: list[Reminder], recipient: Person) -> str:
    """Where the button of the message leads: to the first task, else to the first notice about the recipient's learning."""
    own, _ = _apart(reminders, recipient)
    if own:
        return _path("go", own[0])
    return next((words.path for words in _told(reminders) if is_learning(words.path)), "")


def _teams(recipient: Person, others: list[Reminder], today: date) -> tuple[Team, ...]:
    """By person, the most urgent first: those who report to the recipient, then those of their offices.

    No link that signs in: a team's page is more than learning.
    """
    found = []
    for is_own in (True, False):
        people: dict[int, Member] = {}
        for item in others:
            if (item.audience == LadderRung.Audience.SUPERVISOR) is is_own:
                assignment = item.task
                task = Task(assignment.requirement.title, assignment.due_on, (assignment.due_on - today).days)
                so_far = people.get(assignment.person_id, Member(assignment.person.name, ()))
                people[assignment.person_id] = replace(so_far, tasks=(*so_far.tasks, task))
        if people:
            members = tuple(people.values())
            found.append(
                Team(
                    is_own=is_own,
                    members=members[:MOST_PEOPLE],
                    more=max(len(members) - MOST_PEOPLE, 0),
                    address=_page_of_team(recipient, is_own=is_own),
                )
            )
    return tuple(found)


def _page_of_team(recipient: Person, *, is_own: bool) -> str:
    """Empty where the recipient may not see it."""
    if is_own:
        return conf.SITE_URL + reverse("lms:team")
    user = recipient.user
    may = user is not None and user.has_perm(PERMISSION)
    return conf.SITE_URL + reverse("lms_compliance") if may else ""


def _path(name: str, reminder: Reminder) -> str:
    return reverse(f"lms:{name}", args=[reminder.task.pk])

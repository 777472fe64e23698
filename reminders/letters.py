"""What a message says, before it is one: plain values in, subject, text and HTML out. Needs no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from lms.conf import conf
from reminders.wrapping import wrapped


@dataclass(frozen=True)
class Task:
    """One thing to be done. ``days``: until it is due. Addresses are whole; empty where there is none."""

    title: str
    due_on: date
    days: int
    minutes: int = 0
    address: str = ""
    why: str = ""


@dataclass(frozen=True)
class Member:
    """Somebody else's tasks."""

    name: str
    tasks: list[Task]


@dataclass(frozen=True)
class Team:
    """People whose tasks the recipient is told of: who reports to them, else of the offices that they answer for."""

    is_own: bool
    members: list[Member]
    more: int = 0
    address: str = ""


@dataclass(frozen=True)
class Invitation:
    """For who has no account yet."""

    username: str
    days: int


@dataclass(frozen=True)
class Contents:
    """All that a message says. ``way_in`` is a secret of the recipient's, or empty: then they sign in as ever."""

    name: str
    language: str
    own: list[Task] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    way_in: str = ""
    way_in_ends_at: datetime | None = None
    invitation: Invitation | None = None


@dataclass(frozen=True)
class Written:
    """In one language. The subject is neutral: whoever looks at a screen learns no name, and of no course."""

    subject: str
    text: str
    html: str


def write(contents: Contents, *, is_example: bool = False) -> Written:
    with translation.override(contents.language):
        is_rtl = translation.get_language_bidi()
        subject = gettext("Learning task due")
        if is_example:
            subject = gettext("[Example] %(subject)s") % {"subject": subject}
        context = {
            "it": contents,
            "first": contents.own[0] if contents.own else None,
            "others": contents.own[1:],
            "doubted": [task for task in contents.own if task.why],
            "subject": subject,
            "is_example": is_example,
            "organisation": conf.ORGANISATION_NAME,
            "help_link": f"{conf.SITE_URL}/help/?language={contents.language}",
            "direction": "rtl" if is_rtl else "ltr",
        }
        text = wrapped(render_to_string("reminders/message.txt", context), is_rtl=is_rtl)
        return Written(subject=subject, text=text, html=render_to_string("reminders/message.html", context))

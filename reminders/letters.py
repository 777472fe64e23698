"""What a message says, before it is one: plain values in, subject, text and HTML out. Needs no database."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import get_language_info, gettext

from lms.conf import conf
from reminders.wrapping import wrapped

FIRST_PLACE = 0xE000
PLACE = re.compile("[\ue000-\uf8ff]")


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
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Team:
    """People whose tasks the recipient is told of: who reports to them, else of the offices that they answer for."""

    is_own: bool
    members: tuple[Member, ...]
    more: int = 0
    address: str = ""


@dataclass(frozen=True)
class Notice:
    """Something that the recipient is told. ``address``: the page that it is about; empty where they cannot open it."""

    title: str
    text: str
    address: str = ""


@dataclass(frozen=True)
class Invitation:
    """For who has no account yet."""

    username: str
    days: int


@dataclass(frozen=True)
class Contents:
    """All that a message says; ``notices`` come first. ``way_in`` is a secret of the recipient's, or empty: they sign in as
    ever. ``needs_no_account``: it opens the page of somebody of a partner, until it ends."""

    name: str
    language: str
    notices: tuple[Notice, ...] = ()
    own: tuple[Task, ...] = ()
    teams: tuple[Team, ...] = ()
    way_in: str = ""
    way_in_ends_at: datetime | None = None
    invitation: Invitation | None = None
    needs_no_account: bool = False


@dataclass(frozen=True)
class Written:
    """In one language. The subject is neutral: whoever looks at a screen learns no name, and of no course."""

    subject: str
    text: str
    html: str


def write(contents: Contents, *, is_example: bool = False) -> Written:
    """A day's messages are many and few are different: what is alike is rendered once and filled in for each."""
    site = (is_example, conf.ORGANISATION_NAME, conf.SITE_URL)
    if contents.teams:  # no two are alike
        subject, text, html = _rendered.__wrapped__(contents, *site)
        return Written(subject, wrapped(text, is_rtl=_is_rtl(contents.language)), html)
    mould, values = moulded(contents)
    subject, text, html = _rendered(mould, *site)
    return Written(
        subject=subject,
        text=wrapped(PLACE.sub(lambda found: values.get(found.group(), ""), text), is_rtl=_is_rtl(contents.language)),
        html=PLACE.sub(lambda found: escape(values.get(found.group(), "")), html),
    )


def moulded(contents: Contents) -> tuple[Contents, dict[str, str]]:
    """The same with a place (a letter that no language uses) for all that is the recipient's alone, and what goes there.

    Such letters in a title or a name would be taken for places, and are left out.
    """
    values: dict[str, str] = {}

    def place(value: str) -> str:
        if not value:
            return ""
        sign = chr(FIRST_PLACE + len(values))
        values[sign] = value
        return sign

    return replace(
        contents,
        name=place(contents.name),
        way_in=place(contents.way_in),
        # As the recipient's clock shows it: two moments that are equal in different zones are not alike here.
        way_in_ends_at=contents.way_in_ends_at
        and contents.way_in_ends_at.replace(second=0, microsecond=0, tzinfo=None),
        invitation=contents.invitation and replace(contents.invitation, username=place(contents.invitation.username)),
        notices=tuple(
            Notice(PLACE.sub("", item.title), PLACE.sub("", item.text), place(item.address))
            for item in contents.notices
        ),
        own=tuple(
            replace(task, title=PLACE.sub("", task.title), address=place(task.address), why=place(task.why))
            for task in contents.own
        ),
    ), values  # fmt: skip


def _is_rtl(language: str) -> bool:
    return bool(get_language_info(language)["bidi"])


@lru_cache(maxsize=256)
def _rendered(contents: Contents, is_example: bool, organisation: str, site: str) -> tuple[str, str, str]:
    with translation.override(contents.language):
        subject = gettext("Learning task due") if contents.own or contents.teams else gettext("News about learning")
        if is_example:
            subject = gettext("[Example] %(subject)s") % {"subject": subject}
        context = {
            "it": contents,
            "first": contents.own[0] if contents.own else None,
            "others": contents.own[1:],
            "doubted": [task for task in contents.own if task.why],
            "subject": subject,
            "is_example": is_example,
            "organisation": organisation,
            "help_link": f"{site}/help/?language={contents.language}",
            "direction": "rtl" if _is_rtl(contents.language) else "ltr",
        }
        text = render_to_string("reminders/message.txt", context)
        return subject, text, render_to_string("reminders/message.html", context)

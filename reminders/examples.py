"""Messages as they would read, about nobody: for whoever edits a ladder. Makes no link and reads no person."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from lms.conf import conf
from lms.dates import day
from reminders.letters import Contents, Invitation, Member, Notice, Task, Team, Written, write
from reminders.models import LadderRung

Audience = LadderRung.Audience
NO_ACCOUNT, DECISION = "no_account", "decision"
NOWHERE = "example"

AUDIENCES: list[tuple[str, object]] = [
    (Audience.PERSON.value, Audience.PERSON.label),
    (NO_ACCOUNT, gettext_lazy("the person, before they have an account")),
    (DECISION, gettext_lazy("the person, about their proof")),
    *(
        (audience.value, audience.label)
        for audience in Audience
        if audience not in (Audience.PERSON, Audience.SIGNATORY)
    ),
]
"""Not the signatory, who is no recipient of these: theirs is the link to sign as the agreement's page sends it."""


def example(*, audience: str, language: str, now: datetime) -> Written:
    """What somebody of that audience gets, in that language, with everything that a message may hold."""
    with translation.override(language):
        if audience in (Audience.PERSON, NO_ACCOUNT):
            contents = _own(audience, language, now)
        elif audience in (DECISION, Audience.FOCAL_POINT):
            contents = _told(audience, language, now)
        else:
            contents = _team(audience, language, now)
    return write(contents, is_example=True)


def _name(letter: str) -> str:
    return gettext("%(letter)s. Example") % {"letter": letter}


def _task(number: int, days: int, now: datetime, *, minutes: int = 0, page: str = "") -> Task:
    title = gettext("Example course %(number)d") % {"number": number}
    return Task(title, now.date() + timedelta(days=days), days, minutes, page, page)


def _own(audience: str, language: str, now: datetime) -> Contents:
    if audience == NO_ACCOUNT:
        task = _task(1, 14, now, minutes=45)
        invitation = Invitation(username="P00000", days=conf.INVITATION_DAYS)
        return Contents(
            _name("A"), language, own=(task,), way_in=f"{conf.SITE_URL}/invitation/{NOWHERE}/", invitation=invitation
        )
    page = f"{conf.SITE_URL}/{NOWHERE}/"
    return Contents(
        _name("A"),
        language,
        own=(_task(1, -1, now, minutes=45, page=page), _task(2, 14, now, minutes=75, page=page)),
        way_in=f"{conf.SITE_URL}/link/{NOWHERE}/",
        way_in_ends_at=now + timedelta(hours=conf.LINK_HOURS),
    )


def _team(audience: str, language: str, now: datetime) -> Contents:
    members = (
        Member(_name("B"), (_task(1, -7, now), _task(2, 1, now))),
        Member(_name("C"), (_task(1, -7, now),)),
    )
    team = Team(is_own=audience == Audience.SUPERVISOR, members=members, address=f"{conf.SITE_URL}/{NOWHERE}/")
    return Contents(_name("A"), language, teams=(team,))


def _told(audience: str, language: str, now: datetime) -> Contents:
    page, when = f"{conf.SITE_URL}/{NOWHERE}/", {"day": day(now.date())}
    if audience == Audience.FOCAL_POINT:
        text = gettext("The PSEA assessment of this partner is to be reviewed by %(day)s.") % when
        return Contents(_name("A"), language, notices=(Notice(_name("B"), text, page),))
    title = gettext("Example course %(number)d") % {"number": 1}
    notice = Notice(title, gettext("Your proof is accepted. It counts from %(day)s.") % when, page)
    return Contents(
        _name("A"),
        language,
        notices=(notice,),
        way_in=f"{conf.SITE_URL}/link/{NOWHERE}/",
        way_in_ends_at=now + timedelta(hours=conf.LINK_HOURS),
    )

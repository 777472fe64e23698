"""The day for which figures are asked, on the screen as in the command."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from lms.compliance.offices import end_of, is_now, visible_on
from lms.people.models import Office

EARLIEST = date(1940, 1, 1)


class NoSuchDay(ValueError):
    """The text is no date, or a day for which there can be no figures; says so in words."""


def parse_day(text: str, *, today: date) -> date:
    """A day from 1940 to ``today``. Raises NoSuchDay."""
    shown = text[:40]
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NoSuchDay(_("“%(text)s” is not a date of the form 2026-12-31.") % {"text": shown}) from error
    if not EARLIEST <= day <= today:
        raise NoSuchDay(_("There are figures from 1940 to today only, not as at %(text)s.") % {"text": shown})
    return day


class AsAt:
    """Of a view: the day in ``as_at`` of its address, and whether the figures are asked for as they were known on that day
    (``known=then``). Where there is no day, or none that will do, it is today."""

    request: Any

    @cached_property
    def as_at(self) -> date:
        today = timezone.localdate()
        text = self.request.GET.get("as_at", "")
        try:
            return parse_day(text, today=today) if text else today
        except NoSuchDay as error:
            messages.error(self.request, _("%(problem)s These are today's.") % {"problem": error})
            return today

    @cached_property
    def known_at(self) -> datetime | None:
        """The moment whose knowledge is asked for; None for now."""
        then = self.request.GET.get("known") == "then" and self.as_at < timezone.localdate()
        return end_of(self.as_at) if then else None

    @property
    def day_query(self) -> dict[str, str]:
        """What keeps day and knowledge in the address of a further page."""
        known = {"known": "then"} if self.known_at else {}
        return {"as_at": self.as_at.isoformat(), **known}

    def seen(self, visible: list[Office]) -> list[Office]:
        """The offices as they stood in the tree on that day."""
        return visible if is_now(self.as_at) else visible_on(self.as_at, visible)

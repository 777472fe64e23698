"""Template tags of the learner's pages."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr, urlize
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from lms.signposts.models import SignpostCard, cards_in

register = template.Library()


@register.simple_tag
def signposts() -> list[SignpostCard]:
    """The reporting and support cards, for the panel on every learner page."""
    return cards_in(get_language() or "en")


@register.filter
def minutes(value: int | timedelta) -> str:
    """A duration in minutes as people say it: “45 min”, “1 h 15 min”."""
    total = int(value.total_seconds() // 60) if isinstance(value, timedelta) else int(value)
    hours, rest = divmod(total, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


@register.filter
def days_from_now(days: int) -> str:
    """Days until or since a date, in words."""
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
    return ngettext("%(count)d day ago", "%(count)d days ago", -days) % {"count": -days}


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.filter
def lines(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@register.filter
def is_rtl(language: str) -> bool:
    """True where that language is written from right to left."""
    return bool(translation.get_language_info(language)["bidi"])


@register.filter
def in_groups(code: str) -> str:
    """A long code in groups of four, as people read it aloud."""
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))


@register.filter
def day(value: date | None) -> str:
    """A date in full. English as most of the world writes it, with the month in letters: 3 December 2026."""
    return date_format(value, "j F Y" if _is_english() else "DATE_FORMAT") if value else ""


@register.filter
def clock(value: datetime) -> str:
    """The time of day, with 24 hours in English."""
    return date_format(value, "H:i" if _is_english() else "TIME_FORMAT")


@register.filter
def moment(value: datetime) -> str:
    """Day and time, without the zone, in the zone that the value carries."""
    return date_format(value, "j F Y, H:i" if _is_english() else "DATETIME_FORMAT")


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")


PHONE = re.compile(r"(?<![\w/=])(\+\d[\d ().-]{5,}\d)")


@register.filter
def reachable(text: str) -> SafeString:
    """A contact as written, with its addresses, e-mail and phone numbers as links."""
    parts = [
        format_html('<a dir="ltr" href="tel:{}">{}</a>', re.sub(r"[^\d+]", "", part), part)
        if place % 2
        else urlize(part, autoescape=True)
        for place, part in enumerate(PHONE.split(text))
    ]
    return linebreaksbr(mark_safe("".join(parts)))

"""Template tags of the learner's pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr, urlize
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from lms import dates
from lms.requirements.standing import Standing
from lms.requirements.wording import STANDINGS
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


for name, filter_of_dates in (("day", dates.day), ("clock", dates.clock), ("moment", dates.moment)):
    register.filter(name, filter_of_dates)


@register.filter
def standing_word(standing: str) -> str:
    """What a standing is called: “To do”, “Overdue”."""
    return str(STANDINGS[Standing(standing)])


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

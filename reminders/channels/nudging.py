"""What a post says. It is all that a channel gets: a number and a link, no name of a person, a course or an office."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from lms.conf import conf


@dataclass(frozen=True)
class Nudge:
    """So many people have something due. In the language that is active."""

    people: int

    @property
    def text(self) -> str:
        return ngettext(
            "%(number)d person in your team has a learning task due.",
            "%(number)d people in your team have a learning task due.",
            self.people,
        ) % {"number": self.people}

    @property
    def link(self) -> str:
        """A plain page behind sign-in: whoever else reads the channel must not come in by it."""
        return f"{conf.SITE_URL}/team/"

    @property
    def link_text(self) -> str:
        return gettext("See your team")

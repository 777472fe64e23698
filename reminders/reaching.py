"""Pure: what a status code says, and when an address counts as dead. Imports no Django.

Status codes are those of RFC 3463: class (2 went well, 4 passing, 5 for good), subject, detail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

Kind = Literal["bounce", "complaint", "delivered", "works"]
PASSING_DAYS, WITHIN = 3, timedelta(days=14)
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")

# Subjects that speak of the mail system, the protocol, the content or a policy: a server that has fallen out with ours
# refuses everybody's mail, and nobody's address is dead because of it.
NOT_THE_ADDRESS = r"^[245]\.[3567]\."
# For good as a code, but a mailbox that is full can be emptied, and a server that was away for days can come back.
PASSES = {"5.2.2", "5.4.7", "5.4.300", "5.4.312", "5.4.316"}


@dataclass(frozen=True)
class Fact:
    """What somebody said about an address at a moment; ``permanent`` and ``status`` are about a bounce."""

    kind: Kind
    at: datetime
    day: date
    permanent: bool = False
    status: str = ""


def status_in(text: str) -> str:
    """The first status code in a text; empty where there is none."""
    found = STATUS.search(text)
    return found.group() if found else ""


def is_permanent(status: str) -> bool:
    return status.startswith("5.") and status not in PASSES


def is_about_address(status: str) -> bool:
    """A bounce without a code is taken to be about the address."""
    return re.match(NOT_THE_ADDRESS, status) is None


def is_dead(facts: Iterable[Fact]) -> bool:
    """One bounce for good, or passing ones on three days of fourteen; none of them before something last got through.

    ``BounceQuerySet.dead`` says the same in SQL.
    """
    known = list(facts)
    through = [fact.at for fact in known if fact.kind in ("delivered", "works")]
    counting = [
        fact
        for fact in known
        if fact.kind == "bounce" and is_about_address(fact.status) and all(fact.at > at for at in through)
    ]
    if any(fact.permanent for fact in counting):
        return True
    days = sorted({fact.day for fact in counting})
    return any(last - first < WITHIN for first, last in zip(days, days[PASSING_DAYS - 1 :], strict=False))

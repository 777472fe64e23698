"""POSTs to an address that somebody typed in, and to nowhere that it must not lead: only to hosts of LMS_CHANNEL_HOSTS."""

from __future__ import annotations

from django.conf import settings

from lms import outbound
from lms.outbound import WHOLE, Answer, Forbidden, NoAnswer, Target, Unreachable
from reminders.conf import conf

__all__ = ["WHOLE", "Answer", "Forbidden", "NoAnswer", "Target", "Unreachable", "post", "target_of"]


def target_of(address: str) -> Target:
    """Raises Forbidden. Looks at the address only, and asks no name server."""
    return outbound.target_of(address, hosts=conf.CHANNEL_HOSTS, stand_in=_stand_in())


def post(address: str, body: bytes, *, content_type: str = "application/json") -> Answer:
    """Raises Forbidden, Unreachable or NoAnswer. Their texts hold no part of the address but its host."""
    return outbound.post(target_of(address), body, content_type=content_type, within=WHOLE)


def _stand_in() -> str:
    """A server of the demo or of the tests on this machine. A site that is neither has none, whatever it sets."""
    return conf.CHANNEL_STAND_IN if getattr(settings, "LMS_DEMO", False) else ""

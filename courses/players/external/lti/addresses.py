"""Which addresses of a tool may be typed in, and what is fetched from one."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from courses.conf import conf
from courses.players.external.rules import address_problem, host_of
from lms.outbound import Target, target_of


def problem(address: str) -> bool:
    """Whether it is no full https address of the web; a fragment would never reach the tool."""
    if _stand_in() and address.startswith(f"{_stand_in()}/"):
        return False
    return "#" in address or address_problem(address)


def target(address: str) -> Target:
    """What was typed in may be asked, and no other host. Raises Forbidden."""
    return target_of(address, hosts=[host_of(address)], stand_in=_stand_in())


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _stand_in() -> str:
    """A server of the demo or of the tests on this machine. A site that is neither has none, whatever it sets."""
    return conf.LTI_STAND_IN if getattr(settings, "LMS_DEMO", False) else ""

"""Slack: how an address is checked, a post worded and handed over. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext

from reminders.channels.handing import deliver
from reminders.channels.nudging import Nudge

LABEL = "Slack"
PATH = re.compile(r"/services/[^/]+/[^/]+/[^/]+")
WORD = re.compile(r"[a-z_]{1,60}")


def check_address(address: str) -> Any:
    if PATH.fullmatch(urlsplit(address).path):
        return ""
    return gettext("An incoming webhook of Slack looks like https://hooks.slack.com/services/T…/B…/…")


def worded(nudge: Nudge) -> bytes:
    text = f"{escaped(nudge.text)}\n<{nudge.link}|{escaped(nudge.link_text)}>"
    return json.dumps({"text": text, "unfurl_links": False}).encode()


def hand_over(address: str, body: bytes) -> None:
    """An error is one word: no_service, channel_is_archived."""
    deliver(address, body, word=lambda text: text if WORD.fullmatch(text) else "")


def escaped(text: str) -> str:
    """The three characters that Slack's mark-up keeps for itself."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

"""Teams: how an address is checked, a post worded and handed over. https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils import translation
from django.utils.translation import gettext

from reminders.channels.handing import deliver
from reminders.channels.nudging import Nudge

LABEL = "Microsoft Teams"
CARD = "application/vnd.microsoft.card.adaptive"
WORD = re.compile(r"[A-Za-z]{1,60}")


def check_address(address: str) -> Any:
    parts = urlsplit(address)
    if "/workflows/" in parts.path and "sig" in parse_qs(parts.query):
        return ""
    return gettext(
        "Copy the whole address of the workflow “Post to a channel when a webhook request is received”; it ends with a"
        " signature (sig=…)."
    )


def worded(nudge: Nudge) -> bytes:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": translation.get_language(),
        "rtl": translation.get_language_bidi(),
        "body": [{"type": "TextBlock", "text": nudge.text, "wrap": True}],
        "actions": [{"type": "Action.OpenUrl", "title": nudge.link_text, "url": nudge.link}],
    }
    message = {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": card}]}
    return json.dumps(message).encode()


def hand_over(address: str, body: bytes) -> None:
    """202 says that the workflow has begun; whether its own post came through, only its history in Power Automate tells."""
    deliver(address, body, word=_code)


def _code(text: str) -> str:
    """{"error": {"code": "WorkflowNotFound", "message": …}}"""
    try:
        code = str(json.loads(text)["error"]["code"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return code if WORD.fullmatch(code) else ""

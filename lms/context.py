"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language_bidi

from lms.conf import conf


def organisation(request: HttpRequest) -> dict[str, Any]:
    return {
        "organisation_name": conf.ORGANISATION_NAME,
        "person": getattr(request, "person", None),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "quick_exit_url": conf.QUICK_EXIT_URL,
    }

"""System checks: whether anybody is told when reminders stand still."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from reminders.alarming import operators
from reminders.conf import conf


@register()
def operators_are_addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One that no e-mail can be written to would keep it from all of them."""
    if isinstance(conf.OPERATORS, str):
        return [Error("LMS_OPERATORS is one text.", hint="Write a list of addresses.", id="lms_reminders.E001")]
    found: list[CheckMessage] = []
    for address in operators():
        try:
            validate_email(address)
        except ValidationError:
            found.append(Error(f"LMS_OPERATORS or ADMINS: {address!r} is no address.", id="lms_reminders.E002"))
    return found


@register(Tags.security, deploy=True)
def somebody_is_told(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if operators():
        return []
    return [
        Warning(
            "Nobody is told by e-mail when reminders stand still.",
            hint="Name addresses in LMS_OPERATORS, or set it to [] and silence this check if /healthz is polled.",
            id="lms_reminders.W001",
        )
    ]

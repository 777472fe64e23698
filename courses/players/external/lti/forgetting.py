"""Throws away what was kept of launches, tokens and requests for tokens, once its time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from courses.models import ToolAssertion, ToolLaunch, ToolToken

UNANSWERED, ANSWERED = timedelta(days=1), timedelta(days=365)


def forget_old_launches(*, now: datetime) -> None:
    """Safe to repeat. A score that comes later than a year after the launch is for the obligation that is open then."""
    ToolLaunch.objects.filter(answered_at=None, begun_at__lt=now - UNANSWERED).delete()
    ToolLaunch.objects.filter(answered_at__lt=now - ANSWERED).delete()
    for kept in (ToolToken, ToolAssertion):
        kept.objects.filter(expires_at__lt=now).delete()

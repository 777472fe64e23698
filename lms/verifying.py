"""Walks through every chain, the log and every projection, and writes down what was found."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from lms.verification import run
from lms.verification_models import VerificationRun

MOST = 20
"""So many broken records of each check are named; the others are counted."""


def verify_and_keep() -> VerificationRun:
    """Run every check and write down what it found, check by check."""
    kept = VerificationRun.objects.create(started_at=timezone.now())
    for name, broken in run(kept.left_out.append):
        first: list[Any] = [[item.record, item.reason] for item in broken[:MOST]]
        kept.found.append({"check": name, "broken": len(broken), "first": first})
        kept.save(update_fields=["found", "left_out"])
    kept.finished_at = timezone.now()
    kept.save(update_fields=["finished_at"])
    return kept

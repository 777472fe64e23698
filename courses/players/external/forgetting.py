"""Throws away the files of proofs that were refused; that there were such files, and their hashes, stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from courses.models import Proof, ProofFile
from courses.players.external.handing_in import throw_away

KEPT = timedelta(days=90)


def forget_old_files(*, now: datetime) -> None:
    """Ninety days after the refusal. Safe to repeat."""
    refused = Proof.objects.filter(
        state=Proof.State.REJECTED, decisions__outcome=Proof.State.REJECTED, decisions__at__lt=now - KEPT
    )
    with transaction.atomic():
        throw_away(ProofFile.objects.filter(proof__in=refused).exclude(stored_as=""))

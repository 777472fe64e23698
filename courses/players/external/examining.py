"""Examines what was handed in, in a worker: scans the files, then runs the checks. Safe to run twice, and when late."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from courses.models import Proof, ProofCheck, ProofFile
from courses.players.external import scanning, storing_files
from courses.players.external.checks import OF_EVERY_WAY
from courses.players.external.findings import FAILED, PASSED, UNKNOWN, Finding
from courses.players.external.handing_in import throw_away
from courses.players.external.ways import WAYS

logger = logging.getLogger(__name__)
AT_A_TIME = 50


def examine(key: str) -> None:
    """What RQ calls for one proof. Where the scanner did not answer, the clock's next round asks it again."""
    proof = Proof.objects.to_be_checked().select_related("person", "activity").filter(key=key).first()
    if proof is None:
        return
    scans = [_scanned(file) for file in proof.files.all() if file.stored_as]
    found = [*_of_scans(proof), *(item for check in (*WAYS[proof.way].checks, *OF_EVERY_WAY) for item in check(proof))]
    with transaction.atomic():
        last = Proof.objects.select_for_update(of=("self",)).get(pk=proof.pk)
        if last.handed_in_at != proof.handed_in_at or last.state != Proof.State.WAITING:
            return  # another was handed in meanwhile, which is examined by itself
        for item in found:
            told = {"outcome": item.outcome, "said": item.said, "detail": item.detail}
            ProofCheck.objects.update_or_create(proof=last, name=item.name, defaults=told)
        if all(scans):
            last.examined_at = timezone.now()
            last.save(update_fields=["examined_at"])


def examine_all() -> None:
    """What is still to be examined, what was never looked at first. One that fails does not hold up the others."""
    waiting = Proof.objects.to_be_examined(is_scanned=scanning.is_scanned())
    for key in waiting.values_list("key", flat=True)[:AT_A_TIME]:
        try:
            examine(str(key))
        except Exception:
            logger.exception("the proof %s could not be examined", key)


def _scanned(file: ProofFile) -> bool:
    """Whether it is known to be harmless or harmful, or there is nobody to ask."""
    if not scanning.is_scanned() or file.scan == ProofFile.Scan.CLEAN:
        return True
    try:
        harmless = scanning.is_harmless(storing_files.read(file.stored_as))
    except (scanning.Unscanned, OSError) as error:
        logger.warning("a file of the proof %s could not be scanned: %s", file.proof.key, type(error).__name__)
        ProofFile.objects.filter(pk=file.pk).update(scan=ProofFile.Scan.WAITING)
        return False
    file.scan = ProofFile.Scan.CLEAN if harmless else ProofFile.Scan.INFECTED
    with transaction.atomic():
        file.save(update_fields=["scan"])
        if not harmless:
            throw_away([file])
    return True


def _of_scans(proof: Proof) -> list[Finding]:
    scans = set(proof.files.values_list("scan", flat=True))
    if not scans:
        return []
    if ProofFile.Scan.INFECTED in scans:
        return [Finding("scan", FAILED, "infected")]
    if ProofFile.Scan.WAITING in scans:
        return [Finding("scan", UNKNOWN, "not_scanned")]
    return [Finding("scan", UNKNOWN, "no_scanner")] if ProofFile.Scan.NONE in scans else [Finding("scan", PASSED)]

"""Checks of the signatures and of the texts that were signed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from attestations.models import AttestationText, Signature, Undertaking
from lms.hash_chain import first_broken
from lms.log.facts import log_facts
from lms.verification import Broken, ledger_check

log_facts("signature", model=Signature, record=Signature.record, related=("person", "text"))
log_facts("undertaking", model=Undertaking, record=Undertaking.record, related=("text",))


@ledger_check("attestation texts")
def texts() -> Iterator[Broken]:
    """Each text still has the digest under which it was issued."""
    for text in AttestationText.objects.select_related("attestation").order_by("pk"):
        if text.digest() != text.sha256:
            yield Broken(f"attestation text {text.pk}", "its words are not those that were issued")


@ledger_check("signatures")
def signatures() -> Iterator[Broken]:
    """Each person's chain is whole, and each signature names the text that it is bound to."""
    rows = Signature.objects.select_related("person", "text").order_by("person_id", "sequence").iterator(2000)
    for _, chain in groupby(rows, key=lambda row: row.person_id):
        entries = list(chain)
        place = first_broken((row.previous_hash, row.hash, row.record()) for row in entries)
        if place is not None:
            yield Broken(f"signature {entries[place].pk}", "its chain is broken here")
        for row in entries:
            if row.text_sha256 != row.text.sha256:
                yield Broken(f"signature {row.pk}", "it was given for other words")


@ledger_check("undertakings of partners")
def undertakings() -> Iterator[Broken]:
    """Each agreement's chain is whole, and each undertaking names the text that it is bound to."""
    rows = Undertaking.objects.select_related("text").order_by("agreement_id", "sequence").iterator(2000)
    for _, chain in groupby(rows, key=lambda row: row.agreement_id):
        entries = list(chain)
        place = first_broken((row.previous_hash, row.hash, row.record()) for row in entries)
        if place is not None:
            yield Broken(f"undertaking {entries[place].pk}", "its chain is broken here")
        for row in entries:
            if row.text_sha256 != row.text.sha256:
                yield Broken(f"undertaking {row.pk}", "it was given for other words")

"""Checks of the signatures and of the texts that were signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attestations.models import AttestationText, Signature, Undertaking
from lms.log.facts import log_facts
from lms.verification import Broken, chains, ledger_check

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
    yield from _of_texts(rows, of="person_id", name="signature")


@ledger_check("undertakings of partners")
def undertakings() -> Iterator[Broken]:
    """Each agreement's chain is whole, and each undertaking names the text that it is bound to."""
    rows = Undertaking.objects.select_related("text").order_by("agreement_id", "sequence").iterator(2000)
    yield from _of_texts(rows, of="agreement_id", name="undertaking")


def _of_texts(rows: Iterable[Any], *, of: str, name: str) -> Iterator[Broken]:
    for entries, broken in chains(rows, of=of, name=name):
        yield from broken
        for row in entries:
            if row.text_sha256 != row.text.sha256:
                yield Broken(f"{name} {row.pk}", "it was given for other words")

"""Checks of the sheets of sessions, and of what rests on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef

from courses.models import Confirmation, Sheet, SheetEntry
from lms.log.facts import log_facts
from lms.lrs.models import Effect
from lms.requirements.models import Completion
from lms.verification import Broken, chains, ledger_check


def sheet_record(sheet: Sheet) -> dict[str, Any]:
    """What the log commits to: its hash covers all its lines."""
    return {"session": str(sheet.session.key), "number": sheet.number, "hash": sheet.hash}


log_facts("session sheet", model=Sheet, record=sheet_record, related=("session",))


@ledger_check("session sheets")
def sheets() -> Iterator[Broken]:
    """Each session's chain is whole, and every line of a sheet is among what was signed."""
    rows = (
        Sheet.objects.select_related("session__training", "signer")
        .prefetch_related("entries__person")
        .order_by("session_id", "number")
        .iterator(chunk_size=500)
    )
    of_lines = chains(
        rows, of="session_id", name="session sheet", record=lambda row: row.record(list(row.entries.all()))
    )
    for _, broken in of_lines:
        yield from broken


@ledger_check("confirmations of sessions")
def confirmations() -> Iterator[Broken]:
    """Each is of somebody whom its sheet marks as present, and has its completion; nobody rests on their own word."""
    present = SheetEntry.objects.filter(sheet=OuterRef("sheet"), person=OuterRef("person"), is_present=True)
    # Its own statement's completion, or one of an earlier session in that cycle; what is still to follow is not missing.
    done = Completion.objects.filter(
        registration=OuterRef("registration"), activity__part_of=OuterRef("session__training")
    )
    waiting = Effect.objects.filter(statement__statement_id=OuterRef("statement_id"))
    rows = Confirmation.objects.select_related("sheet").annotate(
        present=Exists(present), done=Exists(done) | Exists(waiting)
    )
    for row in rows.order_by("pk").iterator(2000):
        if not row.present:
            yield Broken(f"confirmation {row.pk}", "its sheet does not mark the person as present")
        if row.sheet.signer_id == row.person_id:  # of two records that were merged later nobody could know
            yield Broken(f"confirmation {row.pk}", "the person signed the sheet themselves")
        if not row.done:
            yield Broken(f"confirmation {row.pk}", "the ledger has no completion for it")

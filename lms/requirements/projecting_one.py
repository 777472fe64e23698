"""Brings one person's assignments up to a completion: one question and one command, each planned once a connection.

What ``projecting`` does for many, and with its rule; here the asking itself is what takes time. PostgreSQL only.
"""

from __future__ import annotations

from typing import Any

from lms.lrs.prepared import rows
from lms.requirements.models import AcceptedActivity, Assignment, Completion
from lms.requirements.projecting import PROVEN, Terms, proven, update_of

# Each assignment under a rule that accepts the activity, with each of the rule's terms, with each completion that meets it.
QUESTION = f"""
SELECT a.id, a.registration, a.opened_on, a.counts_from, a.carried_until, a.ended_on,
       {", ".join(f"a.{name}" for name in PROVEN)}, r.renewal_window_days,
       t.id, t.activity_id, t.counts_for, t.valid_months, t.runs_from, t.until_day,
       c.id, c.activity_id, c.registration, c.completed_on, c.completed_at, c.source
FROM lms_assignment a
JOIN lms_requirement r ON r.id = a.requirement_id
JOIN lms_acceptedactivity t ON t.requirement_id = a.requirement_id
JOIN lms_completion c ON c.activity_id = t.activity_id
    AND c.person_id IN (SELECT id FROM lms_person WHERE id = %s OR merged_into_id = %s)
WHERE a.person_id = %s
  AND EXISTS (SELECT FROM lms_acceptedactivity n WHERE n.requirement_id = a.requirement_id AND n.activity_id = %s)
"""  # noqa: S608
ASSIGNMENT = ("id", "registration", "opened_on", "counts_from", "carried_until", "ended_on", *PROVEN)
ACCEPTED = ("id", "activity_id", "counts_for", "valid_months", "runs_from", "until_day")
COMPLETION = ("id", "activity_id", "registration", "completed_on", "completed_at", "source")
COMMAND = f"{update_of(PROVEN)} RETURNING a.id"


def project_one(*, owner: int, activity: int) -> None:
    """The assignments of that person whose requirement accepts the activity, once the ledger has its completion. The dates
    of a waiver are as they were."""
    changed = []
    for row, terms, ledger in _read(owner, activity):
        values = proven(row, terms, ledger)
        if any(getattr(row, name) != value for name, value in values.items()):
            changed.append((row.pk, *values.values()))
    if changed:
        rows(COMMAND, [list(column) for column in zip(*changed, strict=True)])


def _read(owner: int, activity: int) -> list[tuple[Assignment, Terms, list[Completion]]]:
    owed: dict[int, Assignment] = {}
    terms: dict[int, Terms] = {}
    ledger: dict[int, dict[int, Completion]] = {}
    accepted_at, completed_at = len(ASSIGNMENT) + 1, len(ASSIGNMENT) + 1 + len(ACCEPTED)
    for row in rows(QUESTION, [owner, owner, owner, activity]):
        pk = row[0]
        if pk not in owed:
            owed[pk], terms[pk], ledger[pk] = Assignment(**_named(ASSIGNMENT, row)), {}, {}
        accepted = AcceptedActivity(**_named(ACCEPTED, row[accepted_at:completed_at]))
        terms[pk].update(accepted.terms(row[accepted_at - 1]))
        completion = Completion(**_named(COMPLETION, row[completed_at:]))
        ledger[pk][completion.pk] = completion
    return [(row, terms[pk], list(ledger[pk].values())) for pk, row in owed.items()]


def _named(names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(names, values, strict=False))

"""Says why: why somebody owes something, why by that day, why it stands as it stands, and what was received.

"I finished, but it says that I haven't" is answered from here, for the learner and for HR with the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lms.dates import day
from lms.lrs import vocabulary as v
from lms.lrs.keys import activity_key, verb_key
from lms.lrs.models import Statement
from lms.lrs.recording import actor_of
from lms.requirements.models import Activity, Assignment, Requirement
from lms.requirements.standing import Standing

MOST_RECEIVED = 100
# Said of what a person did; launches and the like explain nothing.
TOLD = {
    v.PASSED: gettext_lazy("passed"),
    v.FAILED: gettext_lazy("not passed"),
    v.COMPLETED: gettext_lazy("completed"),
    v.SATISFIED: gettext_lazy("all parts complete"),
    v.AGREE: gettext_lazy("signed"),
    v.ACKNOWLEDGE: gettext_lazy("receipt confirmed"),
    v.CONFIRM: gettext_lazy("certified"),
}


@dataclass(frozen=True)
class Received:
    """One thing that the record store received about the person and an activity that the rule accepts."""

    what: str
    activity: str
    said_at: datetime
    received_at: datetime
    statement: UUID
    note: str = ""


@dataclass(frozen=True)
class Explanation:
    """Sentences in their order, and what was received, the newest first."""

    owed: list[str]
    standing: list[str]
    received: list[Received] = field(default_factory=list)


def explain(assignment: Assignment, *, today: date) -> Explanation:
    """Of an assignment fetched with its requirement, person and completion. Four queries."""
    rule = assignment.requirement
    accepted = list(
        Activity.objects.filter(pk__in=rule.accepted.values("activity")).prefetch_related("parts").order_by("pk")
    )
    return Explanation(
        owed=[_whom(rule), _by_when(assignment, rule)],
        standing=list(_standing(assignment, assignment.standing_on(today))),
        received=_received(assignment, [part for item in accepted for part in (item, *item.parts.all())]),
    )


def _whom(rule: Requirement) -> str:
    """Whom the rule covers, as it stands today."""
    bounds = []
    if rule.office is not None:
        bounds.append(_("at %(office)s and below") % {"office": rule.office.name})
    if rule.managers_only:
        bounds.append(_("who manage others"))
    if rule.joiners_from:
        bounds.append(_("who joined on or after %(day)s") % {"day": day(rule.joiners_from)})
    whom = ", ".join(str(name) for name in rule.category_names()) or _("All personnel but partners")
    return _("The rule “%(rule)s” covers: %(whom)s.") % {"rule": rule.title, "whom": " ".join([whom, *bounds])}


def _by_when(assignment: Assignment, rule: Requirement) -> str:
    """From what the due date was counted: the rule's own arithmetic, read backwards."""
    due = day(assignment.due_on)
    if assignment.carried_until is not None:
        return _("The proof before this one ends on %(end)s, so it is to be renewed by %(due)s.") % {
            "end": day(assignment.carried_until), "due": due,
        }  # fmt: skip
    start = assignment.due_on - timedelta(days=rule.due_days)
    days = ngettext("%(n)d day", "%(n)d days", rule.due_days) % {"n": rule.due_days}
    told = {"start": day(start), "days": days, "due": due}
    if rule.due_from == Requirement.DueFrom.JOINING and start == assignment.person.joined_on:
        return _("%(days)s from the day of joining, %(start)s: due by %(due)s.") % told
    if rule.due_from == Requirement.DueFrom.JOINING and start == rule.applies_from:
        return _("%(days)s from %(start)s, since when the rule applies: due by %(due)s.") % told
    if start == assignment.opened_on:
        return _("%(days)s from %(start)s, since when it is asked: due by %(due)s.") % told
    return _("Due by %(due)s, as the rule stood when this was counted.") % told


def _standing(assignment: Assignment, standing: Standing) -> Iterable[str]:
    completion = assignment.completion
    if completion is not None:
        yield _("“%(activity)s” was completed on %(day)s; that is the proof which counts.") % {
            "activity": completion.activity.name, "day": day(completion.completed_on),
        }  # fmt: skip
    if standing is Standing.EXPIRED and assignment.valid_until:
        yield _("It was valid until %(day)s.") % {"day": day(assignment.valid_until)}
    elif standing in (Standing.COMPLETE, Standing.EXPIRING) and assignment.valid_until:
        yield _("It is valid until %(day)s.") % {"day": day(assignment.valid_until)}
    elif standing is Standing.COMPLETE:
        yield _("It is valid for good.")
    if standing is Standing.WAIVED:
        until = assignment.waived_until
        yield (_("It is set aside until %(day)s.") % {"day": day(until)} if until else _("It is set aside for good."))
    if completion is None and standing in (Standing.DUE, Standing.OVERDUE, Standing.EXPIRING, Standing.EXPIRED):
        yield _("Nothing that counts was received yet. Every part must be complete in this cycle.")
    if assignment.counts_from is not None and completion is None:
        yield _("What was completed before %(day)s counted for the cycle before.") % {
            "day": day(assignment.counts_from)
        }


def _received(assignment: Assignment, activities: list[Activity]) -> list[Received]:
    names = {activity_key(activity.iri): activity.name for activity in activities}
    verbs = {verb_key(verb): word for verb, word in TOLD.items()}
    rows = (
        Statement.objects.filter(actor=actor_of(assignment.person.uuid), verb__in=verbs)
        .filter(Q(activity__in=names) | Q(registration=assignment.registration))
        .select_related("claim", "effect")
        .order_by("-stored")[:MOST_RECEIVED]
    )
    return [
        Received(
            what=str(verbs[row.verb]),
            activity=_name(row, names),
            said_at=row.timestamp,
            received_at=row.stored,
            statement=row.statement_id,
            note=_note(row, assignment),
        )
        for row in rows
    ]


def _name(row: Statement, names: dict[UUID, str]) -> str:
    """Of the activity; of a text that was signed, the name that it bore."""
    if row.activity in names:
        return names[row.activity]
    told: dict[str, str] = row.data["object"].get("definition", {}).get("name", {})
    return next(iter(told.values()), "")


def _note(row: Statement, assignment: Assignment) -> str:
    claim = getattr(row, "claim", None)
    if row.credential_id is not None and claim is None and row.verb == verb_key(v.FAILED):
        return ""  # needs no weighing: it completes nothing, whoever says it
    if hasattr(row, "effect"):
        return _("Received, and still being looked at.")
    if row.credential_id is not None and claim is None:
        return _("Reported by another system whose word does not count here.")
    if claim is not None and not claim.is_believed:
        return _("Reported by another system, and doubted: Human Resources looks at it.")
    if row.registration != assignment.registration:
        return _("Belongs to another cycle or rule.")
    return ""

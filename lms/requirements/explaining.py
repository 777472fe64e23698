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
from lms.people.calendars import Calendars
from lms.people.models import Person
from lms.requirements.completing import DECLARED, PROVEN, REPORTED, trust
from lms.requirements.models import Activity, Assignment, Claim, Requirement
from lms.requirements.periods import add_working_days
from lms.requirements.standing import Standing
from lms.requirements.wording import audience_in_words

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
    """Of an assignment fetched with its requirement, person and completion. The number of queries is constant."""
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
    """Whom the rule covers, as it stands today, and which version of it that is."""
    version = rule.versions.first()
    told = {"rule": rule.title, "whom": audience_in_words(rule.clauses)}
    if version is None:
        return _("The rule “%(rule)s” covers: %(whom)s.") % told
    return _("The rule “%(rule)s”, version %(number)d of %(day)s, covers: %(whom)s.") % {
        **told, "number": version.number, "day": day(version.in_force_from.date()),
    }  # fmt: skip


def _by_when(assignment: Assignment, rule: Requirement) -> str:
    """From what the due date was counted: the rule's own arithmetic, read backwards."""
    due = day(assignment.due_on)
    if any(extension.due_on == assignment.due_on for extension in assignment.extensions.all()):
        return _("More time was given: due by %(due)s.") % {"due": due}
    if assignment.carried_until is not None:
        return _("The proof before this one ends on %(end)s, so it is to be renewed by %(due)s.") % {
            "end": day(assignment.carried_until), "due": due,
        }  # fmt: skip
    if rule.due_from == Requirement.DueFrom.CAMPAIGN and assignment.due_on == rule.campaign_on:
        return _("Everybody is asked for it by %(due)s.") % {"due": due}
    if rule.due_from == Requirement.DueFrom.GATE and assignment.due_on < assignment.person.joined_on:
        return _("It is to be done before the day of joining, %(joined)s: due by %(due)s.") % {
            "joined": day(assignment.person.joined_on), "due": due,
        }  # fmt: skip
    return _counted(assignment, rule, due)


def _counted(assignment: Assignment, rule: Requirement, due: str) -> str:
    calendars = Calendars() if rule.working_days else None
    free = calendars.free(assignment.person.office_id) if calendars else None
    template = ngettext("%(n)d working day", "%(n)d working days", rule.due_days) if free else ngettext(
        "%(n)d day", "%(n)d days", rule.due_days)  # fmt: skip
    told = {"days": template % {"n": rule.due_days}, "due": due}
    for start, sentence in (
        (assignment.person.joined_on, _("%(days)s from the day of joining, %(start)s: due by %(due)s.")),
        (rule.applies_from, _("%(days)s from %(start)s, since when the rule applies: due by %(due)s.")),
        (assignment.opened_on, _("%(days)s from %(start)s, since when it is asked: due by %(due)s.")),
    ):
        end = add_working_days(start, rule.due_days, free) if free else start + timedelta(rule.due_days)
        is_joining = rule.due_from == Requirement.DueFrom.JOINING
        if end == assignment.due_on and (is_joining or start == assignment.opened_on):
            return sentence % {**told, "start": day(start)}
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
    people = [assignment.person, *assignment.person.merged.all()]
    actors = [actor_of(item.uuid) for item in people]
    rows = (
        Statement.objects.filter(Q(actor__in=actors) | _doubted_by_reference(assignment, people), verb__in=verbs)
        .filter(Q(activity__in=names) | Q(registration=assignment.registration))
        .select_related("claim__activity", "effect")
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


def _doubted_by_reference(assignment: Assignment, people: list[Person]) -> Q:
    """What a provider said of the registration about an account of its own. What is believed we have said ourselves."""
    found = Claim.objects.filter(person__in=people, is_believed=False)
    return Q(registration=assignment.registration, pk__in=found.values("statement"))


def _name(row: Statement, names: dict[UUID, str]) -> str:
    """Of the activity, also where a provider has a name of its own for it; of a text that was signed, the name it bore."""
    if row.activity in names:
        return names[row.activity]
    if hasattr(row, "claim"):
        return str(row.claim.activity.name)
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
    rests_on = row.data.get("context", {}).get("extensions", {}).get(trust(), "")
    if row.credential_id is None and rests_on == DECLARED:
        return _("Declared only. It counts once the proof is handed in and checked.")
    if row.credential_id is None and rests_on == PROVEN:
        return _("Proof of something done elsewhere.")
    if row.credential_id is None and rests_on == REPORTED:
        return _("Reported by the provider of the course.")
    if row.registration != assignment.registration:
        return _("Belongs to another cycle or rule.")
    return ""

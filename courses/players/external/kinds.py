"""What external courses tell the floor: their titles, and where somebody's proof stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID, uuid5

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.kinds import PartKind, WholeKind, editions
from courses.models import ExternalPage, Proof, Way
from courses.players.external.lti.keys import can_sign
from courses.players.external.lti.tokens import active_tools
from lms.lrs.statements import NAMESPACE
from lms.people.models import Person
from lms.requirements.kinds import Description
from lms.requirements.models import Activity, Assignment, Completion


class ExternalKind(WholeKind[ExternalPage]):
    """The course as a whole; taken at its provider."""

    name = "external"
    pages = ExternalPage

    def describe_without_account(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        """For people of partners: its pages know them by their invitation."""
        found = editions([activity.pk for activity in activities], ExternalPage)
        last, reported = last_proofs(person, found), reported_by_tool(found)
        return {pk: _step(page, last.get(pk), registrations[pk], pk in reported) for pk, page in found.items()}

    def taking_word(self, activities: Iterable[Activity]) -> list[Activity]:
        """Where the course's page opens declarations."""
        given = list(activities)
        rules = rules_of([activity.pk for activity in given])
        return [item for item in given if item.pk in rules and takes_declarations(rules[item.pk])]

    def take_word(self, *, person: Person, activity: Activity, on: date, by: Person) -> None:
        from courses.players.external.handing_in import declare_for

        declare_for(person=person, activity=activity, on=on, by=by)


def takes_declarations(rule: ExternalPage) -> bool:
    return bool(rule.live) and Way.DECLARATION in rule.open_ways()


class ProofKind(PartKind):
    """An accepted proof: one step, in words of where the last one stands."""

    name = "proof"
    knows_by_reference = True

    def describe(
        self, *, person: Person, activities: Iterable[Activity], registrations: Mapping[int, UUID]
    ) -> dict[int, Description]:
        parts = {activity.part_of_id: activity for activity in activities if activity.part_of_id}
        last, reported = last_proofs(person, parts), reported_by_tool(parts)
        return {
            parts[course].pk: _step(page, last.get(course), registrations[parts[course].pk], course in reported)
            for course, page in editions(list(parts), ExternalPage).items()
        }


def last_proofs(person: Person, activities: Iterable[int]) -> dict[int, Proof]:
    """By activity."""
    return {
        proof.activity_id: proof for proof in Proof.objects.of(person).filter(activity__in=activities).order_by("pk")
    }


def reported_by_tool(activities: Iterable[int]) -> set[int]:
    """Those of which the provider's system tells the result (LTI 1.3)."""
    if not can_sign():
        return set()
    return set(active_tools().filter(activity__in=activities).values_list("activity", flat=True))


def _step(page: ExternalPage, last: Proof | None, registration: UUID, is_reported: bool) -> Description:
    """A refusal, or a declaration that stands, is told of in the cycle that it was handed in for."""
    step = _("Take the course at %(provider)s, then hand in your proof")
    if is_reported:
        step = _("Take the course at %(provider)s, which reports your result")
    step %= {"provider": page.provider}
    minutes, url, is_begun = page.minutes, page.url or "", False
    told = last is not None and (last.is_open or (_needs_more(last) and last.registration == registration))
    if last is not None and told:
        url = reverse("courses:proof", args=[last.key])
        is_begun = True
        minutes = 0 if last.state == Proof.State.WAITING else 5
        step = {
            Proof.State.WAITING: _("Your proof is being checked"),
            Proof.State.MORE_NEEDED: _("Another file is needed"),
            Proof.State.REJECTED: _("Your proof was not accepted: see why"),
            Proof.State.ACCEPTED: _("It is declared: hand in your proof"),
        }[Proof.State(last.state)]
    return Description(title=page.title, step=step, url=url, minutes=minutes, steps=1, is_begun=is_begun, is_far=True)


def _needs_more(last: Proof) -> bool:
    """A refusal; or a declaration, which is on record and completes nothing (decision 15)."""
    return last.state == Proof.State.REJECTED or (
        last.state == Proof.State.ACCEPTED and last.declared_by_id is not None
    )


def rule_of(activity: Activity) -> ExternalPage | None:
    """The edition by which proof is judged: published before not, English before others, the oldest before younger ones."""
    return rules_of([activity.pk]).get(activity.pk)


def rules_of(activities: Iterable[int]) -> dict[int, ExternalPage]:
    """By activity. One query."""
    found = ExternalPage.objects.filter(activity__in=activities).select_related("locale")
    ordered = sorted(found, key=lambda page: (not page.live, page.locale.language_code != "en", page.pk), reverse=True)
    return {page.activity_id: page for page in ordered if page.activity_id}


def registration_for(*, person: Person, activity: Activity) -> UUID:
    """The most urgent open cycle that is still to be done; else one of the person's own, the same each time."""
    found = owed_registration(person=person, activity=activity)
    if found is not None:
        return found
    mine = Q(person=person) | Q(person__merged_into=person)
    done = Completion.objects.filter(mine, activity=activity).count()
    return uuid5(NAMESPACE, f"external {activity.iri} {person.uuid} {done}")


def owed_registration(*, person: Person, activity: Activity) -> UUID | None:
    """The most urgent open cycle that is still to be done, if there is one."""
    owed = (
        Assignment.objects.open()
        .filter(person=person, completion=None, requirement__accepted__activity=activity)
        .order_by("due_on", "pk")
    )
    found: UUID | None = owed.values_list("registration", flat=True).first()
    return found

"""Who wrote a change of a rule, who approved it, and the record of the terms that came into force."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Revision, TaskState, Workflow, WorkflowContentType, WorkflowTask

from lms.periodic import kick
from lms.requirements.models import Requirement, RuleToApply, RuleVersion, SecondPersonApproval

WORKFLOW = "Approval of requirements"
OWN = (
    "code", "title", "why", "due_from", "due_days", "campaign_on", "working_days", "applies_from", "applies_until",
    "renewal_window_days", "gate", "gate_allows_until_due", "expire_at",
)  # fmt: skip
OF_ACCEPTED = ("counts_for", "valid_months", "runs_from", "until_day")


class NeedsSecondPerson(ValueError):
    """Whoever wrote a change cannot approve it."""

    def __str__(self) -> str:
        return _(
            "Whoever wrote a change cannot approve it. Ask a colleague, who finds it among the tasks awaiting review."
        )


def terms_of(requirement: Requirement) -> dict[str, Any]:
    """All that a rule says, without what Wagtail keeps beside it; the same for the same rule."""
    accepted = sorted(requirement.accepted.all(), key=lambda item: item.activity.iri)
    return {
        **{name: _plain(getattr(requirement, name)) for name in OWN},
        "audience": [_without_id(block) for block in requirement.audience.get_prep_value()],
        "accepted": [
            {"activity": item.activity.iri, **{name: getattr(item, name) for name in OF_ACCEPTED}} for item in accepted
        ],
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _without_id(block: dict[str, Any]) -> dict[str, Any]:
    value = block["value"]
    if isinstance(value, list):
        return {"type": block["type"], "value": [_without_id(item) for item in value]}
    return {"type": block["type"], "value": {name: _plain(item) for name, item in value.items()}}


def author_of(revision: Revision | None) -> int | None:
    """The user who wrote this: who saved the first of the last revisions that say the same, from the same day on."""
    if revision is None:
        return None
    wanted, author = _written(revision), revision.user_id
    earlier = Revision.objects.for_instance(revision.content_object).filter(pk__lt=revision.pk).order_by("-pk")
    for other in earlier[:50]:
        if _written(other) != wanted:
            break
        author = other.user_id
    return author


def _written(revision: Revision) -> dict[str, Any]:
    """When it comes into force and when it ends is part of what a second person approves."""
    draft = revision.as_object()
    return {**terms_of(draft), "go_live_at": draft.go_live_at}


def bring_into_force(revision: Revision, *, approver: Any) -> None:
    """Keep and apply what was published, unless its day is yet to come: the clock publishes it then, as nobody."""
    requirement = Requirement.objects.get(pk=revision.object_id)
    if not requirement.live or requirement.live_revision_id != revision.pk:
        return
    approval = TaskState.objects.filter(revision=revision, status=TaskState.STATUS_APPROVED).last()
    author = author_of(revision)
    record(
        requirement=requirement,
        drafted_by=_name(get_user_model().objects.filter(pk=author).first() if author else None),
        approved_by=_name(approval.finished_by if approval else approver),
    )


def record(*, requirement: Requirement, drafted_by: str = "", approved_by: str = "") -> RuleVersion | None:
    """Keep the terms of the requirement as its next version and have them applied; None where the last says the same."""
    terms = terms_of(requirement)
    with transaction.atomic():
        Requirement.objects.select_for_update(of=("self",)).get(pk=requirement.pk)
        earlier = list(requirement.versions.order_by("-number"))
        if earlier and earlier[0].terms == terms:
            return None
        version = RuleVersion.objects.create(
            requirement=requirement,
            number=earlier[0].number + 1 if earlier else 1,
            terms=terms,
            in_force_from=timezone.now(),
            drafted_by=drafted_by,
            approved_by=approved_by,
            restores=next((item.number for item in earlier if item.terms == terms), None),
        )
        RuleToApply.objects.create(version=version)
        kick("lms.requirements.applying.apply_waiting")
    return version


def _name(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""


def ensure_workflow(group: Group) -> Workflow:
    """Changes of requirements are approved by a second person of that group. A workflow that is there stays as it is."""
    kind = ContentType.objects.get_for_model(Requirement)
    assigned = WorkflowContentType.objects.filter(content_type=kind).select_related("workflow").first()
    if assigned is not None:
        return assigned.workflow  # type: ignore[no-any-return]
    task = SecondPersonApproval.objects.create(name=str(_("Approval by a second person")))
    task.groups.add(group)
    workflow = Workflow.objects.create(name=WORKFLOW)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowContentType.objects.create(content_type=kind, workflow=workflow)
    return workflow

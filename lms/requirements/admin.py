"""Requirements in Wagtail's admin."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies.base import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from lms.dates import day
from lms.requirements.models import Activity, Requirement
from lms.requirements.projecting import project_all
from lms.requirements.querysets import audience

NOTES = "lms_requirement_notes"
"""Hook of Wagtail's: ``(requirement) -> str``, what else its author should know after saving; empty for nothing."""


def reach_of(requirement: Requirement, today: date) -> str:
    """How many people the rule covers, and when they are assigned."""
    number = audience(requirement, max(today, requirement.applies_from)).count()
    if requirement.applies_until and requirement.applies_until < today:
        return gettext("It no longer applies: what is open under it ends within the hour.")
    covered = ngettext(
        "It covers %(number)d person.", "It covers %(number)d people.", number
    ) % {"number": number}  # fmt: skip
    if requirement.applies_from > today:
        when = gettext("They are assigned on %(day)s, when it begins to apply.") % {
            "day": day(requirement.applies_from)
        }
    else:
        when = gettext("Who has no assignment yet gets one within the hour.")
    return f"{covered} {when}"


class TellsReach:
    """The message after saving says what the rule does."""

    object: Requirement

    def get_success_message(self, *args: Any) -> str:
        requirement = args[0] if args else self.object
        notes = [hook(requirement) for hook in hooks.get_hooks(NOTES)]
        said = [super().get_success_message(*args), reach_of(requirement, timezone.localdate()), *notes]  # type: ignore[misc]
        return " ".join(str(part) for part in said if part)


class AddRequirement(TellsReach, CreateView):  # type: ignore[misc]
    pass


class EditRequirement(TellsReach, EditView):  # type: ignore[misc]
    """A validity or an accepted course that changes applies to what was done before too (decision 0001)."""

    def save_instance(self) -> Any:
        with transaction.atomic():
            requirement = super().save_instance()
            project_all(requirement.assignments.all())
        return requirement


class RequirementViewSet(ModelViewSet):  # type: ignore[misc]
    model = Requirement
    add_view_class = AddRequirement
    edit_view_class = EditRequirement
    icon = "tasks"
    list_display = ["title", "code", "due_from", "due_days", "gate", "applies_from"]
    search_fields = ["title", "code"]
    search_backend_name = None
    copy_view_enabled = False


class ChangedOnly(ModelPermissionPolicy):  # type: ignore[misc]
    """Nobody adds or deletes them by hand."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action not in ("add", "delete") and bool(super().user_has_permission(user, action))


class ActivityViewSet(ModelViewSet):  # type: ignore[misc]
    """Activities are made by courses and attestations; here it is said whose word completes them."""

    model = Activity
    icon = "tasks"
    list_display = ["name", "iri", "move_on", "word"]
    list_filter = ["word", "kind"]
    search_fields = ["name", "iri"]
    search_backend_name = None
    panels = [FieldPanel("name", read_only=True), FieldPanel("iri", read_only=True), FieldPanel("word"),
              FieldPanel("trusted"), FieldPanel("minutes")]  # fmt: skip
    copy_view_enabled = False
    menu_label = _("Activities")


register_permission_policy(Activity, ChangedOnly(Activity), exact_class=True)

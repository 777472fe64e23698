"""Requirements in Wagtail's admin."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import LiveStatusTagColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies.base import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet, UnpublishView

from lms.dates import day
from lms.requirements.models import Activity, Requirement
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
    if requirement.has_unpublished_changes:
        when = gettext("Nothing changes until a second person approves it.")
    elif requirement.applies_from > today:
        when = gettext("They are assigned on %(day)s, when it begins to apply.") % {
            "day": day(requirement.applies_from)
        }
    else:
        when = gettext("Who has no assignment yet gets one within the hour.")
    return f"{covered} {when}"


NOT_ALONE = ("action-publish", "action-unpublish", "action-delete")


class TellsReach:
    """The message after saving says what the rule does, once it is approved."""

    object: Requirement

    def get_success_message(self, *args: Any) -> str:
        requirement = args[0] if args else self.object
        notes = [hook(requirement) for hook in hooks.get_hooks(NOTES)]
        said = [super().get_success_message(*args), reach_of(requirement, timezone.localdate()), *notes]  # type: ignore[misc]
        return " ".join(str(part) for part in said if part)


class AddRequirement(TellsReach, CreateView):  # type: ignore[misc]
    pass


class EditRequirement(TellsReach, EditView):  # type: ignore[misc]
    pass


class UnpublishRequirement(UnpublishView):  # type: ignore[misc]
    """Nobody ends a rule alone: its last day is a change like any other, which a second person approves."""

    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        raise PermissionDenied


class RequirementViewSet(SnippetViewSet):  # type: ignore[misc]
    """Drafts, history, comparison, approval and a day from which it holds are Wagtail's."""

    model = Requirement
    add_view_class = AddRequirement
    edit_view_class = EditRequirement
    unpublish_view_class = UnpublishRequirement
    base_url_path = "requirements"
    menu_hook = "register_learning_menu_item"
    icon = "tasks"
    list_display = ["title", "code", "due_from", "due_days", "gate", "applies_from", LiveStatusTagColumn()]
    search_fields = ["title", "code"]
    search_backend_name = None
    copy_view_enabled = False


class NeverDeleted(ModelPermissionPolicy):  # type: ignore[misc]
    """A rule ends by its last day; what was owed under it stays."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))


@hooks.register("construct_snippet_action_menu")
def approved_by_another(menu_items: list[Any], request: Any, context: dict[str, Any]) -> None:
    """Whoever writes a rule does not bring it into force: the way goes through the approval."""
    if context.get("model") is Requirement:
        menu_items[:] = [item for item in menu_items if item.name not in NOT_ALONE]


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
              FieldPanel("trusted"), FieldPanel("known_as"), FieldPanel("minutes")]  # fmt: skip
    copy_view_enabled = False
    menu_label = _("Activities")


register_permission_policy(Requirement, NeverDeleted(Requirement), exact_class=True)
register_permission_policy(Activity, ChangedOnly(Activity), exact_class=True)

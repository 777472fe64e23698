"""Requirements in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.views.generic import EditView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies.base import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from lms.requirements.models import Activity, Requirement
from lms.requirements.projecting import project_all


class EditRequirement(EditView):  # type: ignore[misc]
    """A validity or an accepted course that changes applies to what was done before too (decision 0001)."""

    def save_instance(self) -> Any:
        with transaction.atomic():
            requirement = super().save_instance()
            project_all(requirement.assignments.all())
        return requirement


class RequirementViewSet(ModelViewSet):  # type: ignore[misc]
    model = Requirement
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

"""Requirements in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from wagtail.admin.views.generic import EditView
from wagtail.admin.viewsets.model import ModelViewSet

from lms.requirements.models import Requirement
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

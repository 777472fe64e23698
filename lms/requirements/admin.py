"""Requirements in Wagtail's admin."""

from __future__ import annotations

from wagtail.admin.viewsets.model import ModelViewSet

from lms.requirements.models import Requirement


class RequirementViewSet(ModelViewSet):  # type: ignore[misc]
    model = Requirement
    icon = "tasks"
    list_display = ["title", "code", "due_from", "due_days", "gate", "applies_from"]
    search_fields = ["title", "code"]
    search_backend_name = None
    copy_view_enabled = False

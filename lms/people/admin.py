"""Headships, access and partners in Wagtail's admin; people themselves come from HR's feed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet

from lms.people.models import Headship, Holiday, OfficeAccess, Organisation


class HeadshipViewSet(ModelViewSet):  # type: ignore[misc]
    model = Headship
    icon = "user"
    list_display = ["office", "person", "starts_on", "ends_on"]
    copy_view_enabled = False
    menu_label = _("Heads of office")


class OfficeAccessViewSet(ModelViewSet):  # type: ignore[misc]
    model = OfficeAccess
    icon = "key"
    list_display = ["user", "office", "starts_on", "ends_on"]
    copy_view_enabled = False
    menu_label = _("Access to offices")


class OrganisationViewSet(ModelViewSet):  # type: ignore[misc]
    model = Organisation
    icon = "group"
    list_display = ["name", "code", "parent"]
    copy_view_enabled = False
    menu_label = _("Partners")


class HolidayViewSet(ModelViewSet):  # type: ignore[misc]
    model = Holiday
    icon = "date"
    list_display = ["day", "name", "office"]
    copy_view_enabled = False
    menu_label = _("Holidays")

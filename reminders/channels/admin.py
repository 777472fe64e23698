"""Other channels in Wagtail's admin: the addresses, and the list of posts. Of the viewer's offices only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView, IndexView
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.views.generic.usage import UsageView
from wagtail.admin.viewsets.model import ModelViewSet

from lms.columns import DayColumn, MomentColumn
from lms.compliance.reports import PERMISSION, LmsReportView
from lms.people.models import Office
from reminders.channels.forms import ChannelAddressForm
from reminders.channels.models import ChannelAddress, Post

POSTS = "lms_channel_posts"


class InTheirOffices:
    """Every page of an address, and not its list only: of people of the viewer's offices, else 404."""

    request: Any

    def _theirs(self) -> Any:
        offices = Office.objects.visible_to(self.request.user)
        return ChannelAddress.objects.filter(person__office__in=offices).select_related("person")


class ListOfTheirs(InTheirOffices, IndexView):  # type: ignore[misc]
    def get_base_queryset(self) -> Any:
        return self._theirs()


class FormOfTheirs(InTheirOffices):
    def get_queryset(self) -> Any:
        return self._theirs()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "viewer": self.request.user}  # type: ignore[misc]


class AddTheirs(FormOfTheirs, CreateView):  # type: ignore[misc]
    pass


class EditTheirs(FormOfTheirs, EditView):  # type: ignore[misc]
    pass


class DeleteTheirs(InTheirOffices, DeleteView):  # type: ignore[misc]
    def get_queryset(self) -> Any:
        return self._theirs()


class HistoryOfTheirs(InTheirOffices, HistoryView):  # type: ignore[misc]
    def get_base_object_queryset(self) -> Any:
        return self._theirs()


class UsageOfTheirs(InTheirOffices, UsageView):  # type: ignore[misc]
    def get_base_object_queryset(self) -> Any:
        return self._theirs()


class ChannelAddressViewSet(ModelViewSet):  # type: ignore[misc]
    model = ChannelAddress
    icon = "comment"
    index_view_class, add_view_class, edit_view_class = ListOfTheirs, AddTheirs, EditTheirs
    delete_view_class, history_view_class, usage_view_class = DeleteTheirs, HistoryOfTheirs, UsageOfTheirs
    list_display = [
        TitleColumn("person.name", label=_("Person"), url_name="channel_addresses:edit"),
        Column("channel_label", label=_("Channel")),
        Column("hint", label=_("Address")),
        BooleanColumn("is_active", label=_("In use")),
        Column("off_because", label=_("Switched off because")),
        MomentColumn("off_at", label=_("Switched off at")),
    ]
    list_filter = ["is_active"]
    copy_view_enabled = False
    add_to_admin_menu = True
    menu_label = _("Other channels")
    menu_order = 258

    def get_form_class(self, for_update: bool = False) -> Any:
        return ChannelAddressForm


class PostsReport(LmsReportView):
    """What was posted to whom, what was given up and why. HR and heads, their own offices."""

    permission = PERMISSION
    page_title = _("Posts in other channels")
    header_icon = "comment"
    index_url_name = POSTS
    index_results_url_name = f"{POSTS}_results"
    is_searchable = True
    search_backend_name = None
    search_fields = ["message__recipient__name", "message__recipient__number"]
    export_filename = "channel-posts"
    list_export = [
        "message.recipient.number", "message.recipient.name", "message.day", "channel", "state", "people", "posted_at",
        "attempts", "because", "detail",
    ]  # fmt: skip
    export_headings = {"message.recipient.number": "number", "message.recipient.name": "name", "message.day": "day"}
    columns = [
        Column("message.recipient.name", label=_("To")),
        Column("channel_label", label=_("Channel")),
        DayColumn("message.day", label=_("Day")),
        Column("get_state_display", label=_("State")),
        MomentColumn("posted_at", label=_("Posted at")),
        Column("why", label=_("Why not")),
    ]

    def for_viewer(self) -> Any:
        offices = [office.pk for office in self.offices]
        return Post.objects.filter(message__recipient__office__in=offices).select_related("message__recipient")

"""What reminders add to Wagtail's admin: ladders, and the list of messages."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from lms.columns import DayColumn, MomentColumn
from lms.compliance.reports import PERMISSION, LmsReportView
from lms.people.models import Person
from lms.requirements.admin import NOTES
from lms.requirements.models import Requirement
from lms.requirements.trying import MESSAGES
from reminders.addresses_panel import AddressesPanel
from reminders.addresses_report import SEE, AddressesReport, WorksView
from reminders.channels.admin import POSTS, ChannelAddressViewSet, PostsReport
from reminders.finding import due
from reminders.models import Ladder, Message
from reminders.panel import SEE_STANDSTILL, StandstillPanel
from reminders.previewing import LadderEditView, LadderMessagesView
from reminders.views import PAGE, ComingReport


class LadderViewSet(ModelViewSet):  # type: ignore[misc]
    model = Ladder
    icon = "mail"
    list_display = ["name", "starts_on", "is_active"]
    copy_view_enabled = False
    edit_view_class = LadderEditView
    add_to_admin_menu = True
    menu_label = _("Reminder ladders")
    menu_order = 257

    def get_urlpatterns(self) -> list[URLPattern]:
        shown = path("messages/<int:pk>/", LadderMessagesView.as_view(), name="messages")
        return [*super().get_urlpatterns(), shown]


class MessagesReport(LmsReportView):
    """What was sent to whom, what was refused and why. HR and heads, their own offices."""

    permission = PERMISSION
    page_title = _("Messages")
    header_icon = "mail"
    index_url_name = "lms_messages_report"
    index_results_url_name = "lms_messages_report_results"
    is_searchable = True
    search_backend_name = None
    search_fields = ["recipient__name", "recipient__number"]
    export_filename = "messages"
    list_export = ["recipient.number", "recipient.name", "day", "state", "sent_at", "attempts", "last_error"]
    export_headings = {"recipient.number": "number", "recipient.name": "name"}
    columns = [
        Column("recipient.name", label=_("To")),
        DayColumn("day", label=_("Day")),
        Column("get_state_display", label=_("State")),
        MomentColumn("sent_at", label=_("Sent at")),
        Column("last_error", label=_("Why not")),
    ]

    def for_viewer(self) -> Any:
        offices = [office.pk for office in self.offices]
        return Message.objects.filter(recipient__office__in=offices).select_related("recipient")


@hooks.register(NOTES)
def say_who_is_not_reminded(requirement: Requirement) -> str:
    """A rule in no ladder in use is one that nobody is reminded of."""
    if Ladder.objects.filter(requirements=requirement, is_active=True).exists():
        return ""
    return gettext("It is in no reminder ladder: nobody is reminded of it until you add it to one.")


@hooks.register(MESSAGES)
def messages_due(requirement: Requirement) -> Counter[int]:
    """How many people would be written to about the rule today, by office. What they get about others is not counted."""
    recipients = {item.recipient for item in due(timezone.now(), requirement=requirement)}
    offices = Person.objects.filter(pk__in=recipients).values_list("office", flat=True)
    return Counter(offices)


class MessagesMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))


class AddressesMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(SEE))


@hooks.register("register_admin_viewset")
def ladders() -> LadderViewSet:
    return LadderViewSet("reminder_ladders")


@hooks.register("register_admin_viewset")
def channel_addresses() -> ChannelAddressViewSet:
    return ChannelAddressViewSet("channel_addresses")


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    return [
        path("messages/", MessagesReport.as_view(), name="lms_messages_report"),
        path("messages/results/", MessagesReport.as_view(results_only=True), name="lms_messages_report_results"),
        path("messages/channels/", PostsReport.as_view(), name=POSTS),
        path("messages/channels/results/", PostsReport.as_view(results_only=True), name=f"{POSTS}_results"),
        path("reminders/coming/", ComingReport.as_view(), name=PAGE),
        path("addresses/", AddressesReport.as_view(), name="lms_addresses_report"),
        path("addresses/results/", AddressesReport.as_view(results_only=True), name="lms_addresses_report_results"),
        path("addresses/<str:number>/works/", WorksView.as_view(), name="lms_address_works"),
    ]


@hooks.register("register_reports_menu_item")
def messages_menu_item() -> MessagesMenuItem:
    return MessagesMenuItem(
        _("Messages"), reverse("lms_messages_report"), name="messages", icon_name="mail", order=900
    )


@hooks.register("register_reports_menu_item")
def coming_menu_item() -> MessagesMenuItem:
    return MessagesMenuItem(
        ComingReport.page_title, reverse(PAGE), name="reminders-to-come", icon_name="mail", order=905
    )


@hooks.register("register_reports_menu_item")
def posts_menu_item() -> MessagesMenuItem:
    return MessagesMenuItem(PostsReport.page_title, reverse(POSTS), name="posts", icon_name="comment", order=906)


@hooks.register("register_reports_menu_item")
def addresses_menu_item() -> AddressesMenuItem:
    return AddressesMenuItem(
        _("Addresses that do not work"),
        reverse("lms_addresses_report"),
        name="addresses",
        icon_name="warning",
        order=907,
    )


@hooks.register("construct_homepage_panels")
def addresses_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(AddressesPanel(request))


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    label, message = _("Address works again"), _("Somebody said that the person's address works again")
    actions.register_action("lms.person.address_works", label, message)
    actions.register_action("lms.ladder.send_example", _("Example sent"), _("Somebody sent themselves an example"))


@hooks.register("construct_homepage_panels")
def standstill_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(StandstillPanel(request))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    app_label, codename = SEE_STANDSTILL.split(".")
    return Permission.objects.filter(content_type__app_label=app_label, codename=codename)

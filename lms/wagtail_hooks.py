"""What the floor adds to Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from lms.compliance.auditing.views import TAKE, AuditorPackView
from lms.compliance.claims import ClaimsReport, ClaimView
from lms.compliance.comparing import CompareReport
from lms.compliance.corrections import CorrectionsReport
from lms.compliance.deliveries import DeliveriesView
from lms.compliance.explanations import WhyView
from lms.compliance.how_long import HowLongReport
from lms.compliance.joiners import JoinersReport
from lms.compliance.looks import SEE_WHO_LOOKED, LooksReport
from lms.compliance.merging import MergeView
from lms.compliance.panel import CompliancePanel
from lms.compliance.partners.agreement import AgreementView, ChangeAgreementView, SaveAgreementView
from lms.compliance.partners.reports import AgreementsReport, MembersReport
from lms.compliance.person_report import PersonReport
from lms.compliance.reports import PERMISSION
from lms.compliance.views import OfficeReport, PeopleReport
from lms.compliance.waivers import DECIDE, WaiverRequestsReport, WaiverRequestView
from lms.log.admin import CheckpointView, LogMenuItem, LogView
from lms.lrs.admin import CredentialViewSet, ForwardingTargetViewSet
from lms.people.admin import HeadshipViewSet, HolidayViewSet, OfficeAccessViewSet, OrganisationViewSet
from lms.people.link_sessions import narrow_page
from lms.requirements.admin import ActivityViewSet, RequirementViewSet
from lms.signposts.models import SignpostCard
from lms.tokens.admin import AccessTokenViewSet


class ComplianceMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))


class WaiversMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(DECIDE))


class AuditorPackMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(TAKE))


class LooksMenuItem(MenuItem):  # type: ignore[misc]
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(SEE_WHO_LOOKED))


class LearningGroup(ViewSetGroup):  # type: ignore[misc]
    menu_label = _("Learning")
    menu_icon = "clipboard-list"
    menu_order = 250
    submenu_hook = RequirementViewSet.menu_hook
    items = (
        ActivityViewSet("activities"),
        HeadshipViewSet("headships"),
        OfficeAccessViewSet("office_access"),
        OrganisationViewSet("organisations"),
        HolidayViewSet("holidays"),
        AccessTokenViewSet("access_tokens"),
        CredentialViewSet("credentials"),
        ForwardingTargetViewSet("forwarding_targets"),
    )


class SignpostCardViewSet(SnippetViewSet):  # type: ignore[misc]
    model = SignpostCard
    icon = "help"
    list_display = ["title", "kind", "verified_on"]
    menu_label = _("Reporting and support cards")
    add_to_admin_menu = True
    menu_order = 260


register_snippet(SignpostCardViewSet)
register_snippet(RequirementViewSet)


@hooks.register("register_admin_viewset")
def learning() -> LearningGroup:
    return LearningGroup()


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    return [
        path("compliance/", OfficeReport.as_view(), name="lms_compliance"),
        path("compliance/people/", PeopleReport.as_view(), name="lms_people_report"),
        path("compliance/people/results/", PeopleReport.as_view(results_only=True), name="lms_people_report_results"),
        path("compliance/compare/", CompareReport.as_view(), name="lms_compare"),
        path("compliance/how-long/", HowLongReport.as_view(), name="lms_how_long"),
        path("compliance/deliveries/", DeliveriesView.as_view(), name="lms_deliveries"),
        path("compliance/joiners/", JoinersReport.as_view(), name="lms_joiners_report"),
        path(
            "compliance/joiners/results/", JoinersReport.as_view(results_only=True), name="lms_joiners_report_results"
        ),
        path("compliance/person/<str:number>/", PersonReport.as_view(), name="lms_person_report"),
        path("compliance/person/<str:number>/merge/", MergeView.as_view(), name="lms_merge"),
        path("compliance/corrections/", CorrectionsReport.as_view(), name="lms_corrections"),
        path("compliance/why/<int:assignment>/", WhyView.as_view(), name="lms_why"),
        path("compliance/waivers/", WaiverRequestsReport.as_view(), name="lms_waiver_requests"),
        path(
            "compliance/waivers/results/",
            WaiverRequestsReport.as_view(results_only=True),
            name="lms_waiver_requests_results",
        ),
        path("compliance/waivers/<int:asked>/", WaiverRequestView.as_view(), name="lms_waiver_request"),
        path("compliance/claims/", ClaimsReport.as_view(), name="lms_claims_report"),
        path("compliance/claims/results/", ClaimsReport.as_view(results_only=True), name="lms_claims_report_results"),
        path("compliance/claims/<int:pk>/", ClaimView.as_view(), name="lms_claim"),
        path("compliance/auditor-pack/", AuditorPackView.as_view(), name="lms_auditor_pack"),
        path("log/", LogView.as_view(), name="lms_log"),
        path("log/checkpoint/<int:size>/", CheckpointView.as_view(), name="lms_checkpoint"),
        path("compliance/looks/", LooksReport.as_view(), name="lms_looks_report"),
        path("compliance/partners/", AgreementsReport.as_view(), name="lms_agreements"),
        path(
            "compliance/partners/results/", AgreementsReport.as_view(results_only=True), name="lms_agreements_results"
        ),
        path("compliance/partners/add/", SaveAgreementView.as_view(), name="lms_agreement_add"),
        path("compliance/partners/<int:agreement>/", AgreementView.as_view(), name="lms_agreement"),
        path(
            "compliance/partners/<int:agreement>/change/", ChangeAgreementView.as_view(), name="lms_agreement_change"
        ),
        path("compliance/partners/<int:agreement>/people/", MembersReport.as_view(), name="lms_agreement_members"),
        path(
            "compliance/partners/<int:agreement>/people/results/",
            MembersReport.as_view(results_only=True),
            name="lms_agreement_members_results",
        ),
        path("compliance/looks/results/", LooksReport.as_view(results_only=True), name="lms_looks_report_results"),
    ]


@hooks.register("register_admin_menu_item")
def compliance_menu_item() -> ComplianceMenuItem:
    return ComplianceMenuItem(
        _("Compliance"), reverse("lms_compliance"), name="compliance", icon_name="clipboard-list", order=240
    )


@hooks.register("register_admin_menu_item")
def partners_menu_item() -> ComplianceMenuItem:
    return ComplianceMenuItem(_("Partners"), reverse("lms_agreements"), name="partners", icon_name="group", order=247)


@hooks.register("register_reports_menu_item")
def claims_menu_item() -> ComplianceMenuItem:
    return ComplianceMenuItem(
        _("Reported completions"), reverse("lms_claims_report"), name="claims", icon_name="warning", order=901
    )


@hooks.register("register_reports_menu_item")
def waivers_menu_item() -> WaiversMenuItem:
    return WaiversMenuItem(
        _("Requests for waivers"), reverse("lms_waiver_requests"), name="waivers", icon_name="time", order=902
    )


@hooks.register("register_reports_menu_item")
def auditor_pack_menu_item() -> AuditorPackMenuItem:
    return AuditorPackMenuItem(
        _("Auditor pack"), reverse("lms_auditor_pack"), name="auditor-pack", icon_name="download", order=905
    )


@hooks.register("register_reports_menu_item")
def log_menu_item() -> LogMenuItem:
    return LogMenuItem(_("Verification"), reverse("lms_log"), name="log", icon_name="lock", order=907)


@hooks.register("register_reports_menu_item")
def looks_menu_item() -> LooksMenuItem:
    return LooksMenuItem(_("Who looked"), reverse("lms_looks_report"), name="looks", icon_name="view", order=906)


# Before any other hook asks who is there.
hooks.register("before_serve_page", narrow_page, order=-100)


@hooks.register("construct_homepage_panels")
def compliance_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(CompliancePanel(request))


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """Dotted names of what is done to people and assignments; wordings for Wagtail's history."""
    for action, label, message in (
        ("lms.person.import", _("Changed by HR's feed"), _("Changed by HR's feed")),
        ("lms.person.renumber", _("Number changed"), _("The person has another number in the HR system")),
        ("lms.person.merge", _("Merged"), _("Another record of the same person was merged into this one")),
        ("lms.person.invite", _("Invited"), _("An invitation link was made")),
        ("lms.person.accept_invitation", _("Invitation taken up"), _("The person chose a password")),
        ("lms.person.sign_in_by_link", _("Signed in by link"), _("The person came in by the link of a message")),
        ("lms.person.look", _("Looked at"), _("Somebody opened what is recorded of the person")),
        ("lms.auditor_pack.take", _("Auditor pack taken"), _("An auditor pack was taken")),
        ("lms.assignment.move", _("Due date moved"), _("The due date follows the start date")),
        ("lms.assignment.waive", _("Waived"), _("The obligation was set aside")),
        ("lms.assignment.extend", _("More time given"), _("The obligation got a later due date")),
        ("lms.waiver.ask", _("Waiver asked for"), _("Somebody asked that an obligation be set aside")),
        ("lms.waiver.decide", _("Waiver decided"), _("A request for a waiver was decided")),
        ("lms.claim.accept", _("Report accepted"), _("A reported completion was accepted in spite of its doubts")),
        ("lms.person.provision", _("Changed by the identity provider"), _("Changed by the identity provider")),
        ("lms.token.issue", _("Token issued"), _("An access token was issued")),
        ("lms.credential.rotate", _("Secret renewed"), _("The credential got a new secret")),
        ("lms.credential.issue", _("Credential issued"), _("A key and secret were issued")),
        ("lms.report.subscribe", _("Report by e-mail begun"), _("An office's figures are sent regularly")),
        ("lms.report.unsubscribe", _("Report by e-mail stopped"), _("An office's figures are not sent any more")),
        ("lms.partner.save", _("Agreement saved"), _("What stands in the agreement was changed")),
        ("lms.partner.name", _("Named"), _("Named under an agreement with a partner")),
        ("lms.partner.take_off", _("Taken off"), _("Taken off the list of an agreement")),
        ("lms.partner.invite", _("People invited"), _("People of the partner were invited")),
        ("lms.partner.make_codes", _("Codes made"), _("Codes were made for people of the partner")),
        ("lms.partner.revoke", _("Links ended"), _("Links and codes of a person of the partner were ended")),
        ("lms.partner.open_link", _("Link to register made"), _("A link to register oneself was made")),
        ("lms.partner.revoke_link", _("Link to register ended"), _("A link to register oneself was ended")),
        ("lms.partner.ask_undertaking", _("Undertaking asked for"), _("The signatory was asked to sign")),
        ("lms.partner.declare_ready", _("Declared ready"), _("The partner was declared ready")),
        ("lms.partner.withdraw_ready", _("No longer ready"), _("The declaration was taken back")),
        ("lms.partner.ask_override", _("Exception asked for"), _("Somebody asked for an exception")),
        ("lms.partner.decide_override", _("Exception decided"), _("A request for an exception was decided")),
        ("lms.partner.undertake", _("Undertaking signed"), _("The partner's signatory signed the undertaking")),
        ("lms.attestation.issue_text", _("Text issued"), _("A wording was issued")),
        ("lms.attestation.sign", _("Signed"), _("The person signed")),
    ):
        actions.register_action(action, label, message)

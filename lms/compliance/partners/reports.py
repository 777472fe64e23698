"""Agreements with partners in the offices that the viewer may see, and the people named under one."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from lms.columns import NOTHING, DayColumn
from lms.compliance.reports import PERMISSION, GuardedExport, LmsReportView
from lms.dates import day
from lms.partners.coverage import covered
from lms.partners.models import Agreement, AgreementMember
from lms.partners.overview import STATES, overviews
from lms.people.models import Office, Organisation

CHANGE = "lms.change_agreement"


def partners_of(request: HttpRequest | None) -> Any:
    """Those with agreements in the viewer's offices."""
    if request is None:
        return Organisation.objects.none()
    return Organisation.objects.filter(agreements__office__in=Office.objects.visible_to(request.user)).distinct()


class AgreementFilter(WagtailFilterSet):  # type: ignore[misc]
    organisation = django_filters.ModelChoiceFilter(label=gettext_lazy("Partner"), queryset=partners_of)
    office = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Office and below"), method="of_office",
        queryset=lambda request: Office.objects.visible_to(request.user) if request else Office.objects.none(),
    )  # fmt: skip
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=list(STATES.items()), method="in_state")
    rating = django_filters.ChoiceFilter(label=gettext_lazy("PSEA assessment"), choices=Agreement.Rating.choices)

    class Meta:
        model = Agreement
        fields = ["organisation", "office", "state", "rating"]

    def of_office(self, queryset: Any, name: str, value: Office) -> Any:
        return queryset.filter(office__path__startswith=value.path)

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        lines = overviews(queryset, today=timezone.localdate())
        return queryset.filter(pk__in=[pk for pk, line in lines.items() if line.state == value])


class ForAgreements(GuardedExport):
    """Of the viewer's offices; fails closed as other reports do."""

    permission = PERMISSION

    def agreements(self) -> Any:
        return Agreement.objects.of_offices(self.offices).select_related("organisation", "office", "ready_by")


class ForOneAgreement(ForAgreements):
    @cached_property
    def agreement(self) -> Agreement:
        """404 for one that the viewer may not see as for one that does not exist."""
        found: Agreement | None = self.agreements().filter(pk=self.kwargs["agreement"]).first()
        if found is None:
            raise Http404
        return found

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_agreements"), "label": str(AgreementsReport.page_title)}
        own = {"url": reverse("lms_agreement", args=[self.agreement.pk]), "label": self.agreement.reference}
        return [up, own, {"url": "", "label": str(self.page_title)}]  # type: ignore[attr-defined]


def falls_due(agreement: Any) -> str:
    """The most urgent renewal."""
    said = [f"{label} ({day(due.on)})" for label, due in agreement.line.renewals[:1]]
    return said[0] if said else NOTHING


def figure(name: str, label: Any) -> Column:
    return Column(name, label=label, accessor=f"line.coverage.{name}")


class AgreementsReport(ForAgreements, LmsReportView):
    """All of them with state and coverage. The number of queries does not grow with them."""

    page_title = gettext_lazy("Partners")
    header_icon = "group"
    index_url_name = "lms_agreements"
    index_results_url_name = "lms_agreements_results"
    filterset_class = AgreementFilter
    export_filename = "agreements"
    list_export = [
        "reference", "organisation.code", "organisation.name", "office.code", "starts_on", "ends_on", "line.state",
        "line.signed_on", "line.signed_version", "rating", "assessed_on", "assessed_by", "review_on",
        "line.coverage.named", "line.coverage.verified", "line.coverage.declared", "line.coverage.waived",
        "line.coverage.missing", "line.coverage.lapsing", "line.coverage.percent", "threshold", "line.readiness",
    ]  # fmt: skip
    export_headings = {
        "organisation.code": "partner", "organisation.name": "partner_name", "office.code": "office",
        "line.signed_on": "undertaking_signed_on", "line.signed_version": "undertaking_version",
        "rating": "psea_assessment", "line.readiness": "ready",
    }  # fmt: skip
    columns = [
        TitleColumn(
            "reference",
            label=gettext_lazy("Agreement"),
            get_url=lambda item: reverse("lms_agreement", args=[item.pk]),
        ),
        Column("organisation.name", label=gettext_lazy("Partner")),
        Column("office.name", label=gettext_lazy("Office")),
        DayColumn("ends_on", label=gettext_lazy("Until")),
        Column("state", label=gettext_lazy("State"), accessor="line.state_label"),
        figure("named", gettext_lazy("Named")),
        figure("verified", gettext_lazy("Verified")),
        figure("declared", gettext_lazy("Declared")),
        figure("missing", gettext_lazy("Missing")),
        figure("lapsing", gettext_lazy("Lapsing")),
        Column("ready", label=gettext_lazy("Ready"), accessor="line.readiness_label"),
        Column("due", label=gettext_lazy("Falls due"), accessor=falls_due),
    ]

    def for_viewer(self) -> Any:
        return self.agreements().order_by("organisation__name", "reference")

    def decorate_paginated_queryset(self, object_list: Any) -> list[Agreement]:
        found = list(object_list)
        lines = overviews(found, today=timezone.localdate())
        for item in found:
            item.line = lines[item.pk]
        return found

    @property
    def header_buttons(self) -> list[Any]:
        if not self.request.user.has_perm(CHANGE):
            return []
        return [HeaderButton(_("Add an agreement"), url=reverse("lms_agreement_add"), icon_name="plus")]


class MembersReport(ForOneAgreement, LmsReportView):
    """The people named under one agreement, with how far each is covered."""

    page_title = gettext_lazy("People under the agreement")
    header_icon = "group"
    export_filename = "people-under-agreement"
    list_export = ["person.number", "person.name", "role", "named_on", "cover", "until", "lapsing"]
    export_headings = {"person.number": "number", "person.name": "name"}
    columns = [
        Column("person.name", label=gettext_lazy("Name")),
        Column("person.number", label=gettext_lazy("Number")),
        Column("role", label=gettext_lazy("Role"), accessor=lambda item: item.role or NOTHING),
        DayColumn("named_on", label=gettext_lazy("Named on")),
        Column("cover", label=gettext_lazy("Training"), accessor=lambda item: item.covered.cover.label),
        DayColumn("until", label=gettext_lazy("Until")),
    ]

    def get_index_url(self) -> str:
        return reverse("lms_agreement_members", args=[self.agreement.pk])

    def get_index_results_url(self) -> str:
        return reverse("lms_agreement_members_results", args=[self.agreement.pk])

    def for_viewer(self) -> Any:
        found = [item.member.pk for item in covered([self.agreement.pk], today=timezone.localdate())]
        members = AgreementMember.objects.filter(pk__in=found).select_related("person")
        return members.order_by("person__name", "person__number", "pk")

    def decorate_paginated_queryset(self, object_list: Any) -> list[AgreementMember]:
        known = {item.member.pk: item for item in covered([self.agreement.pk], today=timezone.localdate())}
        found = [item for item in object_list if item.pk in known]
        for item in found:
            item.covered = known[item.pk]
            item.cover, item.until = item.covered.cover.name.lower(), item.covered.until
            item.lapsing = "yes" if item.covered.is_lapsing else "no"
        return found

"""The proof desk in Wagtail: what waits to be checked, how long, and what is past its service level."""

from __future__ import annotations

from typing import Any

import django_filters
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import HeaderButton

from courses.models import ExternalPage, Proof, ProofCheck
from courses.players.external.deciding import CHECK, DECIDE
from courses.players.external.kinds import rules_of
from lms.columns import DayColumn
from lms.compliance.reports import GuardedExport, LmsReportView
from lms.people.models import Office
from lms.requirements.models import Activity


def courses_of(user: Any) -> list[int] | None:
    """The activities whose proof the user's groups check; None for all of them, by the permission."""
    if user.has_perm(DECIDE):
        return None
    if not user.has_perm(CHECK):
        return []
    named = ExternalPage.objects.filter(reviewers__user=user.pk).values_list("activity", "reviewers")
    groups = {group for _activity, group in named}
    rules = rules_of([activity for activity, _group in named]) if named else {}
    return [activity for activity, page in rules.items() if page.reviewers_id in groups]


class ForReviewers(GuardedExport):
    """Fails closed as other reports do; but a group that a course names checks no proofs beside its own."""

    permission = DECIDE

    def may_enter(self) -> bool:
        return self.courses != []

    @cached_property
    def courses(self) -> list[int] | None:
        return courses_of(self.request.user)

    def proofs(self) -> Any:
        """Of the viewer's offices and courses. Nobody finds their own: they read it under My learning."""
        found = Proof.objects.in_offices(self.offices).ruled(timezone.now())
        if self.courses is not None:
            found = found.filter(activity__in=self.courses)
        if self.viewer is not None:
            found = found.exclude(pk__in=Proof.objects.of(self.viewer).values("pk"))
        return found.select_related("person__office", "person__merged_into__office", "activity", "declared_by")


class ProofFilter(WagtailFilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=Proof.State.choices)
    activity = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Course"), queryset=lambda request: Activity.objects.filter(kind="external")
    )
    office = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Office, and all below it"), method="below",
        queryset=lambda request: Office.objects.visible_to(request.user),
    )  # fmt: skip

    class Meta:
        model = Proof
        fields = ["state", "activity", "office"]

    def below(self, found: Any, name: str, office: Office) -> Any:
        return found.filter(person__office__path__startswith=office.path)


def age(proof: Any) -> str:
    """Since when it waits; what is past the service level says so, and does not rest on a colour."""
    if proof.state != Proof.State.WAITING:
        return "–"
    days = max((timezone.now() - proof.handed_in_at).days, 0)
    since = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    return format_html("<strong>{}</strong>", _("%(since)s: overdue") % {"since": since}) if proof.overdue else since


def findings(proof: Any) -> str:
    """How many of the automatic checks failed."""
    failed = sum(item.outcome == ProofCheck.Outcome.FAILED for item in proof.checks.all())
    if failed:
        return ngettext("%(n)d check failed", "%(n)d checks failed", failed) % {"n": failed}
    return _("still to run") if proof.state == Proof.State.WAITING and proof.examined_at is None else "–"


class ProofsReport(ForReviewers, LmsReportView):
    """What waits longest comes first; then what waits for the person; then what is decided."""

    page_title = gettext_lazy("Proofs to check")
    header_icon = "doc-full-inverse"
    index_url_name = "lms_proofs"
    index_results_url_name = "lms_proofs_results"
    filterset_class = ProofFilter
    is_searchable = True
    search_backend_name = None
    search_fields = ["person__name", "person__number"]
    export_filename = "proofs"
    list_export = [
        "key", "person.number", "person.name", "person.office.code", "activity.name", "way", "on", "course_version",
        "handed_in_at", "state", "days", "overdue",
    ]  # fmt: skip
    export_headings = {
        "person.number": "number", "person.name": "name", "person.office.code": "office", "activity.name": "course",
        "days": "service_days",
    }  # fmt: skip
    columns = [
        TitleColumn(
            "person.name", label=gettext_lazy("Name"), get_url=lambda item: reverse("lms_proof", args=[item.key])
        ),
        Column("person.office.name", label=gettext_lazy("Office")),
        Column("activity.name", label=gettext_lazy("Course")),
        Column("get_way_display", label=gettext_lazy("Proof")),
        DayColumn("handed_in_at", label=gettext_lazy("Handed in")),
        Column("age", label=gettext_lazy("Waits"), accessor=age),
        Column("findings", label=gettext_lazy("Checks"), accessor=findings),
        Column("get_state_display", label=gettext_lazy("State")),
    ]

    @property
    def header_buttons(self) -> list[Any]:
        if self.courses is not None:
            return []
        return [HeaderButton(_("Import proofs"), url=reverse("lms_proofs_import"), icon_name="upload")]

    def for_viewer(self) -> Any:
        return self.proofs().prefetch_related("checks").in_turn()

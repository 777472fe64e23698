"""Who looked: which users opened what is recorded of whom."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, F
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.models import ModelLogEntry

from lms.columns import MomentColumn
from lms.compliance.looking import ACTION, Where
from lms.compliance.reports import LmsReportView
from lms.people.models import Person

SEE_WHO_LOOKED = "lms.see_who_looked"
PLACES = {
    Where.PERSON: gettext_lazy("The person's page"),
    Where.WHY: gettext_lazy("Why somebody owes something"),
    Where.PACK: gettext_lazy("An auditor pack"),
    Where.PROOF: gettext_lazy("A proof that was handed in"),
}


class LooksReport(LmsReportView):
    """At people in the viewer's offices; a line for each viewer, person and day, with where they looked first."""

    permission = SEE_WHO_LOOKED
    page_title = gettext_lazy("Who looked")
    header_icon = "view"
    index_url_name = "lms_looks_report"
    index_results_url_name = "lms_looks_report_results"
    is_searchable = True
    search_backend_name = None
    search_fields = ["label", "user__username"]
    export_filename = "who-looked"
    list_export = ["timestamp", "viewer", "data.number", "label", "data.where"]
    export_headings = {"timestamp": "at", "label": "name"}
    columns = [
        MomentColumn("timestamp", label=gettext_lazy("When")),
        Column("user_display_name", label=gettext_lazy("Who")),
        Column("label", label=gettext_lazy("At whom")),
        Column("number", label=gettext_lazy("Number"), accessor=lambda entry: entry.data.get("number", "")),
        Column("where", label=gettext_lazy("Where"), accessor=lambda entry: PLACES.get(entry.data.get("where"), "–")),
    ]

    def for_viewer(self) -> Any:
        mine = Person.objects.filter(office__in=[office.pk for office in self.offices])
        return (
            ModelLogEntry.objects.filter(
                content_type=ContentType.objects.get_for_model(Person),
                action=ACTION,
                object_id__in=mine.annotate(key=Cast("pk", CharField())).values("key"),
            )
            .select_related("user")
            .annotate(viewer=F("user__username"))
            .order_by("-timestamp", "-pk")
        )

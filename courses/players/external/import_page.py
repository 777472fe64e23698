"""The page in Wagtail that imports a list of proofs: first it is tried, then what was tried is imported."""

from __future__ import annotations

import csv
from time import monotonic
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from courses.players.external.deciding import DECIDE
from courses.players.external.desk import ProofsReport
from courses.players.external.feed import MOST_BYTES, NotAList
from courses.players.external.importing import CannotImport, Imported, import_proofs
from courses.players.external.wording import CANNOT_IMPORT, STATES
from lms.compliance.reports import GuardedExport, harmless
from lms.requirements.models import Activity

SALT, AN_HOUR = "lms.proofs.import", 3600
AT_A_TIME = 10.0
"""Seconds that one request works on a list; the rest goes on with the next one."""
MOST_SHOWN = 200


class ImportForm(forms.Form):
    course = forms.ModelChoiceField(
        label=gettext_lazy("Course"), queryset=Activity.objects.filter(kind="external").order_by("name")
    )
    file = forms.FileField(
        label=gettext_lazy("List"), allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=gettext_lazy(
            "CSV in UTF-8, 5,000 lines and 1 MB at most: completed_on, evidence, and number, email or reference; "
            "course_version where the course asks for it."
        ),
    )  # fmt: skip


class ImportProofsView(GuardedExport, WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """What was tried travels signed through the form, so that it is what is imported; nothing of it is kept in between."""

    permission = DECIDE
    template_name = "courses/external/admin/import.html"
    page_title = gettext_lazy("Import proofs")
    header_icon = "upload"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        up = {"url": reverse("lms_proofs"), "label": str(ProofsReport.page_title)}
        return [up, {"url": "", "label": str(self.page_title)}]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "tried" in request.POST:
            return self._tried(request)
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form=form)
        course, file = form.cleaned_data["course"], form.cleaned_data["file"]
        data = file.read(MOST_BYTES + 1)
        try:
            found = import_proofs(activity=course, data=data, by=request.user, dry_run=True)
        except (NotAList, CannotImport) as cannot:
            field = "course" if cannot.reason == "part" else "file"
            form.add_error(field, " ".join([str(CANNOT_IMPORT[cannot.reason]), getattr(cannot, "detail", "")]).strip())
            return self._page(form=form)
        said = {"course": course.pk, "user": request.user.pk, "data": data.decode()}
        tried = signing.dumps(said, salt=SALT, compress=True)
        return self._page(found=found, course=course, tried=tried, is_tried=True)

    def _tried(self, request: HttpRequest) -> HttpResponse:
        """Import it, go on with it, or take the report away."""
        try:
            said = signing.loads(request.POST["tried"], salt=SALT, max_age=AN_HOUR)
        except signing.BadSignature:
            said = {}
        course = Activity.objects.filter(pk=said.get("course"), kind="external").first()
        if course is None or said.get("user") != request.user.pk:
            form = ImportForm()
            messages.error(request, _("That was tried more than an hour ago. Choose the file again."))
            return self._page(form=form)
        until, is_report = monotonic() + AT_A_TIME, "report" in request.POST
        try:
            found = import_proofs(
                activity=course,
                data=said["data"].encode(),
                by=request.user,
                dry_run=is_report,
                may_go_on=lambda: is_report or monotonic() < until,
            )
        except (NotAList, CannotImport) as cannot:
            messages.error(request, str(CANNOT_IMPORT[cannot.reason]))
            return self._page(form=ImportForm())
        if is_report:
            return _report(found)
        return self._page(found=found, course=course, tried=request.POST["tried"])

    def _page(self, **context: Any) -> HttpResponse:
        answer: HttpResponse = self.render_to_response(self.get_context_data(**context))
        answer["Cache-Control"] = "no-store, private"
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: Imported | None = kwargs.get("found")
        if found is None:
            return super().get_context_data(**{"form": ImportForm(), **kwargs})
        numbers = found.numbers
        return super().get_context_data(
            numbers=[(STATES[name], numbers[name]) for name in STATES],
            whole=len(found.outcomes),
            to_do=numbers["accepted"] if kwargs.get("is_tried") else numbers["left"],
            button=_button(kwargs.get("is_tried", False), numbers),
            refused=[(item, CANNOT_IMPORT[item.reason]) for item in found.refused[:MOST_SHOWN]],
            more=max(len(found.refused) - MOST_SHOWN, 0),
            **kwargs,
        )


def _button(is_tried: bool, numbers: Any) -> str:
    if is_tried:
        wanted = numbers["accepted"]
        return ngettext("Import %(n)d line", "Import %(n)d lines", wanted) % {"n": wanted}
    return ngettext("Go on with %(n)d line", "Go on with %(n)d lines", numbers["left"]) % {"n": numbers["left"]}


def _report(found: Imported) -> HttpResponse:
    """Each line with what becomes of it, to be saved; nothing in it is a formula."""
    answer = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="import-report.csv"',
            "Cache-Control": "no-store, private",
        },
    )
    write_report(answer, found)
    return answer


def write_report(file: Any, found: Imported) -> None:
    writer = csv.writer(file)
    writer.writerow(["line", "who", "state", "reason"])
    for item in found.outcomes:
        reason = str(CANNOT_IMPORT[item.reason]) if item.reason else ""
        writer.writerow([item.line, harmless(item.whom), item.state, reason])

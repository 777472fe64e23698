"""The base of every report: fails closed, shows only what the viewer may see, exports without live formulas.

Resembles Wagtail's ReportView, which by default asks for no permission and writes raw formulas into CSV.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.admin.views.reports import ReportView

from lms.compliance.offices import highest
from lms.people.feed import FORMULA_STARTS
from lms.people.models import Office, Person, person_of

PERMISSION = "lms.view_compliance"


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made text again with an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith((*FORMULA_STARTS, "\n")) else value


class GuardedExport(SpreadsheetExportMixin):  # type: ignore[misc]
    """Permission check and neutral export; ``permission`` is needed beside at least one visible office.

    Where something else decides, a subclass says so in ``may_enter`` and ``needs_office``, and still names a permission.
    """

    permission = ""
    needs_office = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.permission:
            raise ImproperlyConfigured(f"{type(self).__name__} names no permission")
        if not (request.user.has_perm("wagtailadmin.access_admin") and self.may_enter()):
            raise PermissionDenied
        if self.needs_office and not self.visible:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def may_enter(self) -> bool:
        """Of somebody who may use Wagtail's admin."""
        return bool(self.request.user.has_perm(self.permission))

    @cached_property
    def visible(self) -> list[Office]:
        """The offices that the viewer may see."""
        return list(Office.objects.visible_to(self.request.user))

    @cached_property
    def offices(self) -> list[Office]:
        """Those of them that the report shows."""
        return self.seen(self.visible)

    @cached_property
    def viewer(self) -> Person | None:
        return person_of(self.request.user)

    def seen(self, visible: list[Office]) -> list[Office]:
        """Of the offices that the viewer may see, what the report shows."""
        return visible

    def opens(self, person: Person) -> bool:
        """Whoever has moved out of the viewer's offices since the day is named, and no longer opened."""
        return any(office.pk == person.office_id for office in self.visible)

    def visible_office(self, code: str) -> Office | None:
        """The office with that code, if the viewer may see it."""
        return next((office for office in self.offices if office.code == code), None)

    def roots(self) -> list[Office]:
        """The highest offices that the viewer may see."""
        return highest(self.offices)

    def get_heading(self, queryset: Any, field: str) -> str:
        """Names for machines, the same in every language: ``export_headings``, else the last part of the field."""
        return str(self.export_headings.get(field, field.rsplit(".", 1)[-1]))

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return harmless(super().preprocess_field_value(field, value, export_format))

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        """With a byte order mark, so that spreadsheets read it as UTF-8."""
        yield "\ufeff".encode()
        yield from super().stream_csv(queryset)


class LmsReportView(GuardedExport, ReportView):  # type: ignore[misc]
    """A list of rows; subclasses answer ``for_viewer``."""

    is_searchable = False

    def get_base_queryset(self) -> Any:
        return self.for_viewer()

    def for_viewer(self) -> Any:
        raise NotImplementedError

"""The figures as a spreadsheet: the numbers on one sheet, on another what each column counts, of whom and as at when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from lms.compliance.counting import rolled_up
from lms.compliance.figures import Row
from lms.compliance.outside import OutsideRow, outside_rows
from lms.compliance.reports import harmless
from lms.compliance.suppressing import WITHHELD
from lms.people.models import Office

MEANINGS = {
    "office": gettext_lazy("Code of the office. Its figures are with everything below it."),
    "office_name": gettext_lazy("Name of the office."),
    "requirement": gettext_lazy("Code of the requirement."),
    "in_scope": gettext_lazy("Had the obligation on that day: complete + within_deadline + overdue + waived."),
    "complete": gettext_lazy("Have a proof that is valid on that day, also one that expires soon."),
    "within_deadline": gettext_lazy("Have none yet, and the due date has not passed."),
    "overdue": gettext_lazy("Have none and the due date has passed, or the proof has ended."),
    "waived": gettext_lazy("The obligation is set aside on that day. Counts as done."),
    "on_leave": gettext_lazy("Absent on that day on a long approved leave. Counted apart, in no percentage."),
    "left": gettext_lazy("Left within the year before that day. Counted apart, in no percentage."),
    "percent_of_due": gettext_lazy("(complete + waived) ÷ (in_scope − within_deadline). Empty where nothing is due."),
    "percent_of_everyone": gettext_lazy("(complete + waived) ÷ in_scope. Empty where nobody is in scope."),
}
COLUMNS = tuple(MEANINGS)
PERCENTAGES = ("percent_of_due", "percent_of_everyone")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class About:
    """Which figures these are. ``office`` is None where they are those of several offices."""

    office: Office | None
    as_at: date
    made_at: datetime
    for_outside: bool = False
    known_at: datetime | None = None


def figures_of(
    *,
    roots: Iterable[Office],
    offices: Iterable[Office],
    as_at: date,
    known_at: datetime | None = None,
    for_outside: bool = False,
) -> list[dict[str, Any]]:
    """A line by column for each root and requirement; small numbers are withheld where it goes outside."""
    if for_outside:
        return [outside_line(row) for row in outside_rows(roots=roots, as_at=as_at, known_at=known_at)]
    return [line(row) for row in rolled_up(roots=roots, offices=offices, as_at=as_at, known_at=known_at)]


def line(row: Row) -> dict[str, Any]:
    percentages = {name: getattr(row.figures, name) for name in PERCENTAGES}
    return _names(row) | asdict(row.figures) | percentages


def outside_line(row: OutsideRow) -> dict[str, Any]:
    numbers = {name: row.numbers[name] for name in COLUMNS[3:] if name not in PERCENTAGES}
    percentages = {name: row.percentage(name) for name in PERCENTAGES}
    shown = {name: WITHHELD if row.is_withheld(name) else value for name, value in (numbers | percentages).items()}
    return _names(row) | shown


def _names(row: Row | OutsideRow) -> dict[str, Any]:
    return {"office": row.office.code, "office_name": row.office.name, "requirement": row.requirement.code}


def definitions(about: About) -> list[tuple[str, str]]:
    """What a reader must know of the figures, by name."""
    withheld = (
        _("Counts of 1 to 4 people, and the numbers from which they could be recomputed, are withheld: “%(mark)s”.")
        if about.for_outside
        else _("Nothing is withheld. Small numbers may point to somebody: not for use outside HR.")
    ) % {"mark": WITHHELD}
    return [
        (_("Office"), f"{about.office.name} ({about.office.code})" if about.office else _("All offices shown")),
        (_("As at"), about.as_at.isoformat()),
        (
            _("As known"),
            _("by what was known at the end of that day") if about.known_at else _("by all that was known when made"),
        ),
        (_("Made"), f"{timezone.localtime(about.made_at):%Y-%m-%d %H:%M %Z}"),
        (_("Small numbers"), withheld),
        *((name, str(meaning)) for name, meaning in MEANINGS.items()),
    ]


def workbook(lines: Iterable[dict[str, Any]], *, about: About) -> bytes:
    """An XLSX file; nothing in it is a formula."""
    book = Workbook(write_only=True)
    figures = book.create_sheet("Figures")
    _append(figures, COLUMNS)
    for item in lines:
        _append(figures, [item[name] for name in COLUMNS])
    explained = book.create_sheet("Definitions")
    explained.column_dimensions["A"].width, explained.column_dimensions["B"].width = 24, 100
    for pair in definitions(about):
        _append(explained, pair)
    output = BytesIO()
    book.save(output)
    return output.getvalue()


def _append(sheet: Any, values: Sequence[Any]) -> None:
    cells = [WriteOnlyCell(sheet, harmless(value)) for value in values]
    for cell in cells:
        if cell.data_type == "f":
            cell.data_type = "s"
    sheet.append(cells)

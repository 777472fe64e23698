"""What the desk says of lines that name nobody, and of what cannot be done."""

from __future__ import annotations

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lms.partners.rosters import MOST_BYTES, MOST_LINES, Problem

PROBLEMS: dict[Problem, Any] = {
    Problem.UNREADABLE: _(
        "The line cannot be read: it has too many or too few cells, or a quotation mark is missing."
    ),
    Problem.NO_NAME: _("The name is empty."),
    Problem.LONG: _("A cell is too long: a name has 200 characters at most, an address 254, a role 80."),
    Problem.CONTROL: _("A cell holds a control character."),
    Problem.FORMULA: _("A name or role begins with a sign that a spreadsheet takes for a formula."),
    Problem.ADDRESS: _("This is no e-mail address."),
    Problem.LANGUAGE: _("The language is not one of: en, fr, es, ar, ru, zh-hans."),
    Problem.TWICE: _("The same address stands on an earlier line, so this is the same person."),
    Problem.FILE_LARGE: format_lazy(_("The file is larger than {bytes} bytes."), bytes=MOST_BYTES),
    Problem.FILE_LONG: format_lazy(_("The file has more than {lines} lines. Take it in in parts."), lines=MOST_LINES),
    Problem.FILE_TEXT: _(
        "The file is no list that can be read: it needs a first line with the column “name”, in UTF-8."
    ),
    Problem.FILE_EMPTY: _("Nobody is on this list."),
}
ENDED = _("This agreement has ended: nobody can be named under it any more.")

"""Where the numbers of the compliance pages lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from lms.compliance.figures import Row
from lms.compliance.narrowing import LISTS
from lms.people.models import Office
from lms.requirements.models import Requirement

Day = Mapping[str, str]
"""The day asked for, and as known when: ``AsAt.day_query``."""


def office_url(office: Office, day: Day, page: str = "lms_compliance") -> str:
    """The figures of one office on that day."""
    return f"{reverse(page)}?{urlencode({'office': office.code, **day})}"


def list_url(*, office: Office | None, requirement: Requirement, name: str, day: Day, **more: str) -> str:
    """The list behind one number; ``more`` are further filters of ``narrowing``."""
    query = {"requirement": requirement.code, "bucket": name, **day, **more}
    if office:
        query["office"] = office.code
    return f"{reverse('lms_people_report')}?{urlencode(query)}"


def linked(row: Row, day: Day) -> dict[str, Any]:
    """A line of a table: the figures, and by name of a figure the address of its list."""
    start = f"{reverse('lms_people_report')}?{urlencode({'requirement': row.requirement.code})}&bucket="
    end = urlencode({**day, "office": row.office.code})
    urls = {name: f"{start}{name}&{end}" for name in LISTS}  # a page has hundreds: ``list_url`` for each takes longer
    return {"requirement": row.requirement, "figures": row.figures, "urls": urls}

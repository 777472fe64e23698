"""The parts of the compliance page that take an office's figures apart, with the list behind each number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from lms.compliance.breakdowns import BANDS, Breakdown, broken_down
from lms.compliance.counting import Counts
from lms.compliance.figures import listed
from lms.compliance.joiners import PERIOD, counted_joiners, joiners_url
from lms.compliance.links import Day, list_url
from lms.compliance.narrowing import BAND_NAMES
from lms.compliance.timing import durations
from lms.people.models import Category, Office
from lms.requirements.models import Requirement


def taken_apart(counts: Counts, *, office: Office | None, day: Day) -> dict[str, Any]:
    """The context of ``lms/admin/_breakdown.html``: of the office and what is below it."""
    found = broken_down(counts)
    return {
        "bands": BAND_NAMES,
        "breakdown": [_line(item, office, day) for item in found],
        "categories": _by_category(found, office, day),
    }


def how_long(
    *, office: Office | None, offices: Sequence[Office], as_at: date, known_at: datetime | None, day: Day
) -> dict[str, Any]:
    """The context of ``lms/admin/how_long.html``: joiners of the year before, and days from assignment to completion."""
    took = durations(listed(as_at, known_at=known_at, offices=offices))
    rules = Requirement.objects.in_bulk(list(took))
    return {
        "took": [
            {
                "requirement": rules[pk],
                "took": found,
                "url": list_url(office=office, requirement=rules[pk], name="complete", day=day, timed="1"),
            }
            for pk, found in took.items()
        ],
        "joiners": _joiners(office, offices, as_at),
        "joiners_since": as_at - PERIOD,
    }


def _joiners(office: Office | None, offices: Sequence[Office], as_at: date) -> list[dict[str, Any]]:
    """A line for each requirement of the gate, and one for all of them, which has no requirement."""
    return [
        {
            "requirement": requirement,
            "counts": counts,
            "url": joiners_url(office=office, as_at=as_at, requirement=requirement),
            "cleared_url": joiners_url(office=office, as_at=as_at, requirement=requirement, cleared="yes"),
        }
        for requirement, counts in counted_joiners(offices=offices, since=as_at - PERIOD, as_at=as_at)
        if counts.joined
    ]


def _line(item: Breakdown, office: Office | None, day: Day) -> dict[str, Any]:
    def url(name: str, **more: str) -> str:
        return list_url(office=office, requirement=item.requirement, name=name, day=day, **more)

    return {
        "item": item,
        "bands": [(item.bands[band], url("overdue", band=band)) for band in BANDS],
        "overdue_url": url("overdue"),
        "managers_url": url("in_scope", managers="1"),
    }


def _by_category(found: Sequence[Breakdown], office: Office | None, day: Day) -> list[dict[str, Any]]:
    """A line for each category that somebody in scope has; a cell for each requirement."""

    def cell(item: Breakdown, category: Category) -> dict[str, Any] | None:
        if category not in item.categories:
            return None
        url = list_url(office=office, requirement=item.requirement, name="due", day=day, category=category.value)
        return {"figures": item.categories[category], "urls": {"due": url}}

    seen = [category for category in Category if any(category in item.categories for item in found)]
    return [{"category": category, "cells": [cell(item, category) for item in found]} for category in seen]

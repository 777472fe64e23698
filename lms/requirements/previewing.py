"""What Wagtail's preview shows beside the form of a rule, as it is being written: whom it covers, and what would change."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.conf import conf
from lms.people.models import Category
from lms.requirements.models import Assignment, Requirement
from lms.requirements.querysets import audience
from lms.requirements.trying import dry_run
from lms.requirements.wording import audience_in_words

SHOWN = 200
COLUMNS = (
    _("Gain the obligation"), _("Lose it"), _("Become overdue"), _("No longer overdue"),
    _("More messages today (minus: fewer)"),
)  # fmt: skip


def preview(requirement: Requirement, request: HttpRequest, *, mode: str) -> HttpResponse:
    """``mode``: audience or dry_run. For whoever may write the rule; nothing is kept."""
    today = timezone.localdate()
    people = audience(requirement, max(today, requirement.applies_from))
    number = people.count()
    context: dict[str, Any] = {
        "requirement": requirement, "number": number, "in_words": audience_in_words(requirement.clauses),
    }  # fmt: skip
    if mode == "dry_run":
        owing = Assignment.objects.open().filter(requirement=requirement.pk).count()  # narrowing it touches these too
        context |= _dry_run(requirement, max(number, owing))
        return render(request, "lms/admin/rule_dry_run.html", context)
    categories = people.order_by().values_list("category").annotate(n=Count("pk")).order_by("-n")
    context |= {
        "categories": [(Category(code).label, n) for code, n in categories],
        "people": people.select_related("office").order_by("name")[:SHOWN],
        "more": max(0, number - SHOWN),
    }
    return render(request, "lms/admin/rule_audience.html", context)


def _dry_run(requirement: Requirement, number: int) -> dict[str, Any]:
    if number > conf.DRY_RUN_PEOPLE:
        return {"too_many": True, "most": conf.DRY_RUN_PEOPLE}
    if requirement.due_from == Requirement.DueFrom.CAMPAIGN and requirement.campaign_on is None:
        return {"incomplete": True}
    try:
        effects = dry_run(requirement, today=timezone.localdate())
    except DatabaseError:  # a form that is not filled in to its end cannot be saved
        return {"incomplete": True}
    return {
        "columns": COLUMNS,
        "totals": list(zip(COLUMNS, effects.totals(), strict=True)),
        "offices": effects.by_office(),
    }

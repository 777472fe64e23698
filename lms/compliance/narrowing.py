"""From everybody whom a figure counts to the people behind one number: the filters of the list, the export and the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy

from lms.compliance.figures import with_bands
from lms.compliance.timing import timed
from lms.people.models import Category
from lms.requirements.models import Requirement

BUCKETS = {
    "in_scope": gettext_lazy("In scope"),
    "complete": gettext_lazy("Complete"),
    "within_deadline": gettext_lazy("Within deadline"),
    "overdue": gettext_lazy("Overdue"),
    "waived": gettext_lazy("Waived"),
    "on_leave": gettext_lazy("On long leave"),
    "left": gettext_lazy("Left"),
}
UNIONS = {"in_scope": ("left", "on_leave"), "due": ("left", "on_leave", "within_deadline")}  # by what they leave out
LISTS = {"due": gettext_lazy("All but those within their deadline"), **BUCKETS}
BAND_NAMES = {
    "1-30": gettext_lazy("1 to 30 days"),
    "31-90": gettext_lazy("31 to 90 days"),
    "over-90": gettext_lazy("More than 90 days"),
}
FILTERS = ("requirement", "bucket", "band", "category", "managers", "timed")


def narrowed(found: Any, query: Mapping[str, str], *, as_at: date) -> Any:
    """Those of ``listed`` that the query asks for. A value that it does not know finds nobody."""
    if any("\x00" in query.get(name, "") for name in FILTERS):
        return found.none()
    if code := query.get("requirement"):
        found = found.filter(requirement=Requirement.objects.filter(code=code).values("pk")[:1])
    bucket = query.get("bucket", "")
    if bucket in UNIONS:
        found = found.exclude(bucket__in=UNIONS[bucket])
    elif bucket:
        # Says nothing new of who is overdue, but spares most of the others the longer question.
        unproven = Q(completed_on__isnull=True) | Q(completed_on__gt=as_at) | Q(valid_until__lt=as_at)
        found = found.filter(*([unproven] if bucket == "overdue" else []), bucket=bucket)
    if category := query.get("category"):
        found = found.filter(category=category)
    if managers := query.get("managers"):
        found = found.filter(manages=True) if managers == "1" else found.none()
    if band := query.get("band"):
        found = with_bands(found, as_at).filter(band=band)
    if query.get("timed"):
        found = timed(found)
    return found


def conditions(query: Mapping[str, str]) -> dict[str, set[Any]] | None:
    """The same as values of ``counting.GROUP``, by name; None where these groups do not tell it."""
    if query.get("timed") or any("\x00" in query.get(name, "") for name in FILTERS):
        return None
    found: dict[str, set[Any]] = {name: {query[name]} for name in ("bucket", "category", "band") if query.get(name)}
    if (bucket := query.get("bucket", "")) in UNIONS:
        found["bucket"] = set(BUCKETS).difference(UNIONS[bucket])
    if code := query.get("requirement"):
        found["requirement"] = set(Requirement.objects.filter(code=code).values_list("pk", flat=True))
    if managers := query.get("managers"):
        found["manages"] = {True} if managers == "1" else set()
    return found


def told(query: Mapping[str, str]) -> str:
    """What the list is narrowed to, in words; without the requirement, which each row names."""
    words = [LISTS.get(query.get("bucket", ""), ""), BAND_NAMES.get(query.get("band", ""), "")]
    if (category := query.get("category", "")) in Category.values:
        words.append(Category(category).label)
    if query.get("managers"):
        words.append(gettext_lazy("People who manage others"))
    if query.get("timed"):
        words.append(gettext_lazy("Completed after it was assigned"))
    return " · ".join(str(word) for word in words if word)

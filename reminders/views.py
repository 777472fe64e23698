"""The page of the reminders of the days to come: whom, what, why, by office."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from lms.compliance.views import OfficeReport
from lms.conf import conf
from lms.people.models import Office, Person
from reminders import coming
from reminders.ladder import DAY
from reminders.recipients import day_of

PAGE = "lms_coming_reminders"
MOST = 500


class ComingReport(OfficeReport):
    """HR, heads of office and auditors, their own offices. A day's number opens its list; the export holds all days."""

    template_name = "reminders/coming.html"
    page_title = gettext_lazy("Reminders to come")
    header_icon = "mail"
    export_filename = "reminders-to-come"
    list_export = ("day", "to", "to_number", "about", "requirement", "due_on", "why")

    def seen(self, visible: list[Office]) -> list[Office]:
        """As they stand now: the page is about people of today, whatever day the address names."""
        return visible

    @cached_property
    def now(self) -> Any:
        return timezone.now()

    @property
    def too_many(self) -> bool:
        """Reckoning two weeks of very many people would take longer than a page may: an office below is asked for."""
        people = Person.objects.employed(day_of(self.now)).filter(office__in=[item.pk for item in self.within()])
        return bool(people.count() > conf.DRY_RUN_PEOPLE)

    @cached_property
    def day(self) -> date | None:
        """The day whose list is asked for."""
        text = self.request.GET.get("day", "")
        if not text:
            return None
        days = [day_of(self.now) + ahead * DAY for ahead in range(coming.DAYS)]
        found = next((day for day in days if day.isoformat() == text), None)
        if found is None:
            raise Http404
        return found

    def listed(self, day: date) -> Any:
        offices = [item.pk for item in self.within()]
        return coming.listed(self.now, ahead=(day - day_of(self.now)).days, offices=offices)

    def lines(self) -> list[dict[str, Any]]:
        if self.too_many:
            raise Http404
        days = [self.day] if self.day else [day_of(self.now) + ahead * DAY for ahead in range(coming.DAYS)]
        return [
            {"day": day, "to": item.recipient, "to_number": item.number, "about": item.person,
             "requirement": item.code, "due_on": item.due_on, "why": item.why}
            for day in days
            for item in self.listed(day)
        ]  # fmt: skip

    def write_xlsx(self, queryset: list[dict[str, Any]], output: BytesIO) -> None:
        super(OfficeReport, self).write_xlsx(queryset, output)

    def get_filename(self) -> str:
        return self.export_filename

    def url(self, office: Office | None, day: date | None = None) -> str:
        query = ({"office": office.code} if office else {}) | ({"day": day.isoformat()} if day else {})
        return f"{reverse(PAGE)}?{urlencode(query)}"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        chain = [item for item in self.offices if self.office and self.office.path.startswith(item.path)]
        return [{"url": self.url(item), "label": item.name} for item in chain]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told: dict[str, Any] = {"office": self.office, "too_many": self.too_many, "most": MOST}
        if told["too_many"]:
            told["below"] = [{"office": item, "url": self.url(item)} for item in self.children()]
        elif self.day:
            found = list(islice(self.listed(self.day), MOST + 1))
            told |= {"day": self.day, "listed": found[:MOST], "more": len(found) > MOST, "back": self.url(self.office)}
        else:
            told |= self._numbers()
        return super(OfficeReport, self).get_context_data(**told, **kwargs)

    def _numbers(self) -> dict[str, Any]:
        numbers = coming.numbers(self.now, offices=[item.pk for item in self.within()])

        def line(office: Office) -> dict[str, Any]:
            below = [item.pk for item in self.within() if item.path.startswith(office.path)]
            cells = [(sum(found[pk] for pk in below), self.url(office, day)) for day, found in numbers.items()]
            return {"office": office, "url": self.url(office), "cells": cells}

        return {"days": list(numbers), "lines": [line(office) for office in self.shown()]}

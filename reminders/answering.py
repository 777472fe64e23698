"""Who answers for an office: its head, the head above, the people of HR. What rungs beyond the supervisor speak to."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import Permission
from django.db.models import Q

from lms.people.models import Headship, Office, OfficeAccess
from reminders.models import LadderRung

STEPLEN = Office.steplen
AUDIENCES = (LadderRung.Audience.HEAD, LadderRung.Audience.ABOVE, LadderRung.Audience.HR)
HR_PERMISSION = "receive_hr_digest"


class Answering:
    """Read once for many offices, with a constant number of queries."""

    def __init__(self, on: date) -> None:
        self._paths = dict(Office.objects.values_list("pk", "path"))
        running = Headship.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)
        running = running.filter(Q(person__left_on=None) | Q(person__left_on__gt=on))
        self._heads = dict(running.order_by("starts_on").values_list("office__path", "person"))
        self._hr = self._of_hr(on)

    def of(self, office: int, audience: str) -> list[int]:
        """The ids of the people behind an audience of that office; the nearest that there are, looking upwards. Nobody for
        an audience that is none of an office.

        Where an office has no head of its own the one above answers for it, and "the next office up" begins from there.
        """
        if audience not in AUDIENCES:
            return []
        chain = self._chain(self._paths[office])
        if audience == LadderRung.Audience.HR:
            return next((self._hr[path] for path in chain if path in self._hr), [])
        heads = list(dict.fromkeys(self._heads[path] for path in chain if path in self._heads))
        place = 1 if audience == LadderRung.Audience.ABOVE else 0
        return heads[place : place + 1]

    def rows(self) -> list[tuple[int, str, int]]:
        """Office, audience, person: all of them."""
        return [
            (office, audience.value, person)
            for office in self._paths
            for audience in AUDIENCES
            for person in self.of(office, audience)
        ]

    @staticmethod
    def _chain(path: str) -> list[str]:
        """The office itself, then every one above it."""
        return [path[:end] for end in range(len(path), 0, -STEPLEN)]

    @staticmethod
    def _of_hr(on: date) -> dict[str, list[int]]:
        """By the office that was given to them; only whoever may be written to as HR and is in post."""
        may = Permission.objects.filter(content_type__app_label="lms_reminders", codename=HR_PERMISSION)
        given = OfficeAccess.objects.running(on).filter(
            Q(user__groups__permissions__in=may) | Q(user__user_permissions__in=may),
            Q(user__person__left_on=None) | Q(user__person__left_on__gt=on),
            user__is_active=True, user__person__isnull=False,
        )  # fmt: skip
        found: dict[str, list[int]] = {}
        for path, person in given.order_by("user__person").values_list("office__path", "user__person").distinct():
            found.setdefault(path, []).append(person)
        return found

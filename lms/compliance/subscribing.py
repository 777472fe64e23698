"""Subscribes users to an office's figures, and ends that. Who may see an office is one question, asked here."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from lms.compliance.delivery_days import next_time
from lms.compliance.models import ReportSubscription
from lms.compliance.reports import PERMISSION
from lms.people.models import Office, person_of


class NotEntitled(PermissionError):
    """The recipient may not see that office."""


def is_entitled(user: Any, office: Office) -> bool:
    """The user may see the office's figures today, as on the screen; who has left may not, whatever they were given."""
    person = person_of(user)
    if not user.is_active or (person is not None and person.has_left(timezone.localdate())):
        return False
    if not (user.has_perm("wagtailadmin.access_admin") and user.has_perm(PERMISSION)):
        return False
    return bool(Office.objects.visible_to(user).filter(pk=office.pk).exists())


def subscribe(*, recipient: Any, office: Office, every: str, for_outside: bool, by: Any) -> ReportSubscription:
    """From the next Monday or first of the month on. Repeated, it only changes what is sent. Raises NotEntitled."""
    if not is_entitled(recipient, office):
        raise NotEntitled
    with transaction.atomic():
        found, made = ReportSubscription.objects.update_or_create(
            recipient=recipient, office=office, every=every,
            defaults={"for_outside": for_outside},
            create_defaults={"for_outside": for_outside, "not_before": next_time(every, timezone.localdate())},
        )  # fmt: skip
        if made:
            log(instance=found, action="lms.report.subscribe", user=by)
    return found


def unsubscribe(*, subscription: ReportSubscription, by: Any) -> None:
    """``by`` None: whoever held the link in the e-mail."""
    with transaction.atomic():
        log(instance=subscription, action="lms.report.unsubscribe", user=by)
        subscription.delete()

"""Reminders as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemindersConfig(AppConfig):
    name = "reminders"
    label = "lms_reminders"
    verbose_name = _("Reminders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms import notices
        from lms.gate.api import Bearer, api
        from lms.partners.states import Renewal
        from lms.tokens.models import AccessToken
        from reminders import (
            auditing,  # noqa: F401  registers a section of the auditor pack
            checks,  # noqa: F401  registers the system checks
            health,  # noqa: F401  registers what /healthz tells of reminders
        )
        from reminders.bounces_api import bounces
        from reminders.renewing import RenewalsInWords
        from reminders.telling import keep

        notices.notice_due.connect(keep, dispatch_uid="reminders.telling")
        for what in (Renewal.UNDERTAKING, Renewal.ASSESSMENT):
            notices.register(RenewalsInWords(what))
        # Here, not in an address list: the floor's addresses must not import reminders, and there is one API.
        api.add_router("/bounces", bounces, auth=Bearer(AccessToken.Purpose.BOUNCES))

"""The floor of Safeguard as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LmsConfig(AppConfig):
    name = "lms"
    label = "lms"
    verbose_name = _("Learning")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lms import checks  # noqa: F401  registers the system checks
        from lms.lrs.signals import statement_recorded, statements_arrived
        from lms.requirements import verifying  # noqa: F401  registers the ledger checks
        from lms.requirements.completing import on_arrival, on_statement

        statements_arrived.connect(on_arrival, dispatch_uid="lms.completing")
        statement_recorded.connect(on_statement, dispatch_uid="lms.completing")

"""The floor of Safeguard as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LmsConfig(AppConfig):
    name = "lms"
    label = "lms"
    verbose_name = _("Learning")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from lms import checks  # noqa: F401  registers the system checks
        from lms.compliance import tallying  # noqa: F401  registers a ledger check
        from lms.log import verifying as log  # noqa: F401  registers the ledger checks
        from lms.lrs.signals import statement_recorded, statements_arrived
        from lms.people import link_sessions
        from lms.people import verifying as people  # noqa: F401  registers the ledger checks
        from lms.requirements import (
            claiming,
            completing,
            verifying,  # noqa: F401  registers the ledger checks
        )

        for listener in (completing, claiming):
            statements_arrived.connect(listener.on_arrival, dispatch_uid=listener.__name__)
            statement_recorded.connect(listener.on_statement, dispatch_uid=listener.__name__)
        user_logged_in.connect(link_sessions.on_sign_in, dispatch_uid=link_sessions.__name__)

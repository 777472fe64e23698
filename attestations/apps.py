"""Attestations as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttestationsConfig(AppConfig):
    name = "attestations"
    label = "lms_attestations"
    verbose_name = _("Attestations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from attestations import auditing, verifying  # noqa: F401  register a section of the pack, and the ledger checks
        from attestations.kinds import AttestationKind
        from attestations.partners.telling import Undertakings
        from lms.partners import undertakings
        from lms.requirements import kinds

        kinds.register(AttestationKind())
        undertakings.register(Undertakings())

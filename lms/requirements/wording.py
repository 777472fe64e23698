"""What standings are called where people read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lms.requirements.standing import Standing

STANDINGS = {
    Standing.COMPLETE: _("Complete"),
    Standing.EXPIRING: _("To renew"),
    Standing.DUE: _("To do"),
    Standing.OVERDUE: _("Overdue"),
    Standing.EXPIRED: _("Expired"),
    Standing.WAIVED: _("Waived"),
}

"""Status codes (RFC 3463) in the words of somebody who looks after addresses, not of a mail server."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS = {
    "1.0": _("The address is not right."),
    "1.1": _("There is no mailbox of this name."),
    "1.2": _("There is no such domain after the @."),
    "1.3": _("This cannot be an address."),
    "1.6": _("The mailbox has moved and left no new address."),
    "1.10": _("There is no mailbox of this name, or the domain takes no mail."),
    "2.0": _("The mailbox takes no mail."),
    "2.1": _("The mailbox is closed."),
    "2.2": _("The mailbox is full."),
    "2.3": _("The message was too long for this mailbox."),
    "4.1": _("The other mail server takes no mail for this address."),
    "4.4": _("There is no mail server for the domain after the @."),
    "4.7": _("The other mail server could not be reached for days."),
}
SUBJECTS = {
    "1": _("The address is not right."),
    "2": _("The mailbox takes no mail."),
    "4": _("The other mail server could not be reached for days."),
}
COMPLAINT = _("Somebody marked our message as spam. Mandatory messages still go.")
OTHER = _("Messages come back.")


def in_words(kind: str, status: str) -> Any:
    """Why the address stands in the list."""
    if kind == "complaint":
        return COMPLAINT
    detail = status.partition(".")[2]
    return WORDS.get(detail) or SUBJECTS.get(detail.partition(".")[0]) or OTHER

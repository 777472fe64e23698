"""What a check may find, and in which words the reviewer reads it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from courses.models import ProofCheck

PASSED, FAILED, UNKNOWN = ProofCheck.Outcome.PASSED, ProofCheck.Outcome.FAILED, ProofCheck.Outcome.UNKNOWN


@dataclass(frozen=True)
class Finding:
    """``said`` is a key of SAID; ``detail`` goes into its words."""

    name: str
    outcome: str
    said: str = ""
    detail: str = ""


NAMES = {
    "scan": _("The file is harmless"),
    "same_file": _("The file was not handed in before"),
    "name_in_text": _("The person's name is in the file"),
    "date_in_text": _("The date is in the file"),
    "same_code": _("The code or link was not handed in before"),
    "link_host": _("The link leads to the provider"),
    "link_answers": _("The provider's page is there"),
    "date_possible": _("The date is not in the future"),
    "within_validity": _("It is recent enough to count"),
    "version": _("The version counts"),
}
SAID = {
    "by_other": _("Somebody else has handed in the same."),
    "by_same": _("The person has handed in the same before."),
    "no_text": _("There is no text in it: it is a picture, or a scan."),
    "not_found": _("Not found in the text. Look at it."),
    "no_link": _("There is a code only."),
    "no_hosts": _("The page of the course names no hosts."),
    "other_host": _("It leads to %(detail)s, which the page of the course does not name."),
    "status": _("The provider answered %(detail)s."),
    "unreachable": _("The provider could not be reached (%(detail)s)."),
    "in_future": _("It is in the future."),
    "nothing_owed": _("No rule asks the person for this course now."),
    "too_old": _("It no longer counts for any rule that asks for it."),
    "not_told": _("No version is given."),
    "other_version": _("The version is none of those that count."),
    "not_scanned": _("The scanner has not answered yet. It is asked again."),
    "infected": _("The scanner found it harmful. It is thrown away."),
    "no_scanner": _("There is no scanner."),
}


def in_words(check: ProofCheck) -> str:
    words = str(SAID.get(check.said, ""))
    return words % {"detail": check.detail} if check.detail else words

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
    "badge_signature": _("The badge comes from its issuer"),
    "badge_issuer": _("The issuer is one that counts"),
    "badge_course": _("The badge is one that counts"),
    "badge_recipient": _("The badge was given to the person"),
    "badge_date": _("The date is that of the badge"),
    "badge_status": _("The badge still holds"),
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
    "hearsay": _("The badge says so; whether the badge is its issuer's is not known."),
    "no_badge": _("The badge is no longer there, or may not be opened yet."),
    "badge_forged": _("The issuer's key did not sign it. It is forged, or was changed."),
    "key_unknown": _("Nobody but the badge itself says that its key is the issuer's."),
    "kept_by_issuer": _("It is kept at its issuer's."),
    "kept_by_other": _("It is kept at %(detail)s, which is not its issuer's."),
    "no_document": _("The provider's answer was not understood."),
    "other_issuer": _("The page of the course does not name %(detail)s."),
    "other_badge": _("The page of the course does not name %(detail)s."),
    "badge_result": _("It says of the course: %(detail)s."),
    "badge_of_other": _("It was given to the address of somebody else whom this site knows."),
    "other_address": _("It was given to an address that this site does not know of the person."),
    "no_recipient": _("It does not say to whom."),
    "no_date": _("It does not say when."),
    "badge_date": _("The badge says %(detail)s."),
    "badge_revoked": _("Its issuer has revoked it."),
    "badge_gone": _("Its issuer no longer keeps it."),
    "badge_ended": _("It held until %(detail)s."),
    "status_kind": _("It can be revoked in a way that is not looked up here."),
}


def in_words(check: ProofCheck) -> str:
    words = str(SAID.get(check.said, ""))
    return words % {"detail": check.detail} if check.detail else words

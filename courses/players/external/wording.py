"""In words: why something cannot be handed in, for the learner; why it cannot be decided so, for who checks it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CANNOT = {
    "closed": _("Proof cannot be handed in this way at the moment."),
    "waiting": _("Your proof is being checked already."),
    "missing": _("Give the code or the link, or both."),
    "link": _("Give the whole link as the provider shows it, beginning with https://."),
    "too_long": _("The code or the version is too long."),
    "future": _("The date cannot be in the future."),
    "past": _("The date is too long ago."),
    "unticked": _("Tick the box to declare it."),
    "too_often": _("You have handed in many files today. Try again tomorrow."),
    "empty": _("Choose a file. The one that arrived is empty."),
    "too_large": _("The file is larger than 5 MB. Save it smaller, or take a picture of it."),
    "type": _("Choose a PDF, a JPEG or a PNG. The file is none of these, whatever its name says."),
    "broken": _("The file cannot be read. Save it again as a PDF, or take a picture of it."),
    "too_much": _("The file is too complicated to be read. Print it to a new PDF, or take a picture of it."),
    "pages": _("The PDF has more than 20 pages. Hand in only those of the certificate."),
    "pixels": _("The picture is too large. Take it with a lower resolution."),
    "encrypted": _("The PDF is locked with a password. Save it without one."),
    "active": _("The PDF holds a script, a form or another file. Print it to a new PDF, or take a picture of it."),
    "badge_none": _("There is no Open Badge in it. Hand in the picture or the file as the provider gave it to you."),
    "badge_large": _("The badge is larger than badges are."),
    "badge_nested": _("The badge is nested too deeply to be read."),
    "badge_broken": _("The badge cannot be read: parts of it are missing, or were changed."),
    "badge_algorithm": _("The badge is not signed, or not in a way that can be trusted: only RS256 and EdDSA are."),
    "badge_kind": _("The badge is of a kind that cannot be checked here. Hand in a certificate or a link instead."),
    "badge_ended": _("The badge holds no longer: its last day has passed."),
    "several": _("The file is a PDF and something else as well. Print it to a new PDF, or take a picture of it."),
}

CANNOT_DECIDE = {
    "own": _("Somebody else has to decide: it is your own, or you handed it in or declared it."),
    "not_yours": _("You may not decide on this proof."),
    "unticked": _("Tick the declaration: your decision is signed with it."),
    "decided": _("It no longer waits for a decision."),
    "changed": _("Something else was handed in meanwhile. Look at it again."),
    "not_scanned": _("The file is not scanned yet. It can be refused, and not accepted."),
    "no_file": _("The file is no longer there. Ask for another."),
    "code": _("Choose a reason: the person reads it."),
    "cannot_count": _("It cannot count: its date is still to come where the person works, or the course has changed."),
}

CANNOT_IMPORT = {
    "too_large": _("The file is larger than 1 MB. Split it."),
    "too_many": _("The file has more than 5,000 lines. Split it."),
    "unreadable": _("The file cannot be read."),
    "not_yours": _("You may not import proof."),
    "part": _("This course cannot be completed by proof alone."),
    "line": _("The line cannot be read, or has more or fewer cells than the first line."),
    "nobody": _("It does not say who: give a number, an e-mail address or a reference."),
    "not_found": _("Nobody is found of whom you may import it, or what the line says is of two people."),
    "own": _("Somebody else has to import your own."),
    "date": _("completed_on is no day of the form 2026-12-31."),
    "evidence": _(
        "evidence is empty, or has other characters than letters, digits and . _ - / : # +, or more than 64."
    ),
    "version": _("course_version has other characters than letters, digits, dots and dashes, or more than 32."),
    "no_version": _("The version is not given; the course's page lists those that count."),
    "other_version": _("The version is none of those that count."),
    "future": _("The day is still to come where the person works."),
    "waiting": _("It could not be recorded. Import the file once more."),
}

STATES = {
    "accepted": _("counts"),
    "known": _("counted already"),
    "refused": _("refused"),
    "left": _("not looked at yet"),
}

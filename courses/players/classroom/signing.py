"""Signs the sheet of a session: one signature over everybody who was present or absent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from courses.models import ClassroomSession, Identity, Sheet, SheetEntry
from courses.players.classroom.planning import CannotChange, locked, same_person
from lms.hash_chain import START, link
from lms.people.models import Person


def sign(
    *,
    session: ClassroomSession,
    signer: Person,
    present: Mapping[int, str],
    content_version: str,
    method: str,
    reauthenticated_at: datetime,
    corrects: Sheet | None = None,
    now: datetime | None = None,
) -> Sheet:
    """The signed sheet. ``present``: how each person who was there was identified, by id; all others listed were absent.

    ``corrects``: the sheet that this one puts right, which must be the last. Raises CannotChange: for who does not hold
    the session or is on its list, before its end, for somebody who is not on the list, and for a correction that would
    take back what somebody has confirmed: completions are never withdrawn.
    """
    now = now or timezone.now()
    with transaction.atomic():
        session = locked(session)
        last = session.sheets.order_by("-number").first()
        listed = set(session.seats_taken.values_list("person", flat=True))
        _guard(session, signer, present, listed, last, corrects, now)
        sheet = Sheet(
            session=session,
            number=last.number + 1 if last else 1,
            corrects=corrects,
            signer=signer,
            printed_name=signer.name,
            capacity=capacity_of(signer),
            content_version=content_version,
            language=get_language() or "en",
            office=session.office.code,
            place=session.place,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            time_zone=session.time_zone,
            method=method,
            reauthenticated_at=reauthenticated_at,
            signed_at=now,
            utc_offset=now.astimezone(signer.zone).strftime("%z"),
            previous_hash=last.hash if last else START,
        )
        people = Person.objects.in_bulk(listed)
        entries = [
            SheetEntry(sheet=sheet, person=people[pk], is_present=pk in present, identity=present.get(pk, ""))
            for pk in sorted(listed)
        ]
        sheet.hash = link(sheet.previous_hash, sheet.record(entries))
        sheet.save(force_insert=True)
        SheetEntry.objects.bulk_create(entries)
        log(session, "lms.session.correct" if corrects else "lms.session.sign", user=signer.user)
    return sheet


def capacity_of(signer: Person) -> str:
    """As whom the facilitator signs."""
    return _("Facilitator, %(office)s") % {"office": signer.office.name}


def _guard(
    session: ClassroomSession, signer: Person, present: Mapping[int, str], listed: set[int], last: Sheet | None,
    corrects: Sheet | None, now: datetime,
) -> None:  # fmt: skip
    own = {person.pk for person in same_person(signer)}
    if signer.pk != session.facilitator_id:
        raise CannotChange(_("Only the facilitator signs the sheet."))
    if own & listed:
        raise CannotChange(_("You are on the list yourself: somebody else has to hold and sign this session."))
    if session.ends_at > now:
        raise CannotChange(_("The sheet can be signed when the session has ended."))
    if corrects != last:
        raise CannotChange(_("The sheet was signed or corrected meanwhile. Look at it again."))
    if not listed:
        raise CannotChange(_("Nobody is on the list."))
    if set(present) - listed or set(present.values()) - set(Identity.values):
        raise CannotChange(_("Somebody was marked who is not on the list. Look at it again."))
    confirmed = session.confirmations.exclude(person__in=present).select_related("person").order_by("person__name")
    if names := [item.person.name for item in confirmed]:
        raise CannotChange(
            _("Already confirmed, and so no longer to be marked as absent: %(names)s.") % {"names": ", ".join(names)}
        )

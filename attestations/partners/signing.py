"""Signs an undertaking on behalf of a partner."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from attestations.models import AttestationText, Undertaking
from attestations.signing import CannotSign
from lms.hash_chain import START, link
from lms.partners.models import Agreement, PartnerInvitation


def undertake(
    *,
    invitation: PartnerInvitation,
    text: AttestationText,
    ticked: Collection[int],
    typed_name: str,
    now: datetime | None = None,
) -> Undertaking:
    """The undertaking; signing the version that is signed last once more returns that one. Raises CannotSign: ``unticked``,
    ``name`` (it is not the signatory's), ``text`` (it is not in force), ``ended`` (the agreement or the link has ended, or
    somebody else has been made the signatory).
    """
    now = now or timezone.now()
    if set(ticked) != set(range(len(text.ticks))):
        raise CannotSign("unticked")
    with transaction.atomic():
        agreement = (
            Agreement.objects.select_for_update(of=("self",))
            .select_related("organisation", "office")
            .get(pk=invitation.agreement_id)
        )
        zone = ZoneInfo(agreement.office.time_zone)
        usable = PartnerInvitation.objects.usable(now).filter(pk=invitation.pk, purpose="sign")
        ended = agreement.ends_on is not None and agreement.ends_on < now.astimezone(zone).date()
        if ended or not usable.exists() or invitation.address != agreement.signatory_email:
            raise CannotSign("ended")
        if _folded(typed_name) != _folded(agreement.signatory_name):
            raise CannotSign("name")
        last = Undertaking.objects.filter(agreement=agreement).select_related("text").order_by("-sequence").first()
        if last is not None and last.text.version == text.version:
            return last
        if text != text.attestation.text_for(text.language):
            raise CannotSign("text")
        found = Undertaking(
            agreement=agreement,
            text=text,
            reference=agreement.reference,
            partner_code=agreement.organisation.code,
            partner_name=agreement.organisation.name,
            printed_name=agreement.signatory_name,
            title=agreement.signatory_title,
            capacity=capacity_of(agreement),
            language=text.language,
            text_sha256=text.sha256,
            method=Undertaking.Method.LINK,
            sent_to=invitation.address,
            signed_at=now,
            utc_offset=now.astimezone(zone).strftime("%z"),
            sequence=last.sequence + 1 if last else 1,
            previous_hash=last.hash if last else START,
        )
        found.hash = link(found.previous_hash, found.record())
        found.save(force_insert=True)
        log(agreement, "lms.partner.undertake", data={"version": text.version, "language": text.language})
    return found


def capacity_of(agreement: Agreement) -> str:
    """As whom the signatory signs."""
    return _("Authorised signatory, %(partner)s") % {"partner": agreement.organisation.name}


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()

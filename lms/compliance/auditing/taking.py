"""Takes a pack: writes it, and records that it was taken and at whom it looks, before anything leaves the server."""

from __future__ import annotations

from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from lms.compliance.auditing.models import AuditorPack
from lms.compliance.auditing.packing import Order, Pack, write
from lms.compliance.looking import Where, looked


def take(order: Order, *, out: IO[bytes], by: Any = None) -> Pack:
    """Write the pack to ``out``. ``by``: the user who takes it; None on the command line.

    The caller hands out what was written only once this has returned.
    """
    now, made_by = timezone.now(), by.get_username() if by else ""
    with transaction.atomic():
        pack = write(order, out=out, made_by=made_by, made_at=now)
        taken = AuditorPack.objects.create(
            office=order.office,
            first_day=order.period.first,
            last_day=order.period.last,
            seed=order.seed,
            sample=len(pack.people),
            population=pack.population,
            population_sha256=pack.population_sha256,
            manifest_sha256=pack.manifest_sha256,
            taken_by=made_by,
            taken_at=now,
        )
        log(taken, "lms.auditor_pack.take", user=by, data={"office": order.office.code, "seed": order.seed})
        looked(viewer=by, people=pack.people, where=Where.PACK)
    return pack

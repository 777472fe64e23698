"""Hands a file of a proof out to a reviewer: to be saved, never shown, and from another origin where the site has one.

What is in such a file runs nowhere: no browser shows it, and where one did, it would find nobody signed in at that origin.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from urllib.parse import urlsplit

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from courses.conf import conf
from courses.models import ProofFile
from courses.players.external import storing_files
from courses.players.external.checking_badges import BADGE
from courses.players.external.checking_files import JPEG, PDF

logger = logging.getLogger(__name__)

ENDINGS = {PDF: "pdf", JPEG: "jpg", BADGE: "txt"}
SALT = "courses.proof-file"
HOLDS = timedelta(minutes=1)
"""Long enough to be sent on by a slow line, too short to be passed on."""


def hand_out(file: ProofFile) -> HttpResponse:
    """To somebody who may have it: the file, or the way to it at the other origin. Raises Http404."""
    if not storing_files.may_open(file):
        raise Http404
    if not conf.PROOF_ORIGIN:
        return _saved(file)
    ticket = signing.dumps(str(file.key), salt=SALT)
    answer = redirect(conf.PROOF_ORIGIN.rstrip("/") + reverse("courses:proof_file", args=[ticket]))
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
def proof_file(request: HttpRequest, ticket: str) -> HttpResponse:
    """Anybody who holds a ticket of this minute may save its file, at the other origin only; nobody is signed in there."""
    if request.get_host().lower() != host_of_files():
        raise Http404
    try:
        key = signing.loads(ticket, salt=SALT, max_age=HOLDS)
    except signing.BadSignature as error:
        raise Http404 from error
    file = ProofFile.objects.filter(key=key).first()
    if file is None:
        raise Http404
    return _saved(file)


def host_of_files() -> str:
    """With its port, as browsers name it; empty where there is no other origin."""
    return urlsplit(conf.PROOF_ORIGIN).netloc.lower()


def _saved(file: ProofFile) -> HttpResponse:
    if not storing_files.may_open(file):
        raise Http404
    try:
        content = storing_files.read(file.stored_as)
    except OSError as error:
        raise Http404 from error
    if hashlib.sha256(content).hexdigest() != file.kept_sha256:
        logger.error("the file %s of a proof is not what was handed in", file.pk)
        raise Http404
    name = f"proof-{str(file.key)[:8]}.{ENDINGS.get(file.content_type, 'bin')}"
    return HttpResponse(
        content,
        content_type=file.content_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store, private",
        },
    )

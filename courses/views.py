"""Certificates: the holder's PDF, and the public page that says what a certificate says."""

from __future__ import annotations

import re

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.issuing import document
from courses.models import Certificate


@login_required
@require_safe
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """The holder's own PDF; 404 for everybody else."""
    person = request.person  # type: ignore[attr-defined]
    if person is None:
        raise Http404
    found = get_object_or_404(Certificate, code=code, completion__person=person)
    response = HttpResponse(bytes(document(found).pdf), content_type="application/pdf")
    name = f"{found.course_code or 'certificate'}-{found.completed_on}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """What a certificate says, for whoever holds its code. The name is confirmed only to somebody who types it."""
    if request.method == "POST" and "code" in request.POST:
        typed = re.sub(r"[^a-z0-9]", "", request.POST["code"].lower())
        return redirect("courses:verify", typed) if typed else redirect("courses:verify_form")
    found = Certificate.objects.filter(code=code.lower()).select_related("document").first() if code else None
    if code and found is None:
        return _private(render(request, "courses/verify.html", {"unknown": True}, status=404))
    name = request.POST.get("name", "")
    context = {
        "certificate": found,
        "document": getattr(found, "document", None),
        "expired": bool(found and found.valid_until and found.valid_until < timezone.localdate()),
        "name": name,
        "name_matches": bool(found and name and _plain(name) == _plain(found.holder)),
    }
    return _private(render(request, "courses/verify.html", context))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"  # no-referrer would send "Origin: null" with the form
    return response

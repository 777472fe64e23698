"""Stopping a report by e-mail from the e-mail itself: a link that needs no sign-in (RFC 2369, RFC 8058).

Only for what somebody subscribed to; mandatory messages have no such link.
"""

from __future__ import annotations

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from lms.compliance.models import ReportSubscription
from lms.compliance.subscribing import unsubscribe
from lms.conf import conf

signer = signing.Signer(salt="lms.report.stop")


def link_of(found: ReportSubscription) -> str:
    """Whoever holds it can stop this report for this recipient, and nothing else; also one that is begun anew later.

    It does not end: mail programs offer it for as long as the message is there.
    """
    token = signer.sign(f"{found.recipient_id}-{found.office_id}-{found.every}")
    return f"{conf.SITE_URL}{reverse('lms:stop_report', args=[token])}"


def headers_of(found: ReportSubscription) -> dict[str, str]:
    """One click only over HTTPS, as RFC 8058 asks."""
    link = link_of(found)
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if link.startswith("https://") else {}
    return {"List-Unsubscribe": f"<{link}>", **one_click}


@csrf_exempt  # the mail program posts without a cookie; the link itself says who may
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_report(request: HttpRequest, stop: str) -> HttpResponse:
    """GET shows one button, POST acts. Whether there is such a report, still or ever, is not told: no name, no office."""
    try:
        recipient, office, every = signer.unsign(stop).split("-")
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    stopped = request.method == "POST"
    if stopped:
        for found in ReportSubscription.objects.filter(recipient=recipient, office=office, every=every):
            unsubscribe(subscription=found, by=None)
    response = render(request, "lms/stop_report.html", {"stopped": stopped})
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response

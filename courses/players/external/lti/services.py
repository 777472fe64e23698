"""What tools call: our public keys, tokens, and scores (Assignment and Grade Services 2.0, the score service alone)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from courses.players.external.lti import keys as our_keys
from courses.players.external.lti import scores as one_score
from courses.players.external.lti.assertions import MOST_TEXT
from courses.players.external.lti.scoring import take
from courses.players.external.lti.tokens import LIFETIME, SCORE, Refused, holder, issue

MOST_FORM = MOST_TEXT + 2000


@require_safe
@cache_control(public=True, max_age=600)
def keys(request: HttpRequest) -> HttpResponse:
    return JsonResponse(our_keys.published())


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """RFC 6749, 4.4 with RFC 7523: no secret is shared, the tool signs."""
    if _is_longer(request, MOST_FORM) or request.content_type != "application/x-www-form-urlencoded":
        return _no("invalid_request", 400)
    try:
        made = issue(request.POST.dict(), now=timezone.now())
    except Refused as refused:
        return _no(refused.error, 401 if refused.error == "invalid_client" else 400)
    seconds = int(LIFETIME.total_seconds())
    return _unkept(JsonResponse(
        {"access_token": made, "token_type": "Bearer", "expires_in": seconds, "scope": SCORE}
    ))  # fmt: skip


@csrf_exempt
@require_POST
def scores(request: HttpRequest, line_item: UUID) -> HttpResponse:
    """The same answer for whoever the score is about. Another tool's line item is none."""
    now = timezone.now()
    tool = holder(request.headers.get("Authorization", ""), now=now)
    if tool is None:
        refused = _no("invalid_token", 401)
        refused.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return refused
    if tool.line_item != line_item:
        return _no("not_found", 404)
    if request.content_type != one_score.CONTENT_TYPE:
        return _no("unsupported_media_type", 415)
    if _is_longer(request, one_score.MOST_BYTES):
        return _no("too_large", 413)
    try:
        score = one_score.read(request.body)
    except one_score.BadScore as bad:
        return JsonResponse({"error": "invalid_score", "error_description": str(bad)}, status=400)
    take(tool=tool, score=score, now=now)
    return HttpResponse(status=204)


def _is_longer(request: HttpRequest, most: int) -> bool:
    """As declared: no server hands on more than that. Without a length there is nothing to read."""
    said = request.headers.get("Content-Length") or "0"
    return not (said.isascii() and said.isdigit()) or len(said) > 9 or int(said) > most


def _no(error: str, status: int) -> JsonResponse:
    return _unkept(JsonResponse({"error": error}, status=status))


def _unkept(response: JsonResponse) -> JsonResponse:
    response.headers["Cache-Control"] = "no-store"
    return response

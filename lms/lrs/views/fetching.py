"""The fetch URL of cmi5 section 8.2: a launched course exchanges the token of its address, once, for its credential."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from lms.lrs.launching import AlreadyFetched, NotALaunch, fetch
from lms.lrs.views.resource import with_cors


@csrf_exempt
@never_cache
def fetch_token(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the launch's address, once. Errors come with status 200, as the clause wants it."""
    if request.method == "OPTIONS":
        return with_cors(HttpResponse(status=204), {"POST", "OPTIONS"})
    if request.method != "POST":
        return with_cors(JsonResponse({"error": "Use POST."}, status=405), {"POST", "OPTIONS"})
    try:
        answer = JsonResponse({"auth-token": fetch(token)})
    except AlreadyFetched:
        answer = _error("1", _("The token of this launch was fetched before, or its session has ended."))
    except NotALaunch:
        answer = _error("2", _("This address belongs to no launch."))
    return with_cors(answer, {"POST", "OPTIONS"})


def _error(code: str, text: str) -> JsonResponse:
    return JsonResponse({"error-code": code, "error-text": text})

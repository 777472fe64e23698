"""What every resource does: take the call apart, ask who calls, say errors as JSON with a sentence, set the headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from lms.conf import conf
from lms.lrs.authenticating import NotAllowed, NotAuthenticated, TooMany
from lms.lrs.calls import VERSION_HEADER, BadRequest, Call, TooLarge, call_of, refused
from lms.lrs.documents import Conflict, PreconditionFailed
from lms.lrs.querying import BadQuery
from lms.lrs.recording import StatementConflict
from lms.lrs.rules.values import InvalidStatement

THROUGH_HEADER = "X-Experience-API-Consistent-Through"
EXPOSED = f"ETag, Last-Modified, Content-Length, {VERSION_HEADER}, {THROUGH_HEADER}"
ASKED = (
    "Authorization, Content-Type, If-Match, If-None-Match, Accept-Language, X-Experience-API-Hash, "
    "Content-Transfer-Encoding, " + VERSION_HEADER
)
Resource = Callable[[Call], HttpResponse]
View = Callable[..., HttpResponse]


def resource(*methods: str) -> Callable[[Resource], View]:
    """A resource that takes these methods; whoever takes GET takes HEAD and OPTIONS too."""
    taken = {*methods, "OPTIONS", *({"HEAD"} if "GET" in methods else set())}

    def decorate(view: Resource) -> View:
        @csrf_exempt
        @wraps(view)
        def wrapped(request: HttpRequest, mount: str) -> HttpResponse:
            if request.method == "OPTIONS":
                return with_cors(HttpResponse(status=204), taken)
            version = mount
            through = timezone.now()
            try:
                call = call_of(request, mount)
                version = call.version
                answer = view(call) if call.method in taken else refused(405, f"Use {', '.join(sorted(taken))}.")
            except Exception as error:
                answer = _refusal(error)
            answer.headers["Content-Length"] = str(len(answer.content))
            answer.headers[VERSION_HEADER] = version
            answer.headers[THROUGH_HEADER] = stamp(through)
            return with_cors(answer, taken)

        return wrapped

    return decorate


def stamp(moment: object) -> str:
    return str(moment.isoformat(timespec="microseconds")).replace("+00:00", "Z")  # type: ignore[attr-defined]


def _refusal(error: Exception) -> HttpResponse:
    """The status that the specification gives to an error (part three, 3.2); what is not the client's fault goes on."""
    if isinstance(error, TooLarge):
        return refused(413, str(error))
    if isinstance(error, BadRequest | InvalidStatement | BadQuery):
        return refused(400, str(error))
    if isinstance(error, NotAuthenticated):
        answer = refused(401, "A valid key and secret are needed.")
        answer.headers["WWW-Authenticate"] = 'Basic realm="xAPI"'
        return answer
    if isinstance(error, NotAllowed):
        return refused(403, str(error))
    if isinstance(error, StatementConflict):
        return refused(409, f"Statement {error} is stored already and says something else.")
    if isinstance(error, Conflict):
        return refused(409, "The document is there already: say which one you mean with If-Match or If-None-Match.")
    if isinstance(error, PreconditionFailed):
        return refused(412, "The document is not the one that you name.")
    if isinstance(error, TooMany):
        answer = refused(429, "Too many requests in this minute.")
        answer.headers["Retry-After"] = "60"
        return answer
    raise error


def with_cors(answer: HttpResponse, taken: set[str]) -> HttpResponse:
    """Any site whose origin is allowed may call from a browser; the credential decides what it may do."""
    if conf.XAPI_ALLOWED_ORIGIN:
        answer.headers["Access-Control-Allow-Origin"] = conf.XAPI_ALLOWED_ORIGIN
        answer.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(taken))
        answer.headers["Access-Control-Allow-Headers"] = ASKED
        answer.headers["Access-Control-Expose-Headers"] = EXPOSED
        answer.headers["Access-Control-Max-Age"] = "600"
    return answer

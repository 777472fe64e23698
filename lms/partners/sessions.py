"""The session of somebody of a partner, without account: the key of their invitation, which is asked for anew each time."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import translation

from lms.partners.inviting import InvitationNotUsable, find_begun
from lms.partners.models import PartnerInvitation
from lms.people.models import Person

NAME = "lms.partner"


def begin(request: HttpRequest, invitation: PartnerInvitation) -> None:
    """The browser is this person's until it is closed, or the invitation ends."""
    request.session.flush()
    request.session[NAME] = str(invitation.key)
    request.session.set_expiry(0)


def end(request: HttpRequest) -> None:
    request.session.flush()


def invitation_of(request: HttpRequest) -> PartnerInvitation | None:
    """What the session began with, where it still holds; None for everybody else, and for whoever has an account."""
    key = request.session.get(NAME) if hasattr(request, "session") else None
    if not key or request.user.is_authenticated:
        return None
    try:
        found = find_begun(key)
    except InvitationNotUsable:
        return None
    return found


def partner_of(request: HttpRequest) -> Person | None:
    """The person of a partner behind a session without account. For whoever takes something from them, such as proof."""
    found = invitation_of(request)
    return found.person if found else None


def speak(request: HttpRequest, language: str) -> None:
    """In that language, unless the reader chose another on this site."""
    from django.conf import settings

    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]

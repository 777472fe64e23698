"""Who talks to the record store: Basic credentials and their scopes (xAPI part three, 4)."""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest

from lms.lrs.models import Credential, Scope


class NotAuthenticated(Exception):
    """No credential, or not a good one; the two are not told apart."""


class NotAllowed(Exception):
    """The credential is good, but not for this."""


def credential_of(request: HttpRequest) -> Credential:
    """The credential behind the request. Raises NotAuthenticated."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        key, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise NotAuthenticated from error
    if "\x00" in key:
        raise NotAuthenticated
    found = Credential.objects.filter(key=key, is_active=True).first() if scheme.lower() == "basic" else None
    if found is None or not found.matches(secret):
        raise NotAuthenticated
    return found


def may_write(credential: Credential) -> None:
    """Raises NotAllowed."""
    if Scope.WRITE not in credential.scopes:
        raise NotAllowed("This credential may not write statements.")


def may_read(credential: Credential) -> bool:
    """True for everything, False for what the credential wrote itself. Raises NotAllowed."""
    if Scope.READ in credential.scopes:
        return True
    if Scope.READ_OWN not in credential.scopes:
        raise NotAllowed("This credential may not read statements.")
    return False

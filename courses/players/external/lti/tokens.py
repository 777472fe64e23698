"""Gives a tool a token for its signed request, once for each, and finds the tool behind a token."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse

from courses.models import Tool, ToolAssertion, ToolToken
from courses.players.external.lti import assertions
from courses.players.external.lti.assertions import CLOCKS_DIFFER, BadAssertion
from courses.players.external.lti.tool_keys import keys_of
from lms.conf import conf

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
GRANT, ASSERTION = "client_credentials", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME = timedelta(minutes=10)


class Refused(Exception):
    """``error``: a word of OAuth 2.0 (RFC 6749, 5.2)."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def address() -> str:
    """Of the token service: the one audience that an assertion may have."""
    return conf.SITE_URL + reverse("courses:lti_token")


def issue(form: Mapping[str, str], *, now: datetime) -> str:
    """A new token. Raises Refused; of an assertion that is not believed it is never said why."""
    if form.get("grant_type") != GRANT:
        raise Refused("unsupported_grant_type")
    if form.get("client_assertion_type") != ASSERTION:
        raise Refused("invalid_client")
    try:
        found = assertions.read(form.get("client_assertion", ""))
        tool = active_tools().filter(client_id=found.client_id).first()
        if tool is None:
            raise BadAssertion("client")
        expires = assertions.check(found, keys=keys_of(tool, found.key_id), audience=address(), now=now)
    except BadAssertion as bad:
        raise Refused("invalid_client") from bad
    if SCORE not in form.get("scope", "").split():
        raise Refused("invalid_scope")
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            ToolAssertion.objects.create(
                tool=tool, jti_hash=hashed(str(found.claims["jti"])), expires_at=expires + CLOCKS_DIFFER
            )
            ToolToken.objects.create(tool=tool, token_hash=hashed(token), expires_at=now + LIFETIME)
    except IntegrityError as error:
        raise Refused("invalid_client") from error
    return token


def holder(header: str, *, now: datetime) -> Tool | None:
    """The tool whose token stands in an Authorization header, while it may still report."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return active_tools().filter(tokens__token_hash=hashed(token), tokens__expires_at__gt=now).first()


def active_tools() -> QuerySet[Tool]:
    """Switched off at the tool or at its credential, it is off at once."""
    return Tool.objects.filter(is_active=True, credential__is_active=True).select_related("credential", "activity")


def hashed(secret: str) -> str:
    """SHA-256: what is hashed here is random, or known to whoever could guess it."""
    return hashlib.sha256(secret.encode()).hexdigest()

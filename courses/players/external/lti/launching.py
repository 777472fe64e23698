"""Sends a learner to the tool: the login that we initiate, and the signed answer to the request that comes back.

LTI 1.3 core and the 1EdTech Security Framework 1.0, 5.1.1: OpenID Connect with third-party initiated login, implicit flow,
``form_post``. The tool learns the person's UUID; name and address only where the page of the course says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language

from courses.models import ExternalPage, Tool, ToolLaunch
from courses.players.external.kinds import registration_for, rule_of
from courses.players.external.lti import keys
from courses.players.external.lti.addresses import origin
from courses.players.external.lti.tokens import SCORE, active_tools, hashed
from lms.conf import conf
from lms.people.models import Person

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
ALWAYS = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
ANSWER_WITHIN, TOKEN_LASTS = timedelta(minutes=10), timedelta(minutes=5)
LONGEST = 1000


class NotALaunch(Exception):
    """The request is none that may be answered. Why is told to nobody: it is the same for what was never there."""


@dataclass(frozen=True)
class Answer:
    """What the browser posts, and where; ``origins``: where the tool may lead on from there."""

    address: str
    id_token: str
    state: str
    page: ExternalPage | None
    origins: frozenset[str]


def tool_for(page: ExternalPage) -> Tool | None:
    """The tool by which the course is taken, where there is one and launches can be signed."""
    if page.activity_id is None or not keys.can_sign():
        return None
    return active_tools().filter(activity=page.activity_id).first()


def begin(*, tool: Tool, person: Person, now: datetime) -> str:
    """The address of the tool's login, good once and for ten minutes (Security Framework 5.1.1.1)."""
    hint = secrets.token_urlsafe(32)
    ToolLaunch.objects.create(
        tool=tool,
        person=person,
        registration=registration_for(person=person, activity=tool.activity),
        hint_hash=hashed(hint),
        begun_at=now,
    )
    more = {
        "iss": conf.SITE_URL,
        "login_hint": hint,
        "target_link_uri": tool.target_link_uri,
        "client_id": tool.client_id,
        "lti_deployment_id": tool.deployment_id,
    }
    parts = urlsplit(tool.login_url)
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode(more)]))))


def answer(asked: Mapping[str, str], *, person: Person, now: datetime) -> Answer:
    """To an authentication request (5.1.1.2 and 5.1.1.3). Raises NotALaunch.

    Each launch is answered once; a nonce or a state that this tool has used before is not taken again.
    """
    needed = [asked.get(name, "") for name in ("client_id", "redirect_uri", "login_hint", "nonce", "state")]
    if any(asked.get(name) != value for name, value in ALWAYS.items()) or not all(
        0 < len(value) <= LONGEST for value in needed
    ):
        raise NotALaunch
    client_id, redirect_uri, hint, nonce, state = needed
    tool = active_tools().filter(client_id=client_id).first()
    if tool is None or redirect_uri not in tool.redirects() or not keys.can_sign():
        raise NotALaunch
    mine = ToolLaunch.objects.filter(
        tool=tool, person=person, hint_hash=hashed(hint), answered_at=None, begun_at__gt=now - ANSWER_WITHIN
    )
    try:
        with transaction.atomic():
            if not mine.update(answered_at=now, nonce_hash=hashed(nonce), state_hash=hashed(state)):
                raise NotALaunch
    except IntegrityError as error:
        raise NotALaunch from error
    page = rule_of(tool.activity)
    token = keys.signed(_claims(tool, person, page, nonce=nonce, now=now))
    origins = frozenset(origin(item) for item in (redirect_uri, tool.target_link_uri, tool.login_url))
    return Answer(redirect_uri, token, state, page, origins)


def launched(*, tool: Tool, person: Person, before: datetime) -> tuple[UUID, datetime] | None:
    """The registration of the person's last launch until then, and when the first one in it was."""
    kept = person.merged_into_id or person.pk
    mine = ToolLaunch.objects.filter(
        Q(person=kept) | Q(person__merged_into=kept), tool=tool, answered_at__lte=before
    ).order_by("answered_at")
    last = mine.last()
    if last is None:
        return None
    first = mine.filter(registration=last.registration).first()
    assert first is not None
    assert first.answered_at is not None
    return last.registration, first.answered_at


def line_item(tool: Tool) -> str:
    """The one column into which the tool reports; scores are posted below it."""
    return conf.SITE_URL + reverse("courses:lti_scores", args=[tool.line_item]).removesuffix("/scores")


def _claims(tool: Tool, person: Person, page: ExternalPage | None, *, nonce: str, now: datetime) -> dict[str, Any]:
    name = page.title if page else tool.activity.name
    claims: dict[str, Any] = {
        "iss": conf.SITE_URL,
        "aud": tool.client_id,
        "sub": str(person.uuid),
        "nonce": nonce,
        "iat": int(now.timestamp()),
        "exp": int((now + TOKEN_LASTS).timestamp()),
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": tool.deployment_id,
        f"{CLAIM}target_link_uri": tool.target_link_uri,
        f"{CLAIM}resource_link": {"id": str(tool.line_item), "title": name},
        f"{CLAIM}roles": [LEARNER],
        f"{CLAIM}launch_presentation": {
            "document_target": "window",
            "locale": get_language() or "en",
            "return_url": urljoin(conf.SITE_URL, page.url if page and page.url else reverse("lms:learning")),
        },
        ENDPOINT: {"scope": [SCORE], "lineitem": line_item(tool)},
    }
    if page is not None and page.tells_name:
        claims |= {"name": person.name, **({"email": person.email} if person.email else {})}
    return claims

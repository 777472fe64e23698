"""Sends a learner to a course that runs elsewhere and reports back: launch, fetch, launch data (cmi5 sections 8 and 10)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from lms.conf import conf
from lms.lrs import vocabulary as v
from lms.lrs.authenticating import AUTHORITY_OF_LAUNCHES
from lms.lrs.documents import Content, Place, put
from lms.lrs.keys import activity_key, agent_key
from lms.lrs.models import Credential, Document, Launch, Scope
from lms.lrs.recording import home_page, record
from lms.lrs.statements import Said

LAUNCH_DATA = "LMS.LaunchData"
MAY = [Scope.WRITE, Scope.READ_OWN, Scope.STATE, Scope.PROFILE, Scope.CLAIM]


class NotALaunch(Exception):
    """No launch has this token."""


class AlreadyFetched(Exception):
    """The token was fetched before, or the session has ended."""


@dataclass(frozen=True)
class Unit:
    """What is launched, an assignable unit: its address, our id and its publisher's, and what completes it."""

    address: str
    activity: str
    publisher_id: str
    name: str
    move_on: str
    mastery: float | None = None


def launch(*, unit: Unit, person: UUID, registration: UUID, return_url: str, now: datetime | None = None) -> str:
    """The address to send the learner to. A session of the same registration that still runs is abandoned (9.3.6)."""
    now = now or timezone.now()
    token, session = secrets.token_urlsafe(32), uuid.uuid4()
    actor = {"objectType": "Agent", "account": {"homePage": home_page(), "name": str(person)}}
    with transaction.atomic():
        for running in _running(registration, unit.activity):
            abandon(running, now=now)
        credential, _ = Credential.issue(
            name=f"{unit.name} {now:%Y-%m-%d %H:%M}"[:200], scopes=[scope.value for scope in MAY], actor=actor,
            registration=registration, authority=authority(), expires_at=now + timedelta(hours=conf.LAUNCH_HOURS),
        )  # fmt: skip
        started = Launch.objects.create(
            credential=credential, token_hash=_hash(token), session=session, actor=person, activity=unit.activity,
            registration=registration, mastery=unit.mastery, began_at=now,
        )  # fmt: skip
        _put_launch_data(unit, started, actor, return_url)
        _say(started, v.LAUNCHED, now, name=unit.name, grouping=unit.publisher_id, extensions={
            v.LAUNCH_MODE: "Normal", v.LAUNCH_URL: unit.address, v.MOVE_ON_EXTENSION: unit.move_on,
        })  # fmt: skip
    return _with_query(
        unit.address,
        {
            "endpoint": conf.SITE_URL + reverse("xapi-1.0.3:about").removesuffix("about"),
            "fetch": conf.SITE_URL + reverse("xapi-fetch", args=[token]),
            "actor": json.dumps(actor, separators=(",", ":")),
            "registration": str(registration),
            "activityId": unit.activity,
        },
    )


def _with_query(address: str, more: dict[str, str]) -> str:
    """Behind the address's own query, before its fragment (8.1)."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode(more)]))))


def fetch(token: str, *, now: datetime | None = None) -> str:
    """The authorization token of the launch, once (8.2). Raises NotALaunch or AlreadyFetched."""
    now = now or timezone.now()
    with transaction.atomic():
        found = Launch.objects.select_related("credential").filter(token_hash=_hash(token)).first()
        if found is None:
            raise NotALaunch
        mine = Launch.objects.filter(pk=found.pk, fetched_at=None, ended_at=None, credential__expires_at__gt=now)
        if not mine.update(fetched_at=now):
            raise AlreadyFetched
        secret = found.credential.rotate()
    return base64.b64encode(f"{found.credential.key}:{secret}".encode()).decode()


def abandon(running: Launch, *, now: datetime) -> None:
    """End a session that its course did not end, and say so; nothing more is taken in it (9.3.6)."""
    end(running, now=now)
    _say(running, v.ABANDONED, now, duration=now - running.began_at)


def end(running: Launch, *, now: datetime) -> None:
    """Nothing more is taken in this session."""
    Launch.objects.filter(pk=running.pk, ended_at=None).update(ended_at=now)
    Credential.objects.filter(pk=running.credential_id).update(is_active=False)


def authority() -> dict[str, Any]:
    """Who vouches for what launched courses say: this site, for all of them alike."""
    return {"objectType": "Agent", "account": {"homePage": conf.IRI_BASE, "name": AUTHORITY_OF_LAUNCHES}}


def _running(registration: UUID, activity: str) -> list[Launch]:
    rows = Launch.objects.select_for_update(of=("self",)).filter(registration=registration, activity=activity)
    return list(rows.filter(ended_at=None))


def _put_launch_data(unit: Unit, started: Launch, actor: dict[str, Any], return_url: str) -> None:
    """The state document that the course reads first (10.1)."""
    data: dict[str, Any] = {
        "contextTemplate": {
            "contextActivities": {"grouping": [{"objectType": "Activity", "id": unit.publisher_id}]},
            "extensions": {v.SESSION_ID: str(started.session)},
        },
        "launchMode": "Normal",
        "moveOn": unit.move_on,
        "returnURL": return_url,
        "entitlementKey": {},
    }
    if unit.mastery is not None:
        data["masteryScore"] = unit.mastery
    place = Place(
        Document.Kind.STATE, activity=activity_key(unit.activity), agent=agent_key(actor),
        registration=started.registration, name=LAUNCH_DATA,
    )  # fmt: skip
    put(place, Content(json.dumps(data).encode(), "application/json"), {}, careful=False)


def _say(launch: Launch, verb: str, at: datetime, *, name: str = "", **more: Any) -> None:
    record(
        Said(
            actor=launch.actor,
            verb=verb,
            activity=launch.activity,
            activity_name=name,
            registration=launch.registration,
            session=launch.session,
            occurrence=str(launch.session),
            mastery=launch.mastery,
            at=at,
            **more,
        )
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""Finds statements: the filters of GET, voided ones left out, pages that stay put (xAPI part three, 2.1.3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from lms.conf import conf
from lms.lrs import parsing
from lms.lrs.identifiers import actor_key
from lms.lrs.models import Credential, Statement

FILTERS = {
    "agent",
    "verb",
    "activity",
    "registration",
    "since",
    "until",
    "limit",
    "ascending",
    "format",
    "attachments",
}
SINGLE = {"statementId", "voidedStatementId"}
NOT_YET = {"related_activities", "related_agents"}


class BadQuery(ValueError):
    """A parameter that cannot be obeyed; the message names it."""


@dataclass(frozen=True)
class Page:
    """One page: the statements as stored, and the token of the next page, empty after the last."""

    statements: list[Statement]
    more: str


def visible(credential: Credential, *, everything: bool) -> QuerySet[Statement]:
    return Statement.objects.all() if everything else Statement.objects.filter(credential=credential)


def without_voided(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    return statements.exclude(Exists(Statement.objects.filter(voids=OuterRef("statement_id"))))


def check_parameters(query: QueryDict) -> None:
    """Raises BadQuery for what is unknown, doubled or contradictory."""
    if any("\x00" in value for _, values in query.lists() for value in values):
        raise BadQuery("A parameter holds a NUL character.")
    for name in query:
        if name in NOT_YET and query[name] != "false":
            raise BadQuery(f"{name} is not supported yet.")
        if name not in FILTERS | SINGLE | NOT_YET:
            raise BadQuery(f"{name} is not a parameter of statements.")
    single = SINGLE & query.keys()
    if len(single) == 2 or (single and query.keys() - SINGLE - {"format", "attachments"}):
        raise BadQuery("A statement asked for by its id allows format and attachments only.")
    if query.get("format", "exact") not in ("exact", "ids", "canonical"):
        raise BadQuery("format must be exact, ids or canonical.")


def one(query: QueryDict, statements: QuerySet[Statement]) -> Statement | None:
    """The statement asked for by id: ``statementId`` finds what is not voided, ``voidedStatementId`` what is."""
    name = "statementId" if "statementId" in query else "voidedStatementId"
    found = statements.filter(statement_id=_uuid(name, str(query[name])))
    kept = without_voided(found)
    return kept.first() if name == "statementId" else found.exclude(pk__in=kept.values("pk")).first()


def page(query: QueryDict, statements: QuerySet[Statement]) -> Page:
    """The first page of what the filters ask for. Raises BadQuery."""
    asked: dict[str, Any] = {name: query[name] for name in query if name in FILTERS}
    return _page(asked, statements, after=None)


def next_page(token: str, statements: QuerySet[Statement]) -> tuple[Page, str]:
    """The page behind a ``more`` token, with the format that was asked for. Raises BadQuery for one not from here."""
    try:
        asked, after = signing.loads(token, salt="lms.lrs.more")
    except signing.BadSignature as error:
        raise BadQuery("This address of a further page did not come from here.") from error
    return _page(asked, statements, after=after), asked.get("format", "exact")


def _page(asked: dict[str, Any], statements: QuerySet[Statement], *, after: int | None) -> Page:
    found = without_voided(_filtered(asked, statements))
    ascending = _boolean("ascending", asked.get("ascending", "false"))
    limit = _limit(asked.get("limit", "0"))
    if after is not None:
        found = found.filter(pk__gt=after) if ascending else found.filter(pk__lt=after)
    rows = list(found.order_by("pk" if ascending else "-pk")[: limit + 1])
    more = signing.dumps([asked, rows[limit - 1].pk], salt="lms.lrs.more") if len(rows) > limit else ""
    return Page(rows[:limit], more)


def _filtered(asked: dict[str, Any], statements: QuerySet[Statement]) -> QuerySet[Statement]:
    if "agent" in asked:
        statements = statements.filter(actor=_agent(asked["agent"]))
    if "verb" in asked:
        statements = statements.filter(verb=asked["verb"])
    if "activity" in asked:
        statements = statements.filter(object_id=asked["activity"], object_type="Activity")
    if "registration" in asked:
        statements = statements.filter(registration=_uuid("registration", asked["registration"]))
    if "since" in asked:
        statements = statements.filter(stored__gt=_time("since", asked["since"]))
    if "until" in asked:
        statements = statements.filter(stored__lte=_time("until", asked["until"]))
    return statements


def _agent(text: str) -> str:
    try:
        actor = parsing.decode(text.encode())
        parsing.actor(actor, "agent")
    except parsing.InvalidStatement as error:
        raise BadQuery(f"agent: {error}") from error
    return actor_key(actor)


def _uuid(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadQuery(f"{name} is not a UUID.") from error


def _time(name: str, text: str) -> datetime:
    try:
        found = parse_datetime(text.replace(" ", "+"))
        if found is not None and timezone.is_naive(found):
            found = timezone.make_aware(found)
        if found is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadQuery(f"{name} is not a timestamp.")


def _boolean(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise BadQuery(f"{name} must be true or false.")
    return text == "true"


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuery("limit must be a whole number from 0.")
    return min(int(text) or conf.XAPI_PAGE_SIZE, conf.XAPI_PAGE_SIZE)


def rendered(statement: Statement, form: str, languages: list[str]) -> str:
    """The statement's text: exactly as stored, with ids only, or in one language (part three, 2.1.3)."""
    if form == "exact":
        return statement.raw
    data = json.loads(statement.raw)
    return json.dumps(_ids(data) if form == "ids" else _canonical(data, languages), ensure_ascii=False)


def _ids(data: dict[str, Any]) -> dict[str, Any]:
    shortened = dict(data)
    for name in ("actor", "authority", "object"):
        if name in shortened:
            shortened[name] = {
                key: value for key, value in shortened[name].items() if key not in ("definition", "name")
            }
    shortened["verb"] = {"id": data["verb"]["id"]}
    return shortened


def _canonical(data: Any, languages: list[str]) -> Any:
    """Language maps reduced to the one language that the reader prefers."""
    if isinstance(data, list):
        return [_canonical(item, languages) for item in data]
    if not isinstance(data, dict):
        return data
    return {
        name: _preferred(value, languages)
        if name in ("display", "name", "description") and isinstance(value, dict)
        else value
        if name == "extensions"
        else _canonical(value, languages)
        for name, value in data.items()
    }


def _preferred(texts: dict[str, str], languages: list[str]) -> dict[str, str]:
    if not texts:
        return texts
    tag = next((tag for wanted in languages for tag in texts if tag.lower().startswith(wanted)), next(iter(texts)))
    return {tag: texts[tag]}

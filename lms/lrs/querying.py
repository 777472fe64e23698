"""Finds statements: the filters of GET, voided ones left out, pages that stay put (xAPI 1.0.3 part three, 2.1.3).

One SQL text per request. An agent or an activity can be found in several ways (as the actor, by a mention, through a
StatementRef); each way is a branch that walks its own index in the order of the answer and stops after one page, and the
branches are joined by UNION. So a page costs the same with ten thousand statements and with ten million.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from lms.conf import conf
from lms.lrs.authenticating import vouched_by
from lms.lrs.keys import activity_key, agent_key, verb_key
from lms.lrs.models import Credential, Statement
from lms.lrs.prepared import rows
from lms.lrs.rules import values
from lms.lrs.rules.actors import actor
from lms.lrs.rules.json_text import decode

FILTERS = frozenset({
    "agent", "verb", "activity", "registration", "related_activities", "related_agents", "since", "until", "limit",
    "ascending", "format", "attachments",
})  # fmt: skip
SINGLE = frozenset({"statementId", "voidedStatementId"})
FLAGS = ("related_activities", "related_agents", "ascending", "attachments")
FORMATS = ("exact", "ids", "canonical")
NOT_VOIDED = (
    "(s.voids IS NOT NULL OR NOT EXISTS (SELECT 1 FROM lms_statement v "
    "WHERE v.voids = s.statement_id AND v.voids IS NOT NULL))"  # which its small index answers, whatever the plan
)
SALT = "lms.lrs.more"
Condition = tuple[str, list[Any]]


class BadQuery(ValueError):
    """A parameter that cannot be obeyed; the message names it."""


@dataclass(frozen=True)
class Page:
    """One page: the texts, joined by commas; when the newest was stored; the token of the next page (empty after the last);
    what was asked for."""

    text: str
    newest: datetime | None
    more: str
    asked: Mapping[str, str]


@dataclass
class Way:
    """One way to find something: a join, and a condition."""

    join: str = ""
    where: str = ""
    values: list[Any] = field(default_factory=list)


def check(query: Mapping[str, str]) -> None:
    """Raises BadQuery for what is unknown or contradictory."""
    for name, value in query.items():
        if name not in FILTERS and name not in SINGLE:
            raise BadQuery(f"{name[:80]} is not a parameter of statements.")
        if "\x00" in value:
            raise BadQuery(f"{name} holds a NUL character.")
        if name in FLAGS and value not in ("true", "false"):
            raise BadQuery(f"{name} must be true or false.")
    single = SINGLE & query.keys()
    if len(single) == 2 or (single and query.keys() - SINGLE - {"format", "attachments"}):
        raise BadQuery("A statement asked for by its id allows format and attachments only.")
    if query.get("format", "exact") not in FORMATS:
        raise BadQuery("format must be exact, ids or canonical.")


def one(query: Mapping[str, str], *, only: Credential | None) -> Statement | None:
    """The statement asked for by id: ``statementId`` finds what is not voided, ``voidedStatementId`` what is."""
    name = "statementId" if "statementId" in query else "voidedStatementId"
    found = mine(only).filter(statement_id=uuid_of(name, query[name]))
    voided = Exists(Statement.objects.filter(voids=OuterRef("statement_id")))
    if name == "statementId":
        return found.exclude(voided, voids=None).first()
    return found.filter(voided, voids=None).first()


def mine(only: Credential | None) -> QuerySet[Statement]:
    return Statement.objects.all() if only is None else Statement.objects.filter(credential=only)


def page(query: Mapping[str, str], *, only: Credential | None) -> Page:
    """The first page of what the filters ask for; of one credential's statements only, if one is given."""
    return _page(query, only, after=None)


def next_page(token: str, *, only: Credential | None) -> Page:
    """The page behind a ``more`` token. Raises BadQuery for one that is not from here."""
    try:
        asked, stored, pk = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise BadQuery("This address of a further page did not come from here.") from error
    return _page(asked, only, after=(datetime.fromisoformat(stored), pk))


def _page(asked: Mapping[str, str], only: Credential | None, *, after: tuple[datetime, int] | None) -> Page:
    ascending = asked.get("ascending") == "true"
    limit = _limit(asked.get("limit", "0"))
    sql, parameters = _sql(asked, only, after=after, ascending=ascending, most=limit + 1)
    read = _joined_there if connection.vendor == "postgresql" else _joined_here
    text, last, newest = read(sql, parameters, limit=limit)
    more = signing.dumps([dict(asked), last[1].isoformat(), last[0]], salt=SALT) if last else ""
    return Page(text, newest, more, asked)


Joined = tuple[str, tuple[int, datetime] | None, datetime | None]  # texts; last of the page where more follow; newest


def _joined_there(sql: str, parameters: list[Any], *, limit: int) -> Joined:
    """PostgreSQL joins a hundred texts in less time than it takes to hand them over one by one."""
    whole = (
        f"SELECT string_agg(raw, ',' ORDER BY n) FILTER (WHERE n <= {limit}), max(n), "  # noqa: S608
        f"max(id) FILTER (WHERE n = {limit}), max(stored) FILTER (WHERE n = {limit}), "
        f"max(stored) FILTER (WHERE n <= {limit}) FROM ({sql}) page"
    )
    ((text, count, pk, stored, newest),) = rows(whole, parameters)
    return text or "", (pk, stored) if count and count > limit else None, newest


def _joined_here(sql: str, parameters: list[Any], *, limit: int) -> Joined:
    found = [(pk, raw, _moment_of_database(stored)) for _, pk, raw, stored in rows(sql, parameters)]
    shown = found[:limit]
    last = (shown[-1][0], shown[-1][2]) if len(found) > limit else None
    return ",".join(raw for _, raw, _ in shown), last, max((stored for _, _, stored in shown), default=None)


def _sql(
    asked: Mapping[str, str],
    only: Credential | None,
    *,
    after: tuple[datetime, int] | None,
    ascending: bool,
    most: int,
) -> tuple[str, list[Any]]:
    wheres, values_ = _about_answer(asked, only, after, ascending)
    about, about_values = _about_subject(asked)
    ways = list(product(_agent_ways(asked), _activity_ways(asked)))
    echoes = (False, True) if about or len(ways) > 1 or ways[0][0].where or ways[0][1].where else (False,)
    order = f"ORDER BY s.stored {'ASC' if ascending else 'DESC'}, s.id {'ASC' if ascending else 'DESC'}"
    branches, parameters = [], []
    for echo, (agent, activity) in product(echoes, ways):
        x = "x" if echo else "s"
        source = (
            "lms_statement x JOIN lms_reference r ON r.target_id = x.id JOIN lms_statement s ON s.id = r.statement_id"
            if echo
            else "lms_statement s"
        )
        conditions = [*wheres, *about, agent.where, activity.where]
        where = " AND ".join(part.replace("x.", f"{x}.") for part in conditions if part)
        joins = f"{agent.join} {activity.join}".replace("x.", f"{x}.")
        once = "DISTINCT " if echo else ""  # a chain meets the filter at several links, and counts as one
        branches.append(f"SELECT {once}s.id, s.stored FROM {source} {joins} WHERE {where} {order} LIMIT {most}")  # noqa: S608
        parameters += [*values_, *about_values, *agent.values, *activity.values]
    numbered = f"SELECT row_number() OVER ({order}) AS n, s.id, s.raw, s.stored FROM"
    if len(branches) == 1:
        whole = branches[0].replace("SELECT s.id, s.stored", "SELECT s.id, s.stored, s.raw", 1)
        return f"{numbered} ({whole}) s ORDER BY n", parameters
    union = " UNION ".join(f"SELECT id, stored FROM ({branch}) b{n}" for n, branch in enumerate(branches))  # noqa: S608
    ids = f"SELECT id FROM ({union} {order.replace('s.', '')} LIMIT {most}) u"  # noqa: S608
    return f"{numbered} lms_statement s WHERE s.id IN ({ids}) ORDER BY n", parameters


def _about_answer(
    asked: Mapping[str, str], only: Credential | None, after: tuple[datetime, int] | None, ascending: bool
) -> tuple[list[str], list[Any]]:
    """What holds for the statement that is returned, whichever way it was found."""
    wheres, parameters = [NOT_VOIDED], []
    if only is not None:
        wheres.append("s.credential_id = %s")
        parameters.append(only.pk)
    for name, sign in (("since", ">"), ("until", "<=")):
        if name in asked:
            wheres.append(f"s.stored {sign} %s")
            parameters.append(_database_moment(moment_of(name, asked[name])))
    if after is not None:
        wheres.append(f"(s.stored, s.id) {'>' if ascending else '<'} (%s, %s)")
        parameters += [_database_moment(after[0]), after[1]]
    return wheres, parameters


def _about_subject(asked: Mapping[str, str]) -> tuple[list[str], list[Any]]:
    """What holds for the statement itself or for the one that it speaks of."""
    wheres, parameters = [], []
    if "verb" in asked:
        wheres.append("x.verb = %s")
        parameters.append(_database_key(verb_key(iri_of("verb", asked["verb"]))))
    if "registration" in asked:
        wheres.append("x.registration = %s")
        parameters.append(_database_key(uuid_of("registration", asked["registration"])))
    return wheres, parameters


def _agent_ways(asked: Mapping[str, str]) -> list[Way]:
    if "agent" not in asked:
        return [Way()]
    key = agent_of("agent", asked["agent"])
    related = asked.get("related_agents") == "true"
    ways = [Way("", "x.actor = %s", [_database_key(key)]), _mentioned("ma", key, direct=not related)]
    if related:
        vouched = vouched_by(key)
        if vouched.site:
            ways.append(Way("", "x.credential_id IS NULL"))
        if vouched.launched:
            ways.append(Way("JOIN lms_launch ml ON ml.credential_id = x.credential_id", ""))
        ways += [Way("", "x.credential_id = %s", [pk]) for pk in vouched.credentials]
    return ways


def _activity_ways(asked: Mapping[str, str]) -> list[Way]:
    if "activity" not in asked:
        return [Way()]
    key = activity_key(iri_of("activity", asked["activity"]))
    ways = [Way("", "x.activity = %s", [_database_key(key)])]
    if asked.get("related_activities") == "true":
        ways.append(_mentioned("mc", key, direct=False))
    return ways


def _mentioned(alias: str, key: UUID, *, direct: bool) -> Way:
    join = f"JOIN lms_mention {alias} ON {alias}.statement_id = x.id"
    return Way(join, f"{alias}.key = %s" + (f" AND {alias}.direct" if direct else ""), [_database_key(key)])


def agent_of(name: str, text: str) -> UUID:
    """A parameter as an agent's key. Raises BadQuery."""
    try:
        agent = decode(text.encode())
        actor(agent, name)
    except values.InvalidStatement as error:
        raise BadQuery(f"{name}: {error}") from error
    return agent_key(agent)


def iri_of(name: str, text: str) -> str:
    """A parameter as an IRI. Raises BadQuery."""
    _rule(values.iri, name, text)
    return text


def _rule(rule: values.Rule, name: str, text: str) -> None:
    try:
        rule(text, name)
    except values.InvalidStatement as error:
        raise BadQuery(str(error)) from error


def uuid_of(name: str, text: str) -> UUID:
    """A parameter as a UUID. Raises BadQuery."""
    _rule(values.uuid, name, text)
    return UUID(text)


def moment_of(name: str, text: str) -> datetime:
    """A parameter as a moment; a plus that came as a space is one. Raises BadQuery."""
    _rule(values.timestamp, name, text.replace(" ", "+"))
    return values.moment(text.replace(" ", "+"))


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuery("limit must be a whole number from 0.")
    return min(int(text) or conf.XAPI_PAGE_SIZE, conf.XAPI_PAGE_SIZE)


def _database_key(key: UUID) -> Any:
    return key if connection.features.has_native_uuid_field else key.hex


def _database_moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _moment_of_database(value: Any) -> datetime:
    return value if isinstance(value, datetime) else values.moment(value)

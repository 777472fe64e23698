"""Any few statements, any question: the record store finds what the naive way finds, page by page."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.conf import conf
from lms.lrs import authenticating
from lms.lrs.models import Statement
from tests.lms.lrs.client import VOIDED, Store, account, reference
from tests.lms.lrs.naive import Kept, find

IDS = [str(UUID(int=number, version=4)) for number in range(1, 9)]
ADA, BEN = account("ada"), {"mbox": "mailto:ben@example.org"}
PAIR = {"objectType": "Group", "member": [BEN, ADA]}
CREW = {"objectType": "Group", **account("crew"), "member": [ADA]}
AGENTS: list[Any] = [ADA, BEN, PAIR, CREW]
ACTIVITIES = ["https://example.org/a", "https://example.org/b"]
VERBS = ["https://example.org/did", "https://example.org/saw"]
REGISTRATIONS = [str(UUID(int=number, version=4)) for number in (101, 102)]

agents = st.sampled_from(AGENTS)
activities = st.sampled_from(ACTIVITIES).map(lambda iri: {"id": iri})
people = st.sampled_from([ADA, BEN])
verbs = st.sampled_from(VERBS).map(lambda iri: {"id": iri})
references = st.sampled_from(IDS).map(reference)
contexts = st.fixed_dictionaries({}, optional={
    "registration": st.sampled_from(REGISTRATIONS),
    "instructor": agents,
    "team": st.sampled_from([PAIR, CREW]),
    "contextActivities": st.dictionaries(st.sampled_from(["parent", "other"]), st.lists(activities, max_size=2)),
    "contextAgents": st.lists(people.map(lambda one: {"objectType": "contextAgent", "agent": one}), max_size=1),
    "contextGroups": st.just([{"objectType": "contextGroup", "group": CREW}]),
})  # fmt: skip


def said(objects: Any, verb: Any = verbs) -> Any:
    return st.fixed_dictionaries({"actor": agents, "verb": verb, "object": objects}, optional={"context": contexts})


as_objects = agents.map(lambda one: {"objectType": "Agent", **one})
within = said(activities | as_objects | references).map(lambda data: {"objectType": "SubStatement", **data})
plain = said(activities | as_objects | within)
referring = said(references)
voiding = said(references, st.just({"id": VOIDED}))
batches = st.lists(
    st.tuples(st.integers(0, 1), st.lists(plain | referring | referring | voiding, min_size=1, max_size=3)),
    min_size=1, max_size=5,
)  # fmt: skip
flag = st.sampled_from(["true", "false"])
questions = st.fixed_dictionaries({"limit": st.sampled_from(["1", "2", "3", "0"])}, optional={
    "agent": agents, "activity": st.sampled_from(ACTIVITIES), "verb": st.sampled_from([*VERBS, VOIDED]),
    "registration": st.sampled_from(REGISTRATIONS), "related_agents": flag, "related_activities": flag,
    "ascending": flag, "since": st.integers(0, 7), "until": st.integers(0, 7),
})  # fmt: skip


@pytest.fixture
def stores(db: None) -> Iterator[list[Store]]:
    yield [Store("all", version="2.0.0", authority=ADA), Store("all", version="2.0.0")]
    authenticating.forget()


def keep(stores: list[Store], told: Any, order: list[str]) -> list[Kept]:
    """Store the batches, each by one of the two; the naive way is told what is there, oldest first."""
    ids = iter(order)
    authorities = [ADA, {"account": {"homePage": conf.IRI_BASE, "name": stores[1].credential.key}}]
    vouched = {}
    for by, batch in told:
        named = [{**data, "id": identity} for data, identity in zip(batch, ids, strict=False)]
        if named:
            assert stores[by].post(named).status_code == 200
        vouched.update({data["id"]: (data, authorities[by]) for data in named})
    rows = Statement.objects.order_by("stored", "pk")
    return [Kept(*vouched[str(row.statement_id)], stored=row.data["stored"]) for row in rows]


@pytest.mark.parametrize("mine", [False, True])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=batches, order=st.permutations(IDS), asked=st.lists(questions, min_size=1, max_size=6))
def test_finding(stores: list[Store], mine: bool, told: Any, order: list[str], asked: list[dict[str, Any]]) -> None:
    reader = stores[1]
    with transaction.atomic():
        kept = keep(stores, told, order)
        if mine:
            type(reader.credential).objects.filter(pk=reader.credential.pk).update(scopes=["statements/read/mine"])
            authenticating.forget()
        own = {"account": {"homePage": conf.IRI_BASE, "name": reader.credential.key}} if mine else None
        for question in asked:
            moments = {name: kept[min(question[name], len(kept) - 1)].stored
                       for name in ("since", "until") if name in question}  # fmt: skip
            query = {**question, **moments}
            expected = find(kept, query, of=own)
            if "agent" in query:
                query["agent"] = json.dumps(query["agent"])
            pages = list(reader.pages(**query))
            assert list(itertools.chain(*pages)) == expected, question
            limit = int(query["limit"]) or 100
            assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
            assert pages[-1] or len(pages) == 1
        transaction.set_rollback(True)
    authenticating.forget()

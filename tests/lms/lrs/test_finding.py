"""GET statements over HTTP, by clause of xAPI 1.0.3 part three, 2.1.3: who and what is found, and through what."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from tests.lms.lrs.client import ACTIVITY, VOIDED, Store, account, reference, statement, voiding

ADA, BEN = account("ada"), account("ben")
GROUP = {"objectType": "Group", "member": [ADA, BEN]}
CREW = {"objectType": "Group", **account("crew"), "member": [ADA]}
PLACE = {"id": "https://example.org/place"}


@pytest.fixture
def store(db: None) -> Store:
    return Store("all")


def sent(store: Store, **changes: Any) -> str:
    """Stores one and returns its id."""
    (identity,) = store.post(statement(**changes)).json()
    return str(identity)


def by(agent: Any, **more: str) -> dict[str, str]:
    return {"agent": json.dumps(agent), **more}


def substatement(**changes: Any) -> dict[str, Any]:
    made = statement(id=None, result=None, **{"context": None, **changes})
    return {"objectType": "SubStatement", **made}


@pytest.mark.parametrize("group", [GROUP, CREW])
@pytest.mark.parametrize("part", ["actor", "object"])
def test_2_1_3_agent_finds_groups_and_their_members_as_actor_and_as_object(
    store: Store, part: str, group: dict[str, Any]
) -> None:
    named = sent(store, **{part: group, "context": None})
    alone = sent(store, **{part: {"objectType": "Agent", **ADA}, "context": None})
    sent(store, actor=account("other"))
    assert store.ids(**by(ADA)) == [alone, named]
    assert store.ids(**by(group)) == [named]
    assert store.ids(**by({"name": "whoever", **ADA})) == [alone, named]
    turned = {**group, "member": group["member"][::-1]}
    assert store.ids(**by(turned)) == [named]


@pytest.mark.parametrize(
    "context",
    [{"instructor": ADA}, {"instructor": GROUP}, {"team": GROUP}, {"team": CREW},
     {"contextAgents": [{"objectType": "contextAgent", "agent": ADA}]},
     {"contextGroups": [{"objectType": "contextGroup", "group": CREW}]}],
)  # fmt: skip
@pytest.mark.parametrize("within", [False, True])
def test_2_1_3_related_agents_finds_the_parties_of_the_context(
    db: None, context: dict[str, Any], within: bool
) -> None:
    store = Store("all", version="2.0.0")
    found = sent(
        store, **({"object": substatement(context=context), "context": None} if within else {"context": context})
    )
    assert store.ids(**by(ADA)) == []
    assert store.ids(**by(ADA, related_agents="false")) == []
    assert store.ids(**by(ADA, related_agents="true")) == [found]


def test_2_1_3_related_agents_finds_the_actor_and_the_object_of_a_substatement(store: Store) -> None:
    found = [sent(store, object=substatement(actor=ADA), context=None),
             sent(store, object=substatement(object={"objectType": "Agent", **ADA}), context=None)]  # fmt: skip
    assert store.ids(**by(ADA)) == []
    assert store.ids(**by(ADA, related_agents="true")) == found[::-1]


def test_2_1_3_related_agents_finds_the_authority(db: None) -> None:
    own, vouched = Store("all"), Store("all", authority={"objectType": "Agent", **ADA})
    first, second = sent(own), sent(vouched)
    told = own.get(statementId=first).json()["authority"]
    assert own.ids(**by(told)) == []
    assert own.ids(**by(told, related_agents="true")) == [first]
    assert own.ids(**by(ADA, related_agents="true")) == [second]


@pytest.mark.parametrize("kind", ["parent", "grouping", "category", "other"])
@pytest.mark.parametrize("within", [False, True])
def test_2_1_3_related_activities_finds_the_context(store: Store, kind: str, within: bool) -> None:
    context = {"contextActivities": {kind: [PLACE, {"id": "https://example.org/another"}]}}
    found = sent(
        store, **({"object": substatement(context=context), "context": None} if within else {"context": context})
    )
    assert store.ids(activity=PLACE["id"]) == []
    assert store.ids(activity=PLACE["id"], related_activities="true") == [found]


def test_2_1_3_related_activities_finds_the_object_of_a_substatement(store: Store) -> None:
    found = sent(store, object=substatement(object=PLACE), context=None)
    assert store.ids(activity=PLACE["id"]) == []
    assert store.ids(activity=PLACE["id"], related_activities="true") == [found]


def chain(store: Store, *, backwards: bool, length: int = 4) -> list[str]:
    """The first says something of a place, each further one speaks of the one before it."""
    links = [statement(actor=ADA, object=PLACE, verb={"id": "https://example.org/began"})]
    for number in range(length - 1):
        links.append(statement(actor=account(str(number)), object=reference(links[-1]["id"]), context=None))
    for link in links[::-1] if backwards else links:
        assert store.post(link).status_code == 200
    return [str(link["id"]) for link in links]


@pytest.mark.parametrize("backwards", [False, True])
def test_2_1_3_what_speaks_of_a_statement_is_found_like_it_whichever_came_first(store: Store, backwards: bool) -> None:
    links = chain(store, backwards=backwards)
    for query in (by(ADA), {"activity": PLACE["id"]}, {"verb": "https://example.org/began"},
                  by(ADA, activity=PLACE["id"]), by(ADA, related_agents="true"),
                  {"registration": statement()["context"]["registration"]}):  # fmt: skip
        assert sorted(store.ids(**query)) == sorted(links), query
    assert sorted(store.ids(**by(account("0")))) == sorted(links[1:])
    assert store.ids(**by(account("2"))) == [links[3]]


def test_2_1_3_two_conditions_hold_for_one_and_the_same_statement(store: Store) -> None:
    links = chain(store, backwards=False, length=2)
    assert store.ids(**by(account("0"), activity=PLACE["id"])) == []
    assert store.ids(**by(account("0"))) == [links[1]]


def test_2_1_3_statements_that_speak_of_each_other_are_found_once(store: Store) -> None:
    one, two = statement(actor=ADA, context=None), statement(actor=BEN, context=None)
    one["object"], two["object"] = reference(two["id"]), reference(one["id"])
    mirror = statement(actor=ADA, context=None)
    mirror["object"] = reference(mirror["id"])
    store.post([one, two, mirror])
    assert store.ids(**by(BEN)) == [two["id"], one["id"]]
    assert store.ids(**by(ADA)) == [mirror["id"], two["id"], one["id"]]


def test_2_1_3_since_and_until_hold_for_what_is_given_back_and_not_for_its_target(store: Store) -> None:
    links = chain(store, backwards=False, length=3)
    stored = [store.get(statementId=link).json()["stored"] for link in links]
    assert store.ids(**by(ADA, since=stored[0])) == links[:0:-1]
    assert store.ids(**by(ADA, since=stored[1])) == [links[2]]
    assert store.ids(**by(ADA, until=stored[1])) == links[1::-1]
    assert store.ids(**by(ADA, since=stored[0], until=stored[1])) == [links[1]]
    assert store.ids(**by(account("0"), until=stored[0])) == []


def test_2_1_4_a_voiding_statement_is_found_like_what_it_voids(store: Store) -> None:
    gone = sent(store, actor=ADA, object=PLACE)
    void = voiding(gone, actor=BEN)
    store.post(void)
    for query in (by(ADA), {"activity": PLACE["id"]}, {"verb": VOIDED}, by(BEN), {}):
        assert store.ids(**query) == [void["id"]], query
    about = sent(store, object=reference(gone), context=None)
    assert store.ids(**by(ADA)) == [about, void["id"]]


def test_2_3_2_a_voided_voiding_statement_stays(store: Store) -> None:
    gone = sent(store, actor=ADA)
    void = voiding(gone)
    again = voiding(void["id"])
    store.post(void)
    store.post(again)
    assert store.ids() == [again["id"], void["id"]]
    assert store.get(statementId=void["id"]).status_code == 200
    assert store.get(voidedStatementId=void["id"]).status_code == 404
    assert store.get(voidedStatementId=gone).status_code == 200


def test_2_3_2_what_is_voided_before_it_comes_is_voided(store: Store) -> None:
    late = statement()
    store.post(voiding(late["id"]))
    store.post(late)
    assert late["id"] not in store.ids()
    assert store.get(statementId=late["id"]).status_code == 404
    assert store.get(voidedStatementId=late["id"]).status_code == 200


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_2_1_3_pages_hold_each_statement_once_while_others_arrive(store: Store, ascending: str) -> None:
    ids = [link for _ in range(3) for link in chain(store, backwards=True)]
    expected = [found["id"] for found in store.get(**by(ADA, ascending=ascending)).json()["statements"]]
    assert sorted(expected) == sorted(ids)
    seen = []
    for number, page in enumerate(store.pages(**by(ADA, ascending=ascending, limit="2"))):
        seen.append(page)
        if number < 3:
            sent(store, actor=account("somebody else"))
    assert list(itertools.chain(*seen)) == expected
    assert {len(page) for page in seen} == {2}


def test_6_4_own_statements_only_through_references_and_pages_too(db: None) -> None:
    mine, theirs = Store("statements/write", "statements/read/mine"), Store("all")
    foreign = sent(theirs, actor=ADA, object=PLACE)
    own = [sent(mine, object=reference(foreign), context=None) for _ in range(3)]
    sent(theirs, object=reference(own[0]), context=None)
    assert list(itertools.chain(*mine.pages(**by(ADA, limit="1")))) == own[::-1]
    assert mine.ids() == own[::-1]
    assert mine.get(statementId=foreign).status_code == 404
    assert len(theirs.ids(**by(ADA))) == 5
    more = theirs.get(limit="1").json()["more"]  # a token gives no rights: each page asks the credential anew
    assert [found["id"] for found in mine.client.get(more).json()["statements"]] == [own[2]]


def test_2_1_3_a_page_is_no_longer_than_the_store_allows(store: Store, settings: Any) -> None:
    settings.LMS_XAPI_PAGE_SIZE = 2
    ids = [sent(store) for _ in range(5)]
    for limit in ("0", "2", "1000"):
        assert [len(page) for page in store.pages(limit=limit)] == [2, 2, 1]
    assert store.ids(limit="1") == [ids[-1]]
    assert store.ids(activity=ACTIVITY, limit="1") == [ids[-1]]

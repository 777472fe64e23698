"""What the store knows, over HTTP: /activities, /agents, formats, languages (xAPI 1.0.3 part three, 2.1.3, 2.4, 2.5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lms.lrs.client import ACTIVITY, Store, account, reference, statement

WRITE = ("statements/write", "statements/read")
MAP = {"en": "Fire", "fr": "Feu", "de-CH": "Feuer", "pt-BR": "Fogo"}


@pytest.fixture
def store(db: None) -> Store:
    return Store(*WRITE, "define")


def tell(store: Store, definition: Any, **changes: Any) -> None:
    about = {"id": ACTIVITY, "definition": definition}
    assert store.post(statement(object=about, **changes)).status_code == 200


def known(store: Store, iri: str = ACTIVITY) -> Any:
    answer = store.call("GET", "activities", {"activityId": iri})
    assert answer.status_code == 200
    return answer.json()


def test_2_5_an_activity_of_which_nothing_is_known_has_its_id(store: Store) -> None:
    assert known(store) == {"objectType": "Activity", "id": ACTIVITY}
    assert store.call("GET", "activities").status_code == 400
    assert store.call("GET", "activities", {"activityId": "no iri"}).status_code == 400


def test_2_5_languages_and_extensions_are_added_the_rest_is_replaced(store: Store) -> None:
    tell(store, {"name": {"en": "Fire"}, "type": "https://example.org/course", "extensions": {"https://a.b/1": 1}})
    tell(store, {"name": {"fr": "Feu"}, "description": {"en": "Drill"}, "extensions": {"https://a.b/2": None}})
    tell(store, {"name": {"en": "Blaze"}, "type": "https://example.org/lesson"})
    store.post(statement(object={"id": ACTIVITY}))
    assert known(store)["definition"] == {
        "name": {"en": "Blaze", "fr": "Feu"}, "description": {"en": "Drill"}, "type": "https://example.org/lesson",
        "extensions": {"https://a.b/1": 1, "https://a.b/2": None},
    }  # fmt: skip


def test_2_5_what_context_and_substatement_say_of_activities_is_known_too(store: Store) -> None:
    def named(letter: str) -> dict[str, Any]:
        return {"id": f"https://example.org/{letter}", "definition": {"name": {"en": letter}}}

    inner = statement(id=None, result=None, object=named("x"), context={"contextActivities": {"other": [named("y")]}})
    context = {"contextActivities": {"parent": named("z")}}
    store.post(statement(object={"objectType": "SubStatement", **inner}, context=context))
    for letter in "xyz":
        assert known(store, f"https://example.org/{letter}")["definition"] == {"name": {"en": letter}}


def test_6_4_without_the_scope_define_nothing_becomes_known(store: Store) -> None:
    tell(store, {"name": {"en": "Fire"}})
    writer = Store(*WRITE)
    tell(writer, {"name": {"en": "Mine now", "fr": "Feu"}})
    assert known(store)["definition"] == {"name": {"en": "Fire"}}
    told = writer.get(limit="1").json()["statements"][0]
    assert told["object"]["definition"]["name"]["en"] == "Mine now"  # the statement itself stays what it is
    canonical = writer.get(limit="1", format="canonical").json()["statements"][0]
    assert canonical["object"]["definition"]["name"] == {"en": "Fire"}


def test_a_batch_tells_its_statements_in_their_order(store: Store) -> None:
    store.post([statement(object={"id": ACTIVITY, "definition": {"name": {"en": name}}}) for name in ("one", "two")])
    assert known(store)["definition"]["name"] == {"en": "two"}


@pytest.mark.parametrize(
    "definition",
    [{"name": {"en": "a\0b"}}, {"description": {"en": "\0"}}, {"extensions": {"https://a.b/c": {"\0": ["\0"]}}},
     {"extensions": {"https://a.b/c": 10**400}}, {"extensions": {"https://a.b/c": "\U0001f600 \u2028"}}],
)  # fmt: skip
def test_what_a_database_could_not_hold_is_no_error_of_ours(store: Store, definition: Any) -> None:
    """A NUL is good JSON, and stays in the statement; PostgreSQL holds it neither as text nor as JSON."""
    sent = statement(actor=account("ada", name="A\0da"), object={"id": ACTIVITY, "definition": definition})
    assert store.post(sent).status_code == 200
    assert store.get(statementId=sent["id"]).json()["object"]["definition"] == definition
    assert known(store)["definition"].keys() == definition.keys()
    for form in ("ids", "canonical"):
        assert store.get(statementId=sent["id"], format=form).status_code == 200


def test_2_4_a_person_has_all_names_under_which_it_was_mentioned(store: Store) -> None:
    for name in ("Ada", "A. L.", "Ada"):
        store.post(statement(actor=account("ada", name=name)))
    store.post(statement(context={"instructor": account("ada", name="Countess")}))
    store.post(statement(actor={"objectType": "Group", "member": [account("ada", name="Member")]}))
    store.post(statement(actor=account("ben", name="Ben")))

    def person(**more: Any) -> Any:
        return store.call("GET", "agents", {"agent": json.dumps(account("ada", **more))}).json()

    names = ["Ada", "A. L.", "Countess", "Member"]
    expected = {"objectType": "Person", "name": names, "account": [account("ada")["account"]]}
    assert person() == expected
    assert person(name="Asked") == {**expected, "name": [*names, "Asked"]}


def test_2_4_a_person_of_whom_nothing_is_known_has_its_identifier(store: Store) -> None:
    for agent in ({"mbox": "mailto:a@example.org"}, {"openid": "https://example.org/a"}, {"mbox_sha1sum": "a" * 40}):
        ((name, value),) = agent.items()
        answer = store.call("GET", "agents", {"agent": json.dumps(agent)})
        assert answer.json() == {"objectType": "Person", name: [value]}
    for wrong in ("{", "{}", '"x"', '{"mbox": "x"}', "null"):
        assert store.call("GET", "agents", {"agent": wrong}).status_code == 400
    assert store.call("GET", "agents").status_code == 400


def test_2_1_3_ids_names_and_no_more(store: Store) -> None:
    """Groups with an identifier lose their members, those without are their members."""
    anonymous = {"objectType": "Group", "name": "Us", "member": [account("ada", name="Ada", objectType="Agent")]}
    team = {"objectType": "Group", **account("crew", name="Crew"), "member": [account("ada", name="Ada")]}
    definition = {"name": {"en": "Fire"}}
    parents = {"parent": [{"objectType": "Activity", "id": ACTIVITY, "definition": definition}]}
    context = {"instructor": account("ben", name="Ben"), "team": team, "contextActivities": parents}
    sent = statement(actor=anonymous, object={"id": ACTIVITY, "definition": definition}, context=context)
    store.post(sent)
    told = store.get(statementId=sent["id"], format="ids").json()
    assert told["actor"] == {"objectType": "Group", "member": [{**account("ada"), "objectType": "Agent"}]}
    assert (told["verb"], told["object"]) == ({"id": sent["verb"]["id"]}, {"id": ACTIVITY})
    assert told["context"]["instructor"] == account("ben")
    assert told["context"]["team"] == {"objectType": "Group", **account("crew")}
    assert told["context"]["contextActivities"] == {"parent": [{"id": ACTIVITY}]}
    assert (told["result"], told["timestamp"]) == (sent["result"], sent["timestamp"])


def test_2_1_3_ids_and_canonical_keep_what_the_object_is(store: Store) -> None:
    inner = {"objectType": "SubStatement", **statement(id=None, result=None, context=None)}
    for about in (reference(statement()["id"]), inner, {"objectType": "Agent", **account("ben", name="Ben")}):
        sent = statement(object=about, context=None)
        store.post(sent)
        for form in ("ids", "canonical"):
            told = store.get(statementId=sent["id"], format=form).json()["object"]
            assert told["objectType"] == about["objectType"]
            assert ("name" in told, "display" in told.get("verb", {})) == (
                (form, about["objectType"]) == ("canonical", "Agent"),
                (form, about["objectType"]) == ("canonical", "SubStatement"),
            )


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fr", "fr"), ("fr-CA", "fr"), ("de", "de-CH"), ("DE-ch", "de-CH"), ("pt", "pt-BR"), ("es, fr;q=0.5", "fr"),
     ("en;q=0.2, fr;q=0.9", "fr"), ("en; q=0.2, fr; q=0.9", "fr"), ("en ;q=0.2,fr", "fr"), ("es", "en"), ("*", "en"),
     ("", "en"), ("es;q=nonsense, fr", "fr"), (";;,,q=", "en"), ("en;q=0, fr;q=0.1", "fr"), ("fr;Q=0.3, en;q=0.2", "fr")],
)  # fmt: skip
def test_2_1_3_canonical_speaks_the_language_that_the_reader_prefers(
    store: Store, accepted: str, language: str
) -> None:
    choices = [{"id": "a", "description": MAP}, {"id": "b"}]
    tell(store, {"name": MAP, "description": MAP, "interactionType": "choice", "choices": choices})
    said = {"id": "https://example.org/did", "display": {"en": "did", "fr": "fait"}}
    sent = statement(object={"id": ACTIVITY}, verb=said)
    store.post(sent)
    answer = store.call("GET", "statements", {"limit": "1", "format": "canonical"}, accept_language=accepted)
    (told,) = answer.json()["statements"]
    one = {language: MAP[language]}
    assert told["object"]["definition"]["name"] == told["object"]["definition"]["description"] == one
    assert told["object"]["definition"]["choices"] == [{"id": "a", "description": one}, {"id": "b"}]
    assert len(told["verb"]["display"]) == 1
    exact = store.call("GET", "statements", {"limit": "1"}, accept_language=accepted).json()["statements"][0]
    assert (exact["object"], exact["verb"]) == ({"id": ACTIVITY}, said)

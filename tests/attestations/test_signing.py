"""Signing: what a signature holds, what it causes, and what it refuses."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from attestations.models import Attestation, AttestationText, Signature
from attestations.publishing import TextDiffers, issue_text
from attestations.signing import CannotSign, sign
from courses.models import Certificate
from lms.lrs import vocabulary as v
from lms.lrs.keys import verb_key
from lms.lrs.models import Statement
from lms.requirements.models import Assignment
from tests.at_once import at_once
from tests.cast import PASSWORD, Cast, make_course, make_requirement, verbs_said
from tests.lms.requirements.test_completing import say

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def owed(cast: Cast) -> Assignment:
    make_requirement("sea", make_course("sea").activity)
    cast.assign()
    return cast.assignment(cast.bruno, "sea")


def pass_content(owed: Assignment) -> None:
    content = f"{owed.requirement.accepted.get().activity.iri}/content"
    say(owed.person, v.COMPLETED, content, owed.registration, completion=True)
    say(owed.person, v.PASSED, content, owed.registration, success=True)


def sign_it(owed: Assignment, **changes: Any) -> Signature:
    values = {"person": owed.person, "text": AttestationText.objects.first(), "registration": owed.registration,
              "ticked": {0, 1}, "method": "password", "shown_at": NOW - timedelta(minutes=7),
              "reauthenticated_at": NOW, "now": NOW}  # fmt: skip
    return sign(**{**values, **changes})


def test_signing_completes_the_course_and_gives_a_certificate(owed: Assignment) -> None:
    pass_content(owed)
    signature = sign_it(owed)
    owed.refresh_from_db()
    assert owed.completion is not None
    verbs = verbs_said(registration=owed.registration)
    assert verbs[2:] == ["launched", "initialized", "agree", "completed", "satisfied", "terminated"]
    certificate = Certificate.objects.get(completion=owed.completion)
    assert (certificate.holder, len(certificate.code)) == ("Bruno Late", 26)
    assert (signature.printed_name, signature.meaning, signature.method) == ("Bruno Late", "undertaking", "password")
    assert signature.utc_offset == "+0000"


def test_the_session_of_a_signature_lasts_from_the_text_to_the_signature(owed: Assignment) -> None:
    """Told once, in one session, and with the time that the reading took (cmi5 9.5.4)."""
    pass_content(owed)
    sign_it(owed)
    sign_it(owed, shown_at=NOW - timedelta(days=1))
    told = [json.loads(raw) for raw in Statement.objects.order_by("pk").values_list("raw", flat=True)][2:]
    session = [item for item in told if not item["verb"]["id"].endswith("satisfied")]
    by_verb = {item["verb"]["id"].rsplit("/", 1)[1]: item for item in session}
    assert len(by_verb) == len(session) == 5
    assert len({item["context"]["extensions"][v.SESSION_ID] for item in session}) == 1
    for verb in ("completed", "terminated"):
        assert by_verb[verb]["result"]["duration"] == "PT07M00S"
        assert by_verb[verb]["timestamp"].startswith("2026-11-23T12:00:00")
    for verb in ("launched", "initialized"):
        assert by_verb[verb]["timestamp"].startswith("2026-11-23T11:53:00")
        assert "result" not in by_verb[verb]


def test_the_page_knows_when_it_showed_the_text(owed: Assignment, client: Client) -> None:
    pass_content(owed)
    assert owed.person.user is not None
    client.force_login(owed.person.user)
    text = AttestationText.objects.get()
    address = f"/learning/sign/{owed.registration}/{text.attestation.activity_id}/"
    with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False) as clock:
        client.force_login(owed.person.user)
        client.get(address)
        clock.shift(timedelta(minutes=4))
        form = {"text": text.pk, "tick": ["0", "1"]}
        client.post(address, form)
        clock.shift(timedelta(minutes=1))
        client.post(address, {**form, "password": PASSWORD})
    assert Signature.objects.exists()
    done = Statement.objects.filter(verb=verb_key(v.TERMINATED)).get()
    assert json.loads(done.raw)["result"]["duration"] == "PT05M00S"


def test_the_statement_names_the_text_by_its_hash_and_nobody_by_name(owed: Assignment) -> None:
    pass_content(owed)
    signature = sign_it(owed)
    told = json.loads(Statement.objects.get(verb=verb_key(v.AGREE)).raw)
    assert signature.text_sha256 in json.dumps(told["context"]["extensions"])
    everything = " ".join(Statement.objects.values_list("raw", flat=True))
    for secret in ("Bruno", "P00002", 'example.org"', owed.person.email):
        assert secret not in everything
    assert told["actor"]["account"]["name"] == str(owed.person.uuid)


@pytest.mark.parametrize("ticked", [set(), {0}, {1}, {0, 1, 2}])
def test_every_box_and_no_other_must_be_ticked(owed: Assignment, ticked: set[int]) -> None:
    pass_content(owed)
    with pytest.raises(CannotSign, match="unticked"):
        sign_it(owed, ticked=ticked)
    assert not Signature.objects.exists()


@pytest.mark.parametrize("tick", ["9" * 5000, "²", "-1", "2"])
def test_a_tick_that_is_none_of_the_boxes_counts_for_nothing(owed: Assignment, client: Client, tick: str) -> None:
    pass_content(owed)
    client.force_login(owed.person.user)  # type: ignore[arg-type]
    text = AttestationText.objects.get()
    address = f"/learning/sign/{owed.registration}/{text.attestation.activity.pk}/"
    assert client.post(address, {"text": text.pk, "tick": ["0", tick]}).status_code == 422
    assert client.post(address, {"text": text.pk, "tick": ["0", "1"]}).status_code == 200


def test_nobody_signs_before_the_check_is_passed(owed: Assignment) -> None:
    with pytest.raises(CannotSign, match="early"):
        sign_it(owed)


def test_an_old_wording_cannot_be_signed_any_more(owed: Assignment) -> None:
    pass_content(owed)
    old = AttestationText.objects.get()
    issue_text(
        attestation=old.attestation, version="2", language="en", title="New", body="<p>New.</p>", ticks=["I will."],
        effective_from=date(2026, 2, 1),
    )  # fmt: skip
    with pytest.raises(CannotSign, match="text"):
        sign_it(owed, text=old)


def test_signing_twice_is_signing_once(owed: Assignment) -> None:
    pass_content(owed)
    assert sign_it(owed) == sign_it(owed)
    assert Signature.objects.count() == 1


def test_a_version_is_issued_once_and_never_with_other_words(owed: Assignment) -> None:
    attestation = Attestation.objects.get()
    same = {"attestation": attestation, "version": "1", "language": "en", "title": "The undertaking",
            "ticks": ["I have read it.", "I will keep to it."]}  # fmt: skip
    issue_text(**same, body="<p>I will.</p>")
    with pytest.raises(TextDiffers):
        issue_text(**same, body="<p>I will not.</p>")
    assert AttestationText.objects.count() == 1


def test_what_is_hashed_is_what_is_shown(owed: Assignment) -> None:
    text = issue_text(
        attestation=Attestation.objects.get(), version="3", language="en", title="T",
        body='<p onclick="x()">Words<script>alert(1)</script></p>', ticks=["I will."],
    )  # fmt: skip
    assert text.body == "<p>Words</p>"
    assert text.digest() == text.sha256


@pytest.mark.parametrize("table", ["lms_attestations_signature", "lms_attestations_attestationtext",
                                   "lms_courses_certificate", "lms_completion", "lms_statement"])  # fmt: skip
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_facts(owed: Assignment, table: str, change: str) -> None:
    pass_content(owed)
    sign_it(owed)
    with pytest.raises(DatabaseError, match="appended, never changed"), transaction.atomic(), connection.cursor() as c:
        c.execute(change.format(table))


@pytest.mark.django_db(transaction=True)
def test_a_double_click_from_two_threads_gives_one_signature(owed: Assignment) -> None:
    pass_content(owed)
    results = at_once(*[lambda: sign_it(owed).pk] * 4)
    assert len(set(results)) == 1
    assert len(results) == 4
    assert Signature.objects.count() == 1
    assert Statement.objects.filter(verb=verb_key(v.SATISFIED)).count() == 1

"""Checking proofs: who may, what is refused, what counts from which day, and what stays on record."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from courses.conf import conf
from courses.models import Certificate, ExternalPage, Proof, ProofDecision, ProofFile
from courses.players.external import deciding, storing_files
from courses.players.external.deciding import CannotDecide
from courses.players.external.examining import examine
from courses.players.external.forgetting import forget_old_files
from courses.players.external.handing_in import CannotHandIn
from lms.lrs.models import Statement
from lms.people.models import Category, OfficeAccess, Person
from lms.requirements.merging import merge
from lms.requirements.models import Completion
from tests.cast import Cast, as_, body, make_person, make_requirement, verbs_said
from tests.courses.external import DONE_ON, NOW, give_rights, hand, make_external, pdf, picture, standing_clock
from tests.lms.compliance.auditing.packs import place_of, read, take, unpack, verify

__all__ = ["standing_clock"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def page(cast: Cast) -> ExternalPage:
    give_rights(cast)
    page: ExternalPage = make_external()
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(NOW.date())
    return page


@pytest.fixture
def proof(page: ExternalPage, cast: Cast) -> Proof:
    return hand(page, cast.bruno)


def accept(proof: Proof, by: Person, **more: Any) -> Completion:
    return deciding.accept(proof=proof, by=by, **{"ticked": True, "seen": proof.evidence(), **more})


def cannot(act: Any, proof: Proof, by: Person, **more: Any) -> str:
    with pytest.raises(CannotDecide) as problem:
        act(proof=proof, by=by, **{"ticked": True, "seen": proof.evidence(), **more})
    proof.refresh_from_db()
    return problem.value.reason


def decide(client: Client, proof: Proof, act: str, **more: Any) -> Any:
    values = {act: "1", "sure": "on", "seen": proof.evidence(), "reason": "", **more}
    return client.post(f"/admin/proofs/{proof.key}/", values, follow=True)


def test_an_accepted_proof_counts_from_the_day_on_it(proof: Proof, cast: Cast) -> None:
    shown = body(decide(as_(cast.dora), proof, "accept"))
    assert "The decision is recorded." in shown
    owed = cast.assignment(cast.bruno, "bsafe")
    assert (owed.proven_on, owed.valid_until) == (DONE_ON, date(2028, 11, 11))
    assert verbs_said() == ["waived", "satisfied"]
    decision = ProofDecision.objects.get()
    said = Statement.objects.order_by("pk").first()
    assert said is not None
    assert decision.evidence in json.dumps(said.data)
    assert "Bruno" not in json.dumps(said.data)
    assert decision.declaration.startswith("I compared this certificate with the course requirement")
    assert not Certificate.objects.exists()
    assert "Your proof is accepted. It counts from 12 November 2026" in body(
        as_(cast.bruno).get(f"/learning/proof/{proof.key}/")
    )
    call_command("verify_ledger", stdout=StringIO())


def test_the_auditor_reads_what_was_decided(proof: Proof, cast: Cast, tmp_path: Path) -> None:
    accept(proof, cast.dora)
    take(tmp_path / "pack.zip", size=10)
    folder = unpack(tmp_path / "pack.zip")
    status, told = verify(folder)
    assert status == 0, told
    (decided,) = read(folder, place_of(folder, "P00002"))["proofs"]
    assert (decided["outcome"], decided["decided_by"]) == ("accepted", str(cast.dora.uuid))
    assert "Dora" not in json.dumps(decided)


def test_a_declaration_is_on_record_and_completes_nothing(page: ExternalPage, cast: Cast) -> None:
    declared = hand(page, cast.bruno, way="declaration")
    assert accept(declared, cast.dora).source == Completion.Source.DECLARED
    assert cast.assignment(cast.bruno, "bsafe").completion is None
    bruno = as_(cast.bruno)
    shown = body(bruno.get(f"/learning/proof/{declared.key}/"))
    assert "It counts once your proof is handed in and checked." in shown
    assert "Hand in a certificate as a file" in shown
    assert "Next: It is declared: hand in your proof" in body(bruno.get("/learning/"))
    assert accept(hand(page, cast.bruno), cast.dora).source != Completion.Source.DECLARED
    assert cast.assignment(cast.bruno, "bsafe").proven_on == DONE_ON


def test_a_refusal_is_read_in_the_persons_language_and_another_can_come(proof: Proof, page: Any, cast: Cast) -> None:
    decide(as_(cast.dora), proof, "reject", reason="other_name")
    proof.refresh_from_db()
    assert proof.state == "rejected"
    bruno = as_(cast.bruno)
    shown = body(bruno.get(f"/learning/proof/{proof.key}/"))
    assert "It bears another name." in shown
    assert "Dora" not in shown
    assert "Next: Your proof was not accepted: see why" in body(bruno.get("/learning/"))
    hand(page, cast.bruno)
    assert Proof.objects.count() == 2


def test_another_file_comes_to_the_same_proof(proof: Proof, page: ExternalPage, cast: Cast) -> None:
    decide(as_(cast.dora), proof, "another", reason="not_legible")
    bruno = as_(cast.bruno)
    assert "Next: Another file is needed" in body(bruno.get("/learning/"))
    shown = body(bruno.get(f"/learning/proof/new/{page.pk}/file/"))
    assert 'value="2026-11-12"' in shown
    again = hand(page, cast.bruno, picture(), on=date(2026, 11, 11))
    assert (again.pk, again.files.count()) == (proof.pk, 2)
    accept(again, cast.dora)
    assert [row.outcome for row in ProofDecision.objects.order_by("number")] == ["more_needed", "accepted"]
    assert cast.assignment(cast.bruno, "bsafe").proven_on == date(2026, 11, 11)
    call_command("verify_ledger", stdout=StringIO())


def test_whoever_looked_at_what_was_there_before_decides_nothing(proof: Proof, page: Any, cast: Cast) -> None:
    seen = proof.evidence()
    decide(as_(cast.dora), proof, "another", reason="not_legible")
    hand(page, cast.bruno, picture())
    assert "Something else was handed in meanwhile." in body(decide(as_(cast.dora), proof, "accept", seen=seen))
    proof.refresh_from_db()
    assert proof.state == "waiting"


def test_what_is_missing_is_said_beside_the_field(proof: Proof, cast: Cast) -> None:
    dora = as_(cast.dora)
    assert "Tick the declaration" in body(decide(dora, proof, "accept", sure=""))
    assert "Choose a reason" in body(decide(dora, proof, "reject"))
    assert "valid choice" in body(decide(dora, proof, "reject", reason="he is a liar"))
    assert not ProofDecision.objects.exists()


def test_nothing_is_decided_twice(proof: Proof, cast: Cast) -> None:
    accept(proof, cast.dora)
    assert cannot(deciding.accept, proof, cast.dora) == "decided"
    assert cannot(deciding.reject, proof, cast.dora, reason="duplicate") == "decided"
    assert (Completion.objects.count(), ProofDecision.objects.count()) == (2, 1)


def test_nobody_decides_on_their_own(page: ExternalPage, cast: Cast) -> None:
    own = hand(page, cast.dora)
    assert as_(cast.dora).get(f"/admin/proofs/{own.key}/").status_code == 404
    for act in (deciding.accept, deciding.reject, deciding.ask_for_another):
        more = {} if act is deciding.accept else {"reason": "duplicate"}
        assert cannot(act, own, cast.dora, **more) == "own"
    handed = hand(page, cast.bruno, by=cast.dora)
    assert cannot(deciding.accept, handed, cast.dora) == "own"
    assert "Somebody else has to decide on this proof." in body(as_(cast.dora).get(f"/admin/proofs/{handed.key}/"))


def test_nor_on_that_of_a_record_that_turns_out_to_be_theirs(page: ExternalPage, cast: Cast) -> None:
    early = make_person("OLD1", cast.headquarters, name="Dora H.")
    proof = hand(page, early)
    merge(kept=cast.dora, merged=early)
    proof.refresh_from_db()
    assert cannot(deciding.accept, proof, Person.objects.get(pk=cast.dora.pk)) == "own"


def test_what_was_handed_in_under_an_earlier_record_counts_for_the_person(page: ExternalPage, cast: Cast) -> None:
    early = make_person("OLD1", cast.country, name="Bruno L.", category=Category.PARTNER)
    proof = hand(page, early)
    merge(kept=cast.bruno, merged=early, today=NOW.date())
    proof = Proof.objects.get(pk=proof.pk)
    with pytest.raises(CannotHandIn, match="waiting"):
        hand(page, Person.objects.get(pk=cast.bruno.pk))
    assert accept(proof, cast.dora).person == cast.bruno
    assert cast.assignment(cast.bruno, "bsafe").proven_on == DONE_ON


def reviewer(cast: Cast, page: ExternalPage) -> Person:
    """Eve checks the proofs of this one course, of people in the country office."""
    group = Group.objects.create(name="Reviewers of security training")
    group.permissions.add(*Permission.objects.filter(codename__in=["access_admin", "check_proof"]))
    assert cast.eve.user is not None
    cast.eve.user.groups.add(group)
    OfficeAccess.objects.create(user=cast.eve.user, office=cast.country)
    ExternalPage.objects.filter(pk=page.pk).update(reviewers=group)
    return Person.objects.get(pk=cast.eve.pk)


def test_the_group_that_a_course_names_checks_its_proofs_in_its_offices(proof: Proof, page: Any, cast: Cast) -> None:
    eve = reviewer(cast, page)
    other = hand(make_external("other"), cast.bruno)
    far = hand(page, cast.dora)
    shown = body(as_(eve).get("/admin/proofs/"))
    assert (str(proof.key) in shown, str(other.key) in shown, str(far.key) in shown) == (True, False, False)
    another = Group.objects.create(name="Others")
    ExternalPage.objects.filter(activity=other.activity).update(reviewers=another)
    for hidden in (other, far):
        assert as_(eve).get(f"/admin/proofs/{hidden.key}/").status_code == 404
        assert cannot(deciding.accept, hidden, eve) == "not_yours"
    accept(proof, eve)


def test_a_group_that_is_named_and_not_let_in_checks_nothing(proof: Proof, page: Any, cast: Cast) -> None:
    eve = reviewer(cast, page)
    group = Group.objects.get(name="Reviewers of security training")
    group.permissions.remove(Permission.objects.get(codename="check_proof"))
    eve = Person.objects.get(pk=eve.pk)
    assert as_(eve).get("/admin/proofs/").status_code in (302, 403)
    assert cannot(deciding.accept, proof, eve) == "not_yours"


def test_who_has_no_part_in_it_finds_nothing(proof: Proof, cast: Cast) -> None:
    for person in (cast.chen, cast.eve):
        assert as_(person).get("/admin/proofs/").status_code in (302, 403)
        assert as_(person).get(f"/admin/proofs/{proof.key}/").status_code in (302, 403)
        assert cannot(deciding.accept, proof, person) == "not_yours"


def test_the_file_is_saved_and_never_shown(proof: Proof, page: ExternalPage, cast: Cast) -> None:
    file = proof.files.get()
    path = f"/admin/proofs/{proof.key}/{file.key}/"
    answer = as_(cast.dora).get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer.headers["Cache-Control"]
    for person in (cast.bruno, cast.chen, cast.eve):
        assert as_(person).get(path).status_code != 200
    assert Client().get(path).status_code == 302
    assert Client().get(f"/media/{file.stored_as}").status_code == 404
    other = hand(make_external("other"), cast.bruno)
    assert as_(cast.dora).get(f"/admin/proofs/{other.key}/{file.key}/").status_code == 404


def test_the_file_comes_from_another_origin_at_which_nobody_is_signed_in(
    proof: Proof, page: ExternalPage, cast: Cast, settings: Any
) -> None:
    settings.LMS_PROOF_ORIGIN = "http://proofs.testserver"
    settings.ALLOWED_HOSTS = ["testserver", "proofs.testserver"]
    path, files = f"/admin/proofs/{proof.key}/{proof.files.get().key}/", Client(headers={"host": "proofs.testserver"})
    for person in (cast.bruno, cast.eve):
        assert as_(person).get(path).status_code in (302, 403)
        assert "proofs.testserver" not in as_(person).get(path).headers.get("Location", "")
    way = as_(cast.dora).get(path).headers["Location"]
    assert way.startswith("http://proofs.testserver/proof-file/")
    ticket = way.removeprefix("http://proofs.testserver")
    answer = files.get(ticket)
    assert answer.content == storing_files.read(proof.files.get().stored_as)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert not answer.cookies
    assert as_(cast.dora).get(ticket).status_code == 404  # not where people are signed in
    assert files.get(ticket.replace("proof-file/", "proof-file/x")).status_code == 404
    assert files.post(ticket).status_code == 405
    for host in ("proofs.testserver", "Proofs.TestServer"):
        for other in ("/", "/admin/", "/accounts/login/", "/learning/", path, "/proof-file/"):
            assert Client(headers={"host": host}).get(other).status_code == 404, other
    settings.LMS_PROOF_ORIGIN = "http://Proofs.testserver"
    assert files.get(ticket).status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        assert files.get(ticket).status_code == 404
    storing_files.forget(proof.files.get().stored_as)
    assert files.get(ticket).status_code == 404
    ProofFile.objects.update(stored_as="")
    assert as_(cast.dora).get(path).status_code == 404


def test_a_file_that_is_no_longer_what_was_handed_in_is_not_given_out(proof: Proof, cast: Cast) -> None:
    file = proof.files.get()
    (Path(conf.PROOF_ROOT) / file.stored_as).write_bytes(pdf("Another Certificate"))
    assert as_(cast.dora).get(f"/admin/proofs/{proof.key}/{file.key}/").status_code == 404
    storing_files.forget(file.stored_as)
    assert as_(cast.dora).get(f"/admin/proofs/{proof.key}/{file.key}/").status_code == 404


def test_who_looked_at_a_certificate_is_on_record(proof: Proof, cast: Cast) -> None:
    dora = as_(cast.dora)
    dora.get(f"/admin/proofs/{proof.key}/")
    assert "A proof that was handed in" in body(dora.get("/admin/compliance/looks/"))


def test_the_queue_says_how_long_what_waits_and_what_is_overdue(proof: Proof, page: Any, cast: Cast) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(name="=cmd()")
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        fresh = hand(page, cast.chen, now=NOW + timedelta(days=7))
        dora = as_(cast.dora)
        shown = body(dora.get("/admin/proofs/"))
        assert "<strong>8 days: overdue</strong>" in shown
        assert "1 day<" in shown.replace("\n", "").replace("  ", "")
        assert shown.index(str(proof.key)) < shown.index(str(fresh.key))
        assert str(fresh.key) not in body(dora.get(f"/admin/proofs/?office={cast.elsewhere.pk}"))
        assert str(fresh.key) in body(dora.get(f"/admin/proofs/?office={cast.region.pk}&activity={page.activity_id}"))
        assert "There are no results" in body(dora.get("/admin/proofs/results/?state=rejected"))
        answer = dora.get("/admin/proofs/?export=csv")
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(line["name"], line["state"], line["overdue"]) for line in lines] == [
        ("'=cmd()", "waiting", "True"), ("Chen Head", "waiting", "False"),
    ]  # fmt: skip


def test_no_list_asks_more_for_more_proofs(page: Any, cast: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(25):
        examine(str(hand(page, make_person(f"T{number:05}", cast.country, name=f"Taker {number}"), way="code",
                         code=f"AB{number}").key))  # fmt: skip
    one = hand(page, cast.bruno)
    examine(str(one.key))
    dora = as_(cast.dora)
    for path, most in (("", 36), ("?export=csv", 18), (f"{one.key}/", 44)):
        with django_assert_max_num_queries(most):
            assert dora.get(f"/admin/proofs/{path}").getvalue()


def test_decisions_cannot_be_changed_and_a_change_is_found(proof: Proof, cast: Cast) -> None:
    accept(proof, cast.dora)
    decision = ProofDecision.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        ProofDecision.objects.filter(pk=decision.pk).update(outcome="rejected", reason="duplicate")
    with pytest.raises(DatabaseError), transaction.atomic():
        decision.delete()
    ProofFile.objects.update(sha256="0" * 64)
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_ledger", stdout=told, stderr=told)
    assert "no longer what was decided on" in told.getvalue()


def test_what_was_refused_is_thrown_away_after_ninety_days(
    proof: Proof, page: Any, cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    deciding.reject(proof=proof, by=cast.dora, reason="wrong_course", ticked=True, seen=proof.evidence())
    kept = hand(page, cast.chen)
    accept(kept, cast.dora)
    for days, left in ((89, 2), (91, 1), (92, 1)):
        with django_capture_on_commit_callbacks(execute=True):
            forget_old_files(now=NOW + timedelta(days=days))
        assert len([path for path in Path(conf.PROOF_ROOT).rglob("*") if path.is_file()]) == left
    assert kept.files.get().stored_as
    call_command("verify_ledger", stdout=StringIO())


def test_a_day_that_is_still_to_come_for_the_person_is_not_accepted(proof: Proof, cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lms_courses_proof SET \"on\" = '2026-12-24'")
    proof.refresh_from_db()
    assert cannot(deciding.accept, proof, cast.dora) == "cannot_count"
    assert proof.state == "waiting"
    assert not ProofDecision.objects.exists()

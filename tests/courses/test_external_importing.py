"""A provider's list of who completed a course: every line is answered for, and counts once."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from courses.models import ExternalPage, ImportedProof
from courses.players.external import deciding
from courses.players.external.feed import NotAList
from courses.players.external.importing import CannotImport, Imported, import_proofs
from courses.players.external.verifying import imported
from lms.people.models import OfficeAccess, Person
from lms.requirements.merging import merge
from lms.requirements.models import Assignment, Completion
from tests.cast import Cast, make_person, make_requirement
from tests.courses.external import DONE_ON, NOW, give_rights, hand, make_external, standing_clock
from tests.lms.compliance.auditing.packs import place_of, read, take, unpack, verify
from tests.lms.test_verify_ledger import tamper

pytestmark = pytest.mark.django_db
__all__ = ["standing_clock"]
HEAD = "number,email,reference,completed_on,course_version,evidence"


@pytest.fixture
def page(cast: Cast) -> ExternalPage:
    give_rights(cast)
    page: ExternalPage = make_external()
    make_requirement("bsafe", page.activity, valid_months=24)
    cast.assign(NOW.date())
    return page


def listed(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *lines]).encode()


def run(page: ExternalPage, *lines: str, by: Person | None = None, **more: Any) -> Imported:
    assert page.activity is not None
    return import_proofs(activity=page.activity, data=listed(*lines), by=by.user if by else None, **more)


def told(found: Imported) -> list[tuple[int, str, str]]:
    return [(item.line, item.state, item.reason) for item in found.outcomes]


def as_(person: Person) -> Client:
    client = Client()
    assert person.user is not None
    client.force_login(person.user)
    client.cookies["django_language"] = "en"
    return client


def upload(client: Client, page: ExternalPage, data: bytes) -> Any:
    assert page.activity is not None
    file = io.BytesIO(data)
    file.name = "list.csv"
    return client.post("/admin/proofs/import/", {"course": page.activity.pk, "file": file})


def test_a_line_counts_from_its_day_and_is_kept_with_the_provider_s_record(cast: Cast, page: ExternalPage) -> None:
    found = run(page, f"P00002,,,{DONE_ON},,REC-17/a", by=cast.dora)
    assert told(found) == [(2, "accepted", "")]
    part, whole = Completion.objects.order_by("sequence")
    assert (whole.person, whole.completed_on, whole.source) == (cast.bruno, DONE_ON, "proof")
    assert Assignment.objects.get(person=cast.bruno).completion == whole
    kept = ImportedProof.objects.get()
    assert (kept.evidence, kept.line, kept.imported_by) == ("REC-17/a", 2, cast.dora.user)
    assert kept.digest() in part.statement.raw
    call_command("verify_ledger")


def test_the_auditor_reads_what_was_imported_and_by_whom(cast: Cast, page: ExternalPage, tmp_path: Path) -> None:
    run(page, f"P00002,,,{DONE_ON},,REC-17", by=cast.dora)
    run(page, "P00002,,,2026-11-11,,REC-16")
    take(tmp_path / "pack.zip", size=10)
    folder = unpack(tmp_path / "pack.zip")
    status, said = verify(folder)
    assert status == 0, said
    first, second = read(folder, place_of(folder, "P00002"))["imported_proofs"]
    assert (first["evidence"], first["imported_by"]) == ("REC-17", str(cast.dora.uuid))
    assert (second["imported_by"], second["on_the_command_line"]) == (None, True)


def test_the_same_file_twice_counts_once(cast: Cast, page: ExternalPage) -> None:
    lines = (f"P00002,,,{DONE_ON},,R1", f"P00001,,,{DONE_ON},,R2", f"P00002,,,{DONE_ON},,R1")
    assert [item[1] for item in told(run(page, *lines))] == ["accepted", "accepted", "known"]
    assert [item[1] for item in told(run(page, *lines))] == ["known", "known", "known"]
    assert Completion.objects.count() == 4
    assert ImportedProof.objects.count() == 2


def test_people_are_found_by_number_address_or_reference(cast: Cast, page: ExternalPage) -> None:
    registration = Assignment.objects.get(person=cast.bruno).registration
    Person.objects.filter(pk=cast.bruno.pk).update(email="Bruno@example.org")
    found = run(
        page, f",bruno@EXAMPLE.org,,{DONE_ON},,R1", f",,{registration},2026-11-11,,R2",
        f"P00002,bruno@example.org,{registration},2026-11-10,,R3", f",amina@example.net,,{DONE_ON},,R4",
    )  # fmt: skip
    assert {item[1] for item in told(found)} == {"accepted"}
    assert Completion.objects.filter(person=cast.bruno, activity=page.activity).count() == 3


def test_every_line_that_is_refused_says_why(cast: Cast, page: ExternalPage) -> None:
    other = make_external("other")
    make_requirement("other", other.activity)
    cast.assign(NOW.date())
    foreign = Assignment.objects.get(person=cast.bruno, requirement__code="other").registration
    lines = {
        "P99999,,,2026-11-12,,R": "not_found",
        ",nobody@example.org,,2026-11-12,,R": "not_found",
        f",,{foreign},2026-11-12,,R": "not_found",
        ",,not-a-reference,2026-11-12,,R": "not_found",
        "P00001,bruno@example.org,,2026-11-12,,R": "not_found",
        ",,,2026-11-12,,R": "nobody",
        "P00002,,,12.11.2026,,R": "date",
        "P00002,,,2026-02-30,,R": "date",
        "P00002,,,2026-11-26,,R": "future",
        "P00002,,,2026-11-12,,": "evidence",
        "P00002,,,2026-11-12,,she said that her manager": "evidence",
        "P00002,,,2026-11-12,<b>,R": "version",
        "P00002,,,2026-11-12": "line",
        "P0000\x002,,,2026-11-12,,R": "not_found",
        ",bruno\x00@example.org,,2026-11-12,,R": "not_found",
        "P00002,,,2026-11-12,\x00,R": "version",
        f"{'P' * 5000},,,2026-11-12,,R": "not_found",
    }
    found = run(page, *lines)
    assert [item.reason for item in found.outcomes] == list(lines.values())
    assert {item.state for item in found.outcomes} == {"refused"}
    assert not Completion.objects.exists()


def test_versions_are_those_that_the_page_accepts(cast: Cast, page: ExternalPage) -> None:
    page.accepted_versions = "2.0\n3"
    page.save()
    found = run(page, "P00002,,,2026-11-12,2.0,R", "P00001,,,2026-11-12,1,R", "P00003,,,2026-11-12,,R")
    assert [item.reason for item in found.outcomes] == ["", "other_version", "no_version"]


def test_nobody_imports_their_own_nor_finds_people_of_other_offices(cast: Cast, page: ExternalPage) -> None:
    assert cast.chen.user is not None
    cast.chen.user.user_permissions.add(Permission.objects.get(codename="decide_proof"))
    by = Person.objects.get(pk=cast.chen.pk)
    lines = [f"P0000{number},,,{DONE_ON},,R" for number in (3, 5, 2)] + [f"P77777,,,{DONE_ON},,R"]
    found = run(page, *lines, by=by)
    assert [item.reason or item.state for item in found.outcomes] == ["own", "not_found", "accepted", "not_found"]


def test_an_address_of_two_people_is_nobody_s_also_where_one_of_them_is_not_seen(
    cast: Cast, page: ExternalPage
) -> None:
    assert cast.chen.user is not None
    cast.chen.user.user_permissions.add(Permission.objects.get(codename="decide_proof"))
    by = Person.objects.get(pk=cast.chen.pk)
    Person.objects.filter(pk=cast.bruno.pk).update(email="home@example.org")
    assert run(page, f",home@example.org,,{DONE_ON},,R", by=by, dry_run=True).outcomes[0].state == "accepted"
    Person.objects.filter(pk=cast.eve.pk).update(personal_email="home@example.org")
    assert run(page, f",home@example.org,,{DONE_ON},,R", by=by).outcomes[0].reason == "not_found"
    assert run(page, f"P00002,home@example.org,,{DONE_ON},,R", by=by).outcomes[0].state == "accepted"


def test_nor_of_a_record_that_was_merged_into_theirs(cast: Cast, page: ExternalPage) -> None:
    second = make_person("P00098", cast.headquarters, name="Dora HR")
    merge(kept=cast.dora, merged=second)
    assert run(page, f"P00098,,,{DONE_ON},,R", by=cast.dora).outcomes[0].reason == "own"


def test_a_merged_record_counts_for_the_one_that_is_kept_and_once(cast: Cast, page: ExternalPage) -> None:
    run(page, f"P00002,,,{DONE_ON},,R")
    kept = make_person("P00099", cast.country, name="Bruno Late", joined_on=cast.bruno.joined_on)
    merge(kept=kept, merged=cast.bruno)
    assert [item[1] for item in told(run(page, f"P00002,,,{DONE_ON},,R", f"P00099,,,{DONE_ON},,R"))] == ["known"] * 2


def test_what_the_desk_has_accepted_of_that_day_is_known(cast: Cast, page: ExternalPage) -> None:
    proof = hand(page, cast.bruno)
    deciding.accept(proof=proof, by=cast.dora, ticked=True, seen=proof.evidence())
    assert run(page, f"P00002,,,{DONE_ON},,R").outcomes[0].state == "known"
    declared = hand(page, cast.amina, way="declaration", by=cast.amina)
    deciding.accept(proof=declared, by=cast.dora, ticked=True, seen=declared.evidence())
    assert run(page, f"P00001,,,{DONE_ON},,R").outcomes[0].state == "accepted", "a declaration completes nothing"


def test_a_dry_run_says_the_same_and_writes_nothing(cast: Cast, page: ExternalPage) -> None:
    lines = (f"P00002,,,{DONE_ON},,R1", f"P00002,,,{DONE_ON},,R1", f"P9,,,{DONE_ON},,R2")
    tried = told(run(page, *lines, dry_run=True))
    assert not Completion.objects.exists()
    assert not ImportedProof.objects.exists()
    assert told(run(page, *lines)) == tried


def test_what_time_did_not_allow_is_left_and_goes_on_with_the_same_file(cast: Cast, page: ExternalPage) -> None:
    lines = (f"P00002,,,{DONE_ON},,R1", f"P00001,,,{DONE_ON},,R2")
    answers = iter([True, False])
    found = run(page, *lines, may_go_on=lambda: next(answers))
    assert [item.state for item in found.outcomes] == ["accepted", "left"]
    assert [item.state for item in run(page, *lines).outcomes] == ["known", "accepted"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x" * 1_000_001, "too_large"),
        (listed(*["P1,,,2026-11-12,,R"] * 5001), "too_many"),
        (listed("P1", head="number"), "unreadable"),
        (listed("2026-11-12,R", head="completed_on,evidence"), "nobody"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"", "unreadable"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(page: ExternalPage, data: bytes, reason: str) -> None:
    assert page.activity is not None
    with pytest.raises(NotAList) as cannot:
        import_proofs(activity=page.activity, data=data)
    assert cannot.value.reason == reason


def test_without_the_permission_nothing_is_imported(cast: Cast, page: ExternalPage) -> None:
    with pytest.raises(CannotImport):
        run(page, f"P00002,,,{DONE_ON},,R", by=cast.chen)


def test_checking_them_asks_the_same_for_many_and_names_the_one_that_was_changed(
    cast: Cast, page: ExternalPage, django_assert_max_num_queries: Any
) -> None:
    people = [make_person(f"P1{number:04}", cast.country) for number in range(20)]
    run(page, *[f"{item.number},,,{DONE_ON},,R" for item in people])
    with django_assert_max_num_queries(2):
        assert list(imported()) == []
    changed = ImportedProof.objects.order_by("pk")[7]
    table = "lms_courses_importedproof"
    tamper(table, f"UPDATE {table} SET evidence = 'X' WHERE id = {changed.pk}")
    assert [broken.record for broken in imported()] == [f"imported proof {changed.pk}"]


def test_an_imported_proof_is_never_changed(cast: Cast, page: ExternalPage) -> None:
    run(page, f"P00002,,,{DONE_ON},,R")
    for act in (lambda rows: rows.update(evidence="X"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act(ImportedProof.objects.all())


def test_the_page_tries_first_and_then_imports_what_was_tried(cast: Cast, page: ExternalPage) -> None:
    dora = as_(cast.dora)
    assert "Import proofs" in dora.get("/admin/proofs/import/").content.decode()
    tried = upload(dora, page, listed(f"P00002,,,{DONE_ON},,R", f"=cmd(),,,{DONE_ON},,R"))
    shown = tried.content.decode()
    assert "Nothing is imported yet." in shown
    assert "Import 1 line" in shown
    assert "Nobody is found" in shown
    assert not Completion.objects.exists()
    token = tried.context["tried"]
    report = dora.post("/admin/proofs/import/", {"tried": token, "report": "1"})
    rows = list(csv.reader(io.StringIO(report.content.decode("utf-8-sig"))))
    assert rows[1][:3] == ["2", "P00002", "accepted"]
    assert rows[2][1] == "'=cmd()"
    assert not Completion.objects.exists()
    done = dora.post("/admin/proofs/import/", {"tried": token, "import": "1"})
    assert "This became of the list:" in done.content.decode()
    assert Completion.objects.filter(person=cast.bruno).count() == 2
    dora.post("/admin/proofs/import/", {"tried": token, "import": "1"})
    assert Completion.objects.count() == 2


def test_what_was_tried_is_for_who_tried_it_and_for_an_hour(cast: Cast, page: ExternalPage) -> None:
    token = upload(as_(cast.dora), page, listed(f"P00002,,,{DONE_ON},,R")).context["tried"]
    boss = make_person("P00050", cast.headquarters, user=True)
    assert boss.user is not None
    boss.user.groups.add(*cast.dora.user.groups.all())  # type: ignore[union-attr]
    OfficeAccess.objects.create(user=boss.user, office=cast.headquarters)
    for client, posted in ((as_(boss), token), (as_(cast.dora), token[:-2]), (as_(cast.dora), "")):
        answer = client.post("/admin/proofs/import/", {"tried": posted, "import": "1"})
        assert "Choose the file again." in answer.content.decode()
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        answer = as_(cast.dora).post("/admin/proofs/import/", {"tried": token, "import": "1"})
    assert "Choose the file again." in answer.content.decode()
    assert not Completion.objects.exists()


def test_the_page_says_why_a_file_is_no_list(cast: Cast, page: ExternalPage) -> None:
    shown = upload(as_(cast.dora), page, b"number\nP1").content.decode()
    assert "The file cannot be read. The records file lacks the columns: completed_on, evidence." in shown


def test_trying_asks_the_database_the_same_for_many_lines(
    cast: Cast, page: ExternalPage, django_assert_max_num_queries: Any
) -> None:
    people = [make_person(f"P1{number:04}", cast.country, email=f"p{number}@example.org") for number in range(40)]
    lines = [f"{item.number},{item.email},,{DONE_ON},,R" for item in people]
    dora = as_(cast.dora)
    dora.get("/admin/")
    with django_assert_max_num_queries(22):
        assert "Import 40 lines" in upload(dora, page, listed(*lines)).content.decode()


def test_the_command_answers_for_every_line(
    cast: Cast, page: ExternalPage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, report = tmp_path / "list.csv", tmp_path / "report.csv"
    path.write_bytes(listed(f"P00002,,,{DONE_ON},,R", f"+1,,,{DONE_ON},,R"))
    with pytest.raises(CommandError, match="1 lines were refused"):
        call_command("import_proofs", str(path), course="bsafe", dry_run=True)
    assert not Completion.objects.exists()
    with pytest.raises(CommandError, match="1 lines were refused"):
        call_command("import_proofs", str(path), course="bsafe", report=report)
    said = capsys.readouterr().out
    assert "2 lines = 1 counts, 0 counted already, 1 refused" in said
    assert "line 3: Nobody is found" in said
    assert "'+1" in report.read_text("utf-8-sig")
    assert Completion.objects.count() == 2
    for arguments in ({"course": "none"}, {"course": "bsafe"}):
        with pytest.raises(CommandError):
            call_command("import_proofs", str(tmp_path / "missing.csv"), **arguments)

"""The log of facts: whatever is changed, taken out or cut off is named, and proofs hold without the site."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.append_only import create_triggers, drop_triggers
from lms.log import notes, verify_proof
from lms.log.appending import Kept, append_waiting, root_at
from lms.log.checkpoints import make_checkpoint
from lms.log.facts import enter_missing
from lms.log.merkle import inclusion, leaf_hash, perfect
from lms.log.models import Block, Checkpoint, Head, Leaf
from lms.requirements.models import Completion, Waiver
from lms.requirements.waiving import waive
from lms.verification import run
from tests.at_once import at_once
from tests.cast import TODAY, Cast, make_course, make_requirement
from tests.lms.requirements.test_completing import satisfied

pytestmark = pytest.mark.django_db
SEED = bytes(range(32))
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture
def logged(cast: Cast, settings: Any) -> Cast:
    """Bruno has completed one obligation, and another of his is waived."""
    settings.LMS_LOG_KEY = KEY
    for code in ("sea", "ethics"):
        make_requirement(code, make_course(code).activity, valid_months=12)
    cast.assign()
    satisfied(cast.assignment(cast.bruno, "sea"))
    waive(
        assignment=cast.assignment(cast.bruno, "ethics"), reason="equivalent", requested_by=cast.chen,
        approved_by=cast.dora, starts_on=TODAY, ends_on=date(2027, 1, 1),
    )  # fmt: skip
    assert make_checkpoint(now=timezone.now()) is not None
    return cast


def broken() -> dict[str, list[str]]:
    return {name: [f"{item.record}: {item.reason}" for item in found] for name, found in run() if found}


def tamper(sql: str, table: str) -> None:
    """As somebody with the database's password does it."""
    drop_triggers(connection, table)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    create_triggers(connection, table, ("DELETE",) if table == "lms_log_leaf" else ("UPDATE", "DELETE"))


def proof_of(kind: str, row: int) -> Any:
    out = StringIO()
    call_command("log_proof", kind, row, stdout=out)
    return json.loads(out.getvalue())


def checkpoint(*arguments: str) -> str:
    out = StringIO()
    call_command("log_checkpoint", *arguments, stdout=out)
    return out.getvalue()


def more(count: int) -> None:
    """Leaves of facts that were erased long ago."""
    start = Leaf.objects.count()
    Leaf.objects.bulk_create(
        (Leaf(kind="erased", row=start + n, commitment=n.to_bytes(32, "big")) for n in range(count)), batch_size=5000
    )
    append_waiting()


def test_every_fact_has_a_leaf_as_soon_as_it_is_there(logged: Cast) -> None:
    assert set(Leaf.objects.values_list("kind", "row")) == {
        *(("completion", pk) for pk in Completion.objects.values_list("pk", flat=True)),
        ("waiver", Waiver.objects.get().pk),
    }
    assert broken() == {}
    assert Head.objects.get().size == Leaf.objects.count() == Checkpoint.objects.get().size


def test_a_changed_fact_is_named(logged: Cast) -> None:
    waiver = Waiver.objects.get()
    tamper("UPDATE lms_waiver SET reason = 'security'", "lms_waiver")
    assert broken()["log"] == [f"waiver {waiver.pk}: it is not what leaf 1 of the log commits to"]
    with pytest.raises(CommandError, match=f"waiver {waiver.pk}"):
        call_command("verify_ledger", stdout=StringIO())


def test_a_fact_whose_leaf_lost_its_key_is_named(logged: Cast) -> None:
    """Or whoever changes a fact would only have to take the key of its leaf away."""
    tamper("UPDATE lms_log_leaf SET key = NULL WHERE kind = 'waiver'", "lms_log_leaf")
    assert f"waiver {Waiver.objects.get().pk}: it is there, and the key of its leaf 1 is gone" in broken()["log"][0]


def test_a_leaf_of_no_known_kind_is_named(logged: Cast) -> None:
    tamper("UPDATE lms_log_leaf SET kind = 'wavier' WHERE kind = 'waiver'", "lms_log_leaf")
    assert "wavier" in broken()["log"][0]


def test_a_fact_that_is_gone_is_named(logged: Cast) -> None:
    pk = Waiver.objects.get().pk
    tamper("DELETE FROM lms_waiver", "lms_waiver")
    assert f"waiver {pk}: it is gone" in broken()["log"][0]


def test_whoever_changes_the_fact_and_its_leaf_is_found_by_the_checkpoint(logged: Cast, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(checkpoint())
    tamper("UPDATE lms_log_leaf SET commitment = key", "lms_log_leaf")
    assert "another: a leaf before it was changed" in broken()["checkpoints"][0]
    tamper("DELETE FROM lms_log_checkpoint", "lms_log_checkpoint")  # and the checkpoints too
    with pytest.raises(CommandError, match="the root of the log is another"):
        call_command("verify_ledger", "--checkpoint", kept, stdout=StringIO())


def test_a_log_whose_end_is_cut_off_is_found_and_can_prove_no_continuation(logged: Cast, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(checkpoint())
    tamper('DELETE FROM lms_log_leaf WHERE "index" = 1', "lms_log_leaf")
    tamper("DELETE FROM lms_waiver", "lms_waiver")
    tamper("DELETE FROM lms_log_checkpoint", "lms_log_checkpoint")
    Head.objects.update(size=1)
    assert broken().keys() <= {"projections"}  # here it looks as if nothing had been
    with pytest.raises(CommandError, match="its end was cut off"):
        call_command("verify_ledger", "--checkpoint", kept, stdout=StringIO())
    with pytest.raises(CommandError, match="more leaves than the log has"):
        checkpoint("--since", str(kept))
    Leaf.objects.create(kind="erased", row=1, commitment=bytes(32))
    forged = json.loads(checkpoint("--since", str(kept)))
    with pytest.raises(verify_proof.Fails):
        verify_proof.check(forged, kept=kept.read_text())


def test_a_proof_holds_without_the_site_and_a_false_one_does_not(logged: Cast, tmp_path: Path) -> None:
    kept, path = tmp_path / "kept.txt", tmp_path / "proof.json"
    kept.write_text(checkpoint())
    key = notes.verifier_key("localhost:8000/log", notes.public_of(SEED))
    told = proof_of("completion", Completion.objects.get().pk)
    path.write_text(json.dumps(told))

    def tell() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", verify_proof.__file__, path, "--checkpoint", kept, "--key", key]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    done = tell()
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("is signed by localhost:8000/log", "is what the leaf commits to", "is in the log", "that was kept"):
        assert words in done.stdout
    for change in (
        {"record": {**told["record"], "completed_on": "2020-01-01"}},
        {"index": told["index"] + 1},
        {"commitment": "00" * 32},
        {"checkpoint": told["checkpoint"].replace("\n2\n", "\n3\n")},
        {"inclusion": []},
    ):
        path.write_text(json.dumps({**told, **change}))
        assert tell().returncode == 1, change
    path.write_text("{}")
    assert tell().returncode == 2


def test_a_later_log_is_shown_to_begin_with_an_earlier_one(logged: Cast, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(checkpoint())
    more(300)
    told = json.loads(checkpoint("--since", str(kept)))
    assert "begins with that of 2" in " ".join(verify_proof.check(told, kept=kept.read_text()))
    call_command("verify_ledger", "--checkpoint", kept, stdout=StringIO())
    assert broken() == {}


def test_who_is_erased_leaves_a_log_that_holds(logged: Cast) -> None:
    pk = Waiver.objects.get().pk
    Leaf.objects.filter(kind="waiver").update(key=None)
    tamper("DELETE FROM lms_waiver", "lms_waiver")
    assert broken().keys() <= {"projections"}  # what the waiver gave is still on the assignment
    said: list[str] = []
    list(run(said.append))
    assert "log: 1 leaves without a key, of erased facts that cannot be judged any more" in said
    told = proof_of("waiver", pk)
    assert (told["key"], told["record"]) == (None, None)
    assert "was erased" in " ".join(verify_proof.check(told))


def test_facts_from_before_the_log_get_their_leaves(logged: Cast) -> None:
    tamper("DELETE FROM lms_log_leaf", "lms_log_leaf")
    assert enter_missing() == 2
    assert enter_missing() == 0
    assert Leaf.objects.filter(index=None).count() == 2


def test_the_database_itself_keeps_leaves_and_checkpoints(logged: Cast) -> None:
    make_checkpoint(now=timezone.now())
    more(256)
    for rows, values in (
        (Checkpoint.objects.all(), {"size": 7}), (Block.objects.all(), {"number": 7}),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="appended"), transaction.atomic():
            rows.update(**values)
    for rows in (Checkpoint.objects.all(), Block.objects.all(), Leaf.objects.all()):
        with pytest.raises(DatabaseError, match="appended"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_hashes_are_kept_for_full_runs_of_every_level() -> None:
    more(300)
    more(65_800)
    assert Block.objects.filter(level=8).count() == 258
    assert Block.objects.filter(level=16).count() == 1
    commitments = list(Leaf.objects.order_by("index").values_list("commitment", flat=True))
    leaves = [leaf_hash(bytes(found)) for found in commitments]
    of = lambda level, number: perfect(leaves[number << level : (number + 1) << level])  # noqa: E731
    for index in (0, 255, 256, 65_535, 65_536, 66_099):
        assert inclusion(index, len(leaves), Kept()) == inclusion(index, len(leaves), of)
    assert {name for name, found in run() if found} == set()
    tamper("UPDATE lms_log_block SET number = 999 WHERE level = 16", "lms_log_block")
    tamper("UPDATE lms_log_block SET level = 16, number = 0 WHERE level = 8 AND number = 3", "lms_log_block")
    assert "block 16/0 of the log" in str(broken())


def test_a_proof_costs_the_same_however_long_the_log_is(django_assert_max_num_queries: Any) -> None:
    more(1000)
    with django_assert_max_num_queries(6):
        inclusion(3, 1000, Kept())
    assert root_at(0).hex().startswith("e3b0c442")


def test_without_a_key_a_checkpoint_bears_no_signature(logged: Cast, settings: Any) -> None:
    assert "—" in Checkpoint.objects.get().text
    more(1)
    settings.LMS_LOG_KEY = ""
    assert "—" not in checkpoint()
    settings.LMS_LOG_KEY = "short"
    more(1)
    with pytest.raises(ValueError, match="log_key"):
        checkpoint()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_two_who_give_places_at_once_give_each_once() -> None:
    Leaf.objects.bulk_create(Leaf(kind="erased", row=n, commitment=n.to_bytes(32, "big")) for n in range(2000))
    assert sum(at_once(*[append_waiting] * 4)) == 2000
    assert sorted(Leaf.objects.values_list("index", flat=True)) == list(range(2000))
    assert broken() == {}


@settings(deadline=None)
@given(message=st.binary(max_size=200), seed=st.binary(min_size=32, max_size=32), data=st.data())
def test_the_plain_verifier_judges_signatures_as_the_library_does(
    message: bytes, seed: bytes, data: st.DataObject
) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signature, public = Ed25519PrivateKey.from_private_bytes(seed).sign(message), notes.public_of(seed)
    assert verify_proof._is_signed(public, message, signature)
    place, other = data.draw(st.integers(0, 63)), data.draw(st.integers(1, 255))
    false = bytes([*signature[:place], signature[place] ^ other, *signature[place + 1 :]])
    assert not verify_proof._is_signed(public, message, false)
    assert not verify_proof._is_signed(public, message + b"x", signature)


@settings(deadline=None)
@given(size=st.integers(0, 10**15), root=st.binary(min_size=32, max_size=32))
def test_a_note_reads_as_it_was_written(size: int, root: bytes) -> None:
    told = notes.read(notes.write(notes.Note("example.org/log", size, root), seed=SEED))
    assert (told.origin, told.size, told.root) == ("example.org/log", size, root)
    assert told.is_signed_by("example.org/log", notes.public_of(SEED))
    assert not told.is_signed_by("example.org/log", notes.public_of(bytes(32)))
    assert not told.is_signed_by("other.org/log", notes.public_of(SEED))


@settings(deadline=None)
@given(text=st.text(max_size=300))
def test_what_is_no_note_is_said_to_be_none(text: str) -> None:
    with suppress(notes.NotANote):
        notes.read(text)


def test_the_log_says_what_it_does_not_hold(logged: Cast) -> None:
    with pytest.raises(CommandError, match="holds no waiver"):
        proof_of("waiver", 10**6)

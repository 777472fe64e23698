"""The verifier names what was changed, also where the manifest was made to fit the change."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lms.compliance.auditing.sampling import draw
from lms.hash_chain import link
from tests.lms.compliance.auditing.packs import change, place_of, read, reseal, verify

BRUNO, EVE, CHEN = "P00002", "P00005", "P00003"
Person = dict[str, Any]


def relink(person: Person) -> None:
    """Recalculate the whole chain, as somebody would who can change everything."""
    previous = "0" * 64
    for entry in person["completions"]:
        entry["previous_hash"], entry["hash"] = previous, link(previous, entry["record"])
        previous = entry["hash"]


def relinked(how: Callable[[Person], Any]) -> Callable[[Person], None]:
    def changed(person: Person) -> None:
        how(person)
        relink(person)

    return changed


def retell(person: Person, old: str, new: str, *, digest: bool) -> None:
    entry = next(entry for entry in person["statements"] if old in entry["raw"])
    entry["raw"] = entry["raw"].replace(old, new)
    if digest:
        entry["sha256"] = hashlib.sha256(entry["raw"].encode()).hexdigest()


def setting(*path: Any, to: Any) -> Callable[[Person], None]:
    def changed(person: Person) -> None:
        for step in path[:-1]:
            person = person[step]
        person[path[-1]] = to

    return changed


def cut_off(person: Person) -> None:
    """The last entry of the ledger is gone, and what rests on it; the statement that says satisfied is still there."""
    person["completions"].pop()
    person["certificates"].clear()
    person["assignments"][0]["proof"] = None


TAMPERED: dict[str, tuple[str, Callable[[Person], Any], str]] = {
    "an entry changed": (
        BRUNO, setting("completions", 1, "record", "completed_on", to="2026-01-01"), "completion 2: its hash chain"
    ),
    "an entry taken out": (BRUNO, lambda person: person["completions"].pop(1), "completion 2: its hash chain"),
    "the first taken out": (BRUNO, lambda person: person["completions"].pop(0), "completion 1: its hash chain"),
    "entries swapped": (BRUNO, lambda person: person["completions"].reverse(), "completion 1: its hash chain"),
    "an entry taken out and all relinked": (
        BRUNO, relinked(lambda person: person["completions"].pop(1)), "completion 2: it is another person's, or out"
    ),
    "a day changed and all relinked": (
        BRUNO, relinked(setting("completions", 2, "record", "completed_on", to="2026-01-01")),
        "completion 3: its day cannot be",
    ),
    "a time changed and all relinked": (
        BRUNO, relinked(setting("completions", 2, "record", "completed_at", to="2026-11-23T11:00:00+00:00")),
        "completion 3: its time differs",
    ),
    "an activity changed and all relinked": (
        BRUNO, relinked(setting("completions", 2, "record", "activity", to="https://example.org/x")),
        "completion 3: its activity differs",
    ),
    "a registration changed and all relinked": (
        BRUNO, relinked(setting("completions", 0, "record", "registration", to="0" * 32)),
        "completion 1: its registration differs",
    ),
    "another statement named and all relinked": (
        BRUNO, relinked(setting("completions", 0, "record", "statement", to="nothing")),
        "completion 1: its statement nothing is missing",
    ),
    "a statement taken out": (
        BRUNO, lambda person: person["statements"].pop(0), "is missing"
    ),
    "the end cut off": (BRUNO, relinked(cut_off), "says satisfied, but the ledger has no completion"),
    "a statement's text changed": (
        BRUNO, lambda person: retell(person, "2026-11-23T12", "2026-11-23T13", digest=False), "does not have its digest"
    ),
    "a statement's text changed with its digest": (
        BRUNO, lambda person: retell(person, "2026-11-23T12", "2026-11-23T13", digest=True), "its time differs"
    ),
    "a statement about somebody else": (
        BRUNO, lambda person: retell(person, person["person"]["uuid"], "0" * 32, digest=True), "its person differs"
    ),
    "a signature's name changed": (
        BRUNO, setting("signatures", 0, "record", "printed_name", to="X"), "signature 1: its hash chain"
    ),
    "other words under a signature": (
        BRUNO, setting("signatures", 0, "text", "body", to="<p>I will not.</p>"), "signature 1: it was given for other"
    ),
    "a certificate for nothing": (
        BRUNO, setting("certificates", 0, "statement", to="nothing"), "the ledger does not hold what certificate"
    ),
    "a certificate of another day": (
        BRUNO, setting("certificates", 0, "completed_on", to="2026-01-01"), "the ledger does not hold what certificate"
    ),
    "a proof that is not in the ledger": (EVE, setting("assignments", 0, "proof", to=7), "the proof of sea is not in"),
    "a waiver without a second person": (
        EVE, lambda person: person["assignments"][0]["waivers"][0].update(requested_by="a", approved_by="a"),
        "the waiver of sea was approved by the person who asked",
    ),
    "somebody else in the place": (EVE, setting("person", "uuid", to="0" * 32), "and this is somebody else"),
    "a part left out": (EVE, lambda person: person.pop("statements"), "something is missing in it"),
    "reminders left out": (BRUNO, lambda person: person["reminders"].clear(), "it counts 1 reminders, and the pack"),
    "an assignment left out": (EVE, lambda person: person["assignments"].clear(), "it counts 4 assignments, and the pack"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_person_is_named(pack: Path, name: str) -> None:
    number, how, said = TAMPERED[name]
    place = place_of(pack, number)
    change(pack, place, how)
    status, told = verify(pack)
    assert status == 1
    assert told.startswith("WRONG: ")
    assert said in told
    if "it counts" not in said:
        assert place in told


@pytest.mark.parametrize("name", ["people/0001.json", "rules.json", "population.txt", "README.txt"])
def test_a_file_that_the_manifest_does_not_know_is_named(pack: Path, name: str) -> None:
    with (pack / name).open("a") as file:
        file.write(" ")
    assert verify(pack) == (1, f"WRONG: {name}: it is not the file that the manifest lists: its SHA-256 differs\n")


def test_a_file_that_was_taken_away_or_added_is_named(pack: Path) -> None:
    (pack / "people" / "0002.json").rename(pack / "people" / "0009.json")
    assert verify(pack) == (1, "WRONG: people/0009.json: the manifest does not list it\n")
    (pack / "people" / "0009.json").unlink()
    assert verify(pack) == (1, "WRONG: people/0002.json: it is missing\n")
    (pack / "manifest.json").unlink()
    assert verify(pack) == (1, "WRONG: manifest.json: it is missing\n")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (lambda manifest: manifest.update(sample_asked_for=2), "the seed gives 2 people, and the pack holds 4"),
        (lambda manifest: manifest["counts"].update(completions=2), "it counts 2 completions, and the pack holds 3"),
        (lambda manifest: manifest["counts"].update(population=5), "not hold as many people"),
        (lambda manifest: manifest["counts"].update(sample=5), "counts another number"),
        (lambda manifest: manifest.update(format="x"), "of no auditor pack"),
        (lambda manifest: manifest.pop("seed"), "cannot be read"),
        (lambda manifest: manifest["files"].update({"../../etc/passwd": {}}), "a pack has no file"),
    ],
)
def test_a_changed_manifest_is_found_out(pack: Path, how: Callable[[Any], Any], said: str) -> None:
    change(pack, "manifest.json", how)
    status, told = verify(pack)
    assert status == 1
    assert said in told


def test_another_seed_than_the_one_that_drew_is_found_out(pack: Path) -> None:
    population = (pack / "population.txt").read_text().split()
    asked = {"population": population, "size": len(population)}
    drawn = draw(seed=read(pack, "manifest.json")["seed"], **asked)
    # One in twenty-four puts four people into the same order.
    seed = next(text for text in map(str, range(100)) if draw(seed=text, **asked) != drawn)
    change(pack, "manifest.json", lambda manifest: manifest.update(seed=seed))
    status, told = verify(pack)
    assert status == 1
    assert "and this is somebody else" in told


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (lambda text: text.replace(text[:36], "0" * 36, 1), "and this is somebody else"),
        (lambda text: text[37:], "not hold as many people"),
        (lambda text: text[:37] + text, "names somebody twice"),
        (lambda text: "\n".join(reversed(text.split())) + "\n", "it is not in order"),
    ],
)
def test_a_changed_population_is_found_out(pack: Path, how: Callable[[str], str], said: str) -> None:
    change(pack, "population.txt", how)
    status, told = verify(pack)
    assert status == 1
    assert said in told


def test_somebody_left_out_of_the_sample_is_missed(pack: Path) -> None:
    last = pack / "people" / "0004.json"
    last.unlink()
    change(pack, "manifest.json", lambda manifest: manifest["files"].pop("people/0004.json"))
    assert verify(pack) == (1, "WRONG: the sample: the seed gives 4 people, and the pack holds 3\n")


def test_a_name_that_stands_twice_is_refused(pack: Path) -> None:
    """Two readers could read two things."""
    path = pack / place_of(pack, EVE)
    path.write_text(path.read_text().replace('"completions":', '"completions": [], "completions":', 1))
    reseal(pack)
    assert "a name stands twice" in verify(pack)[1]


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "null", "\udcff"])
def test_nonsense_is_wrong_and_never_a_crash(pack: Path, text: str) -> None:
    (pack / "manifest.json").write_bytes(text.encode(errors="surrogateescape"))
    status, told = verify(pack)
    assert status == 1
    assert told.startswith("WRONG: ")


def test_a_file_that_lies_twice_in_the_archive_is_named(pack: Path, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "pack.zip", "a") as archive:
        archive.writestr("rules.json", "[]")
    assert verify(pack, "../pack.zip") == (1, "WRONG: the pack: a file is in it twice\n")


def test_what_is_no_pack_is_wrong(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("x")
    for path in ("../x.zip", "../nothing.zip"):
        assert verify(pack, path)[0] == 1


def test_a_forgery_of_everything_is_told_by_the_manifests_digest(pack: Path) -> None:
    """What the pack alone cannot show: statement, digest and chain all made anew. The site's own list shows it."""
    from lms.compliance.auditing.models import AuditorPack

    def forge(person: Person) -> None:
        for entry in person["statements"]:
            entry["raw"] = entry["raw"].replace("2026-11-23T12", "2026-11-23T13")
            entry["sha256"] = hashlib.sha256(entry["raw"].encode()).hexdigest()
        for entry in person["completions"]:
            entry["record"]["completed_at"] = "2026-11-23T13:00:00+00:00"
        relink(person)

    change(pack, place_of(pack, BRUNO), forge)
    status, told = verify(pack)
    assert status == 0
    assert AuditorPack.objects.get().manifest_sha256 not in told
    assert json.dumps(read(pack, "manifest.json"))

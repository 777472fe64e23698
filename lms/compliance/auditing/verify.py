"""Checks an auditor pack, offline. Plain Python 3.8 or newer; imports nothing else and changes nothing.

python3 verify.py                the pack in whose unpacked folder this file lies
python3 verify.py PACK.zip       a pack that is not unpacked; or another folder

Exit status 0: everything holds. 1: something does not; the first thing that is wrong is named.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import uuid
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Callable, Dict, List, NoReturn, Tuple  # noqa: UP035  Python 3.8

START = "0" * 64
NAMES = re.compile(r"README\.txt|verify\.py|population\.txt|rules\.json|people/[0-9]{4}\.json")
SATISFIED = "https://w3id.org/xapi/adl/verbs/satisfied"
TIMESTAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?", re.IGNORECASE | re.ASCII
)


class Wrong(Exception):
    """Something in the pack does not hold."""


def wrong(where: str, why: str) -> NoReturn:
    raise Wrong(f"{where}: {why}")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and without spaces, over which the hashes are made."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def link(previous: str, record: Any) -> str:
    """The hash of one entry of a chain: SHA-256 of the hash before, a line feed and the record."""
    return sha256(f"{previous}\n{canonical(record)}".encode())


def rank(seed: str, identity: str) -> str:
    return sha256(f"{seed}\n{identity}".encode())


def moment(text: str) -> datetime:
    """The instant that an ISO 8601 timestamp names; without an offset it is UTC. Digits after the sixth do not count."""
    found = TIMESTAMP.fullmatch(text)
    if found is None:
        raise ValueError(f"no timestamp: {text[:40]}")
    day, minute, second, fraction, zone = found.groups()
    at = datetime.strptime(f"{day} {minute}:{second or '00'}", "%Y-%m-%d %H:%M:%S")
    at += timedelta(microseconds=int(((fraction or "") + "000000")[:6]))
    if zone and zone.upper() != "Z":
        digits = zone[1:].replace(":", "") + "00"
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
        at += offset if zone[0] == "-" else -offset
    return at


def strict(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:  # noqa: UP006  Python 3.8
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def parse(name: str, data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=strict)
    except ValueError as error:
        wrong(name, f"it cannot be read ({error})")


class Folder:
    """The files of a pack that was unpacked. Those whose name begins with a dot are the computer's own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        found = (item.relative_to(path) for item in path.rglob("*") if not item.is_dir())
        self.names = [item.as_posix() for item in found if not any(part.startswith(".") for part in item.parts)]

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()


class Archive:
    """The files of a pack that was not unpacked."""

    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        self.names = self.archive.namelist()

    def read(self, name: str) -> bytes:
        return self.archive.read(name)


def check_files(files: Any, manifest: Any) -> None:
    """Each file that the manifest lists is there, unchanged, and nothing else is."""
    if manifest.get("format") != "safeguard-auditor-pack" or manifest.get("version") != 1:
        wrong("manifest.json", "it is of no auditor pack that this program knows")
    if len(set(files.names)) != len(files.names):
        wrong("the pack", "a file is in it twice")
    for name in sorted(set(files.names) - set(manifest["files"]) - {"manifest.json"}):
        wrong(name, "the manifest does not list it")
    for name, told in sorted(manifest["files"].items()):
        if not NAMES.fullmatch(name):
            wrong("manifest.json", f"a pack has no file {name[:80]!r}")
        if name not in files.names:
            wrong(name, "it is missing")
        data = files.read(name)
        if sha256(data) != told["sha256"] or len(data) != told["bytes"]:
            wrong(name, "it is not the file that the manifest lists: its SHA-256 differs")


def check_sample(files: Any, manifest: Any) -> List[str]:  # noqa: UP006
    """The people are those whom the seed gives. Answers their identities in order."""
    lines = files.read("population.txt").decode("ascii").split("\n")
    population = lines[:-1]
    if lines[-1] or population != sorted(set(population)):
        wrong("population.txt", "it is not in order, or names somebody twice")
    if len(population) != manifest["counts"]["population"]:
        wrong("population.txt", "it does not hold as many people as the manifest says")
    seed, size = manifest["seed"], manifest["sample_asked_for"]
    drawn = sorted(population, key=lambda identity: rank(seed, identity))[:size]
    names = sorted(name for name in manifest["files"] if name.startswith("people/"))
    if names != [f"people/{number:04}.json" for number in range(1, len(drawn) + 1)]:
        wrong("the sample", f"the seed gives {len(drawn)} people, and the pack holds {len(names)}")
    if len(drawn) != manifest["counts"]["sample"]:
        wrong("manifest.json", "it counts another number of people in the sample")
    return drawn


def check_chain(where: str, entries: Any, person: str) -> None:
    """Each entry holds the hash of the one before and its own; all are of this person, numbered from one."""
    expected = START
    for number, entry in enumerate(entries, 1):
        record = entry["record"]
        if entry["previous_hash"] != expected or entry["hash"] != link(expected, record):
            wrong(f"{where} {number}", "its hash chain is broken here")
        if record["person"] != person or record["sequence"] != number:
            wrong(f"{where} {number}", "it is another person's, or out of order")
        expected = entry["hash"]


def check_statements(where: str, entries: Any) -> Dict[str, Any]:  # noqa: UP006
    """Each text has its digest and its id. Answers what each says, by id."""
    found = {}
    for entry in entries:
        if sha256(entry["raw"].encode()) != entry["sha256"]:
            wrong(f"{where}: statement {entry['id']}", "its text does not have its digest")
        found[entry["id"]] = said = json.loads(entry["raw"])
        if same_uuid(said["id"]) != entry["id"]:
            wrong(f"{where}: statement {entry['id']}", "its text bears another id")
    return found


def same_uuid(text: str) -> str:
    return str(uuid.UUID(text))


def check_completion(where: str, record: Any, said: Any) -> None:
    """What the ledger says is what the statement says."""
    if said is None:
        wrong(where, f"its statement {record['statement']} is missing")
    told = {
        "activity": said["object"]["id"],
        "registration": same_uuid(said["context"]["registration"]),
        "person": same_uuid(said["actor"]["account"]["name"]),
    }
    for name, value in told.items():
        if record[name] != value:
            wrong(where, f"its {name} differs from its statement's")
    at = moment(said["timestamp"])
    if moment(record["completed_at"]) != at:
        wrong(where, "its time differs from its statement's")
    if abs(datetime.strptime(record["completed_on"], "%Y-%m-%d").date() - at.date()) > timedelta(days=1):
        wrong(where, "its day cannot be the day of its time anywhere")


def check_nothing_cut_off(where: str, statements: Any, said: Any, records: Any) -> None:
    """Every course that the site itself said to be satisfied is in the ledger."""
    known = {(record["activity"], record["registration"]) for record in records}
    for entry in statements:
        text = said[entry["id"]]
        if entry["said_by"] is None and text["verb"]["id"] == SATISFIED:
            key = (text["object"]["id"], same_uuid(text["context"]["registration"]))
            if key not in known:
                wrong(where, f"statement {entry['id']} says satisfied, but the ledger has no completion for it")


def check_record(where: str, record: Any, identity: str) -> Any:
    """What was recorded under one number. Answers its entries in the ledger."""
    records = [entry["record"] for entry in record["completions"]]
    check_chain(f"{where}: completion", record["completions"], identity)
    check_chain(f"{where}: signature", record.get("signatures", []), identity)
    said = check_statements(where, record["statements"])
    for number, entry in enumerate(records, 1):
        check_completion(f"{where}: completion {number}", entry, said.get(entry["statement"]))
    check_nothing_cut_off(where, record["statements"], said, records)
    days = {entry["statement"]: entry["completed_on"] for entry in records}
    for entry in record.get("certificates", []):
        if days.get(entry["statement"]) != entry["completed_on"]:
            wrong(where, f"the ledger does not hold what certificate {entry['code']} says")
    for number, entry in enumerate(record.get("signatures", []), 1):
        if sha256(canonical(entry["text"]).encode()) != entry["record"]["text_sha256"]:
            wrong(f"{where}: signature {number}", "it was given for other words")
    return records


def check_person(where: str, person: Any, identity: str) -> None:
    """The record that is kept, those that were merged into it, and what rests on their ledgers."""
    if person["person"]["uuid"] != identity:
        wrong(where, f"the seed gives {identity} here, and this is somebody else")
    records = check_record(where, person, identity)
    for other in person["other_records"]:
        records += check_record(f"{where}: record {other['person']['number']}", other, other["person"]["uuid"])
    proven = {record["statement"] for record in records}
    for entry in [item for told in [person] + person["other_records"] for item in told.get("sessions", [])]:
        if entry["statement"] is not None and not (entry["present"] and entry["statement"] in proven):
            wrong(where, f"session {entry['session']} was confirmed, but the sheet or the ledger does not say so")
    for entry in person["assignments"]:
        if entry["proof"] is not None and entry["proof"] not in proven:
            wrong(where, f"the proof of {entry['rule']} is not in the ledger")
        for waiver in entry["waivers"] + entry["extensions"]:
            if waiver["requested_by"] == waiver["approved_by"]:
                wrong(where, f"the waiver of {entry['rule']} was approved by the person who asked for it")


def check(files: Any, say: Callable[[str], None]) -> None:
    """All of it. Raises Wrong with the first thing that does not hold."""
    if "manifest.json" not in files.names:
        wrong("manifest.json", "it is missing")
    data = files.read("manifest.json")
    manifest = parse("manifest.json", data)
    check_files(files, manifest)
    drawn = check_sample(files, manifest)
    counts = {name: 0 for name in manifest["counts"] if name not in ("population", "sample")}
    for number, identity in enumerate(drawn, 1):
        name = f"people/{number:04}.json"
        person = parse(name, files.read(name))
        try:
            check_person(name, person, identity)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            wrong(name, f"something is missing in it or cannot be read ({error!r})")
        for kind in counts:
            counts[kind] += sum(len(record.get(kind, [])) for record in [person] + person["other_records"])
    for kind, count in counts.items():
        if count != manifest["counts"][kind]:
            wrong("manifest.json", f"it counts {manifest['counts'][kind]} {kind}, and the pack holds {count}")
    say(f"Everything holds: {len(drawn)} people, {canonical(counts)}")
    say(f"SHA-256 of manifest.json: {sha256(data)}")


def main(arguments: List[str]) -> int:  # noqa: UP006
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        check(Folder(path) if path.is_dir() else Archive(path), print)
    except Wrong as error:
        print(f"WRONG: {error}")
        return 1
    except (KeyError, TypeError, ValueError, AttributeError, OSError, RecursionError, zipfile.BadZipFile) as error:
        print(f"WRONG: the pack cannot be read ({error!r})")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Writes the pack: one ZIP, file by file, to any stream; no more than one person is in memory at a time."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources import files
from typing import IO, Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation

from lms.compliance.auditing.collecting import of_person, population, rules
from lms.compliance.auditing.sampling import draw
from lms.compliance.auditing.sections import Period
from lms.conf import conf
from lms.people.models import Office, Person

FORMAT = "safeguard-auditor-pack"
VERSION = 1
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is made
COUNTED = ("assignments", "completions", "statements", "signatures", "certificates", "sessions", "proofs", "reminders")


@dataclass(frozen=True)
class Order:
    """What is asked for."""

    office: Office
    period: Period
    seed: str
    size: int


@dataclass
class Pack:
    """What was written: who was drawn, out of how many, and the digests by which the pack is known again."""

    people: list[Person]
    population: int
    population_sha256: str
    manifest_sha256: str = ""
    counts: dict[str, int] = field(default_factory=dict)


class Forward:
    """A stream that is written forward only, so that a file, a pipe and a download get the same bytes."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out = out

    def write(self, data: bytes) -> int:
        self.out.write(data)
        return len(data)

    def flush(self) -> None:
        self.out.flush()

    def close(self) -> None:
        """Whoever opened it closes it."""


class Writer:
    """Adds files to the archive and remembers their digests."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> str:
        """The SHA-256 of what was added."""
        entry = zipfile.ZipInfo(name, LONG_AGO)
        entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
        digest, size = hashlib.sha256(), 0
        with self.archive.open(entry, "w") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        self.files[name] = {"sha256": digest.hexdigest(), "bytes": size}
        return digest.hexdigest()

    def add_json(self, name: str, value: Any) -> str:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, default=_plain)
        return self.add(name, [text.encode(), b"\n"])


def write(order: Order, *, out: IO[bytes], made_by: str, made_at: datetime) -> Pack:
    """Write it to ``out``, which need not be seekable. In English, whoever asks: a pack is the same for everybody."""
    with translation.override("en"), zipfile.ZipFile(Forward(out), "w") as archive:
        writer = Writer(archive)
        belonging = sorted(str(uuid) for uuid in population(order.office, order.period).values_list("uuid", flat=True))
        drawn = draw(seed=order.seed, population=belonging, size=order.size)
        found = Person.objects.select_related("office").in_bulk([UUID(name) for name in drawn], field_name="uuid")
        pack = Pack(
            people=[found[UUID(name)] for name in drawn],
            population=len(belonging),
            population_sha256=writer.add("population.txt", _lines(belonging)),
            counts=dict.fromkeys(COUNTED, 0),
        )
        _write_people(writer, pack, order)
        writer.add("README.txt", [_read_me(order, pack).encode()])
        writer.add("verify.py", [verifier()])
        told = _manifest(order, pack, writer.files) | {"made_at": made_at, "made_by": made_by}
        pack.manifest_sha256 = writer.add_json("manifest.json", told)
    return pack


def verifier() -> bytes:
    """The program that goes with every pack."""
    return files("lms.compliance.auditing").joinpath("verify.py").read_bytes()


def _write_people(writer: Writer, pack: Pack, order: Order) -> None:
    in_force = rules(order.period)
    writer.add_json("rules.json", in_force)
    codes = [rule["code"] for rule in in_force]
    for number, person in enumerate(pack.people, 1):
        told = of_person(person, order.period, codes=codes)
        for name in COUNTED:
            pack.counts[name] += sum(len(record.get(name, [])) for record in (told, *told["other_records"]))
        writer.add_json(f"people/{number:04}.json", told)


def _manifest(order: Order, pack: Pack, digests: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "organisation": conf.ORGANISATION_NAME,
        "site": conf.SITE_URL,
        "records_of": conf.IRI_BASE,
        "office": {"code": order.office.code, "name": order.office.name},
        "period": {"from": order.period.first, "until": order.period.last},
        "seed": order.seed,
        "sample_asked_for": order.size,
        "counts": {"population": pack.population, "sample": len(pack.people), **pack.counts},
        "files": digests,
    }


def _read_me(order: Order, pack: Pack) -> str:
    return render_to_string("lms/auditing/README.txt", {"order": order, "pack": pack})


def _lines(items: Iterable[str]) -> Iterator[bytes]:
    for item in items:
        yield f"{item}\n".encode()


def _plain(value: Any) -> str:
    """What JSON has no form for."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)

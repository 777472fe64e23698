"""What is in a pack, who is in it, and who may take one."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.db import connection
from django.db.utils import DatabaseError
from django.test import Client
from wagtail.models import ModelLogEntry

from lms.compliance.auditing.models import AuditorPack
from lms.people.groups import ensure_groups
from lms.people.importing import import_directory
from lms.people.models import OfficeAccess, Person
from lms.requirements.merging import merge
from tests.cast import TODAY, Cast, make_person
from tests.lms.compliance.auditing.packs import ASKED, change, place_of, read, take, unpack, verify

ADDRESS = "/admin/compliance/auditor-pack/"


def test_a_pack_holds_and_says_so(pack: Path) -> None:
    status, said = verify(pack)
    assert (status, said.splitlines()[0][:17]) == (0, "Everything holds:")
    assert '"completions":3' in said
    assert '"signatures":1' in said
    assert AuditorPack.objects.get().manifest_sha256 in said


def test_it_can_be_checked_without_unpacking(pack: Path) -> None:
    assert verify(pack, "../pack.zip")[0] == 0


def test_everything_about_one_person_is_there(pack: Path, audited: Cast) -> None:
    bruno = read(pack, place_of(pack, "P00002"))
    assert bruno["person"]["name"] == "Bruno Late"
    (assignment,) = bruno["assignments"]
    assert (assignment["rule"], assignment["standing_on_last_day"]) == ("sea", "complete")
    assert assignment["proof"] == bruno["completions"][2]["record"]["statement"]
    assert assignment["why_owed"][0].startswith("The rule “Sea” covers")
    assert {item["what"] for item in assignment["received"]} >= {"passed", "signed"}
    assert [entry["record"]["sequence"] for entry in bruno["completions"]] == [1, 2, 3]
    assert {entry["record"]["statement"] for entry in bruno["completions"]} == {
        entry["id"] for entry in bruno["statements"]
    }
    (signature,) = bruno["signatures"]
    assert signature["text"]["version"] == signature["record"]["text_version"] == "1"
    assert signature["text"]["language"] == "en"
    assert [entry["completed_on"] for entry in bruno["certificates"]] == ["2026-11-23"]
    assert [(entry["rule"], entry["to"], entry["days_after"]) for entry in bruno["reminders"]] == [
        ("sea", "supervisor", -7)
    ]


def test_of_a_waiver_there_is_the_reasons_code_and_no_name(pack: Path, audited: Cast) -> None:
    (waiver,) = read(pack, place_of(pack, "P00005"))["assignments"][0]["waivers"]
    assert waiver["reason"] == "connectivity"
    assert waiver["requested_by"] == str(audited.chen.uuid)
    assert not {"Chen Head", "Dora HR"} & set(map(str, waiver.values()))


def test_no_address_and_no_text_of_a_message_is_in_it(pack: Path) -> None:
    everything = "".join(path.read_text() for path in pack.rglob("*") if path.is_file() and path.name != "verify.py")
    for secret in ("@example", "SUBJECT", "BODY", "pbkdf2", "argon2"):
        assert secret not in everything


def test_the_population_is_who_belonged_in_the_period(pack: Path, audited: Cast) -> None:
    listed = (pack / "population.txt").read_text().split()
    there = {str(person.uuid) for person in (audited.chen, audited.bruno, audited.dora, audited.eve)}
    assert set(listed) == there, "Amina joins later"
    assert listed == sorted(listed)
    assert "Bruno" not in (pack / "population.txt").read_text()


def test_an_office_is_taken_with_what_is_below_it_and_nothing_else(audited: Cast, tmp_path: Path) -> None:
    make_person("P00020", audited.country, left_on="2026-01-01", joined_on="2025-01-01")
    take(tmp_path / "pack.zip", office="WCA")
    folder = unpack(tmp_path / "pack.zip")
    assert set((folder / "population.txt").read_text().split()) == {str(audited.chen.uuid), str(audited.bruno.uuid)}
    assert verify(folder)[0] == 0


def test_a_rule_under_which_somebody_has_nothing_to_do_is_named(audited: Cast, tmp_path: Path) -> None:
    audited.assignment(audited.eve, "sea").waivers.first()
    make_person("P00021", audited.country)
    take(tmp_path / "pack.zip", size=10)
    folder = unpack(tmp_path / "pack.zip")
    assert read(folder, place_of(folder, "P00021"))["not_assigned"] == ["sea"]
    assert [rule["code"] for rule in read(folder, "rules.json")] == ["sea"]


def test_the_same_state_and_seed_give_the_same_bytes_but_for_who_and_when(audited: Cast, tmp_path: Path) -> None:
    names = ("one.zip", "two.zip")
    for name in names:
        take(tmp_path / name)
    one, two = ({item.filename: item.CRC for item in zipfile.ZipFile(tmp_path / name).infolist()} for name in names)
    assert {name for name in one if one[name] != two[name]} <= {"manifest.json"}
    first, second = (read(unpack(tmp_path / name), "manifest.json") for name in names)
    assert first.pop("made_at") != second.pop("made_at")
    assert first == second


def test_it_is_in_english_whoever_takes_it(audited: Cast, tmp_path: Path, auditor: Client) -> None:
    take(tmp_path / "one.zip", office="WCA")
    answer = auditor.post(ADDRESS, {**ASKED, "office": "WCA"}, headers={"accept-language": "fr"})
    (tmp_path / "two.zip").write_bytes(answer.getvalue())
    first, second = (unpack(tmp_path / name) for name in ("one.zip", "two.zip"))
    assert read(first, "manifest.json")["files"] == read(second, "manifest.json")["files"]


def test_the_command_prints_the_seed_that_it_chose(audited: Cast, tmp_path: Path) -> None:
    said = take(tmp_path / "one.zip", seed="", size=2)
    seed = said.splitlines()[0].removeprefix("Seed: ")
    assert len(seed) == 16
    take(tmp_path / "two.zip", seed=seed, size=2)
    one, two = (read(unpack(tmp_path / name), "manifest.json") for name in ("one.zip", "two.zip"))
    assert one["files"] == two["files"]


def test_only_its_owner_may_read_the_file_and_nothing_is_written_over(audited: Cast, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    take(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="File exists"):
        take(path)


@pytest.mark.parametrize(
    "wrong",
    [{"office": "NOPE"}, {"first": "yesterday"}, {"last": "2999-01-01"}, {"first": "2026-11-24"}, {"size": 0},
     {"size": 201}, {"seed": "a\nb"}, {"first": "1900-01-01"}],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words_and_leaves_nothing(
    audited: Cast, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    with pytest.raises(CommandError):
        take(tmp_path / "pack.zip", **wrong)
    assert not list(tmp_path.iterdir())
    assert not AuditorPack.objects.exists()


@pytest.fixture
def auditor(audited: Cast, client: Client) -> Client:
    """An auditor of the region, who belongs to nobody's office."""
    user = User.objects.create_user("auditor")
    user.groups.add(ensure_groups()["Auditors"])
    OfficeAccess.objects.create(user=user, office=audited.region, ends_on="2999-01-01")
    client.force_login(user)
    return client


def test_an_auditor_takes_a_pack_from_the_page(auditor: Client, audited: Cast, tmp_path: Path) -> None:
    shown = auditor.get(ADDRESS).content.decode()
    assert 'value="WCA"' in shown
    assert 'value="HQ"' not in shown
    answer = auditor.post(ADDRESS, {**ASKED, "office": "WCA"})
    assert answer["Content-Disposition"] == 'attachment; filename="auditor-pack-wca-2026-11-23.zip"'
    (tmp_path / "pack.zip").write_bytes(answer.getvalue())
    folder = unpack(tmp_path / "pack.zip")
    assert verify(folder)[0] == 0
    assert read(folder, "manifest.json")["made_by"] == "auditor"
    assert AuditorPack.objects.get().manifest_sha256 in auditor.get(ADDRESS).content.decode()


def test_it_is_recorded_who_took_it_of_which_office_and_at_whom_they_looked(auditor: Client, audited: Cast) -> None:
    auditor.post(ADDRESS, {**ASKED, "office": "WCA"}).getvalue()
    entry = ModelLogEntry.objects.get(action="lms.auditor_pack.take")
    assert (entry.user.username, entry.data) == ("auditor", {"office": "WCA", "seed": "dice 4 1 6"})
    looks = ModelLogEntry.objects.filter(action="lms.person.look", user__username="auditor")
    assert set(looks.values_list("label", flat=True)) == {"Chen Head", "Bruno Late"}


@pytest.mark.parametrize(
    "wrong", [{"office": "HQ"}, {"office": "APA"}, {"size": "1000"}, {"last": "2999-01-01"}, {"seed": "a\x00b"}]
)
def test_what_an_auditor_may_not_have_is_refused_on_the_form(
    auditor: Client, audited: Cast, wrong: dict[str, Any]
) -> None:
    answer = auditor.post(ADDRESS, {**ASKED, "office": "WCA", **wrong})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    assert "error" in answer.content.decode()
    assert not AuditorPack.objects.exists()


@pytest.mark.parametrize("name", ["chen", "dora", "bruno"])
def test_nobody_else_takes_one(auditor: Client, audited: Cast, client: Client, name: str) -> None:
    groups = ensure_groups()
    audited.chen.user.groups.add(groups["Heads of office"])  # type: ignore[union-attr]
    audited.dora.user.groups.add(groups["HR"])  # type: ignore[union-attr]
    for person in (audited.chen, audited.dora, audited.bruno):
        OfficeAccess.objects.create(user=person.user, office=audited.headquarters)  # type: ignore[misc]
    client.force_login(getattr(audited, name).user)
    assert client.post(ADDRESS, ASKED).status_code in (302, 403)
    assert not AuditorPack.objects.exists()


def test_that_a_pack_was_taken_cannot_be_changed(audited: Cast, tmp_path: Path) -> None:
    take(tmp_path / "pack.zip")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE lms_auditorpack SET seed = 'x'")


def test_the_queries_grow_with_the_sample_only(
    audited: Cast, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        make_person(f"Q{number:05}", audited.country)
    audited.assign()
    fixed, a_person = 40, 18
    with django_assert_max_num_queries(fixed + 2 * a_person):
        take(tmp_path / "two.zip", size=2)
    with django_assert_max_num_queries(fixed + 20 * a_person):
        take(tmp_path / "twenty.zip", size=20)


def test_a_stream_that_cannot_be_sought_gets_the_same_bytes(audited: Cast) -> None:
    from datetime import UTC, date, datetime

    from lms.compliance.auditing.packing import Order, write
    from lms.compliance.auditing.sections import Period

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.got = bytearray()

        def write(self, data: Any) -> int:
            self.got += data
            return len(data)

    order = Order(audited.headquarters, Period(date(2026, 1, 1), date(2026, 11, 23)), "x", 4)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    file, pipe = io.BytesIO(), Pipe()
    write(order, out=file, made_by="", made_at=at)
    write(order, out=pipe, made_by="", made_at=at)  # type: ignore[arg-type]
    assert file.getvalue() == bytes(pipe.got)
    assert Person.objects.count() == 5


def test_two_records_of_one_person_are_drawn_once_and_hold_both_chains(audited: Cast, tmp_path: Path) -> None:
    kept = make_person("P10002", audited.country, joined_on=audited.bruno.joined_on)
    merge(kept=kept, merged=Person.objects.get(pk=audited.bruno.pk), today=TODAY)
    take(tmp_path / "pack.zip", size=10)
    pack = unpack(tmp_path / "pack.zip")
    assert verify(pack)[0] == 0
    with pytest.raises(LookupError):
        place_of(pack, "P00002")
    told = read(pack, place_of(pack, "P10002"))
    (other,) = told["other_records"]
    assert (other["person"]["number"], len(other["completions"]), len(other["signatures"])) == ("P00002", 3, 1)
    assert told["assignments"][0]["proof"] == other["completions"][2]["record"]["statement"]
    change(pack, place_of(pack, "P10002"), lambda value: value["other_records"][0]["completions"].pop())
    assert verify(pack)[0] == 1


def test_who_moved_away_since_belongs_to_the_office_of_the_period(audited: Cast, tmp_path: Path) -> None:
    def drawn_from(office: str, **asked: str) -> set[str]:
        path = tmp_path / f"{office} {asked['first']}.zip"
        take(path, office=office, size=10, **asked)
        folder = unpack(path)
        assert verify(folder)[0] == 0
        return {read(folder, f"people/{path.name}")["person"]["number"] for path in (folder / "people").iterdir()}

    header = "number,name,office,category,joined_on,in_post_since"
    import_directory(
        people=f"{header}\nP00002,Bruno Late,APA,FTA,2026-10-24,2026-11-10\n".encode(), today=TODAY,
        assign=lambda people: 0,
    )  # fmt: skip
    before = {"first": "2026-10-01", "last": "2026-11-09"}
    assert "P00002" in drawn_from("WCA", **before)
    assert "P00002" not in drawn_from("APA", **before)
    after = {"first": "2026-11-10", "last": "2026-11-23"}
    assert "P00002" not in drawn_from("WCA", **after)
    assert "P00002" in drawn_from("APA", **after)

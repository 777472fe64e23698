"""The command import_directory: what HR sees when the feed is good, bad or no feed at all."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lms.people.models import Headship, Office, Person
from lms.requirements.models import Activity, Assignment
from tests.cast import Cast, make_requirement

HEADER = "number,name,office,category,joined_on,supervisor"
GOOD = "N1,New One,WCA-SN,FTA,2026-12-01,P00003"


class Desk:
    """HR at the command line: sends lines, reads what comes back."""

    def __init__(self, folder: Path) -> None:
        self.people = folder / "people.csv"

    def send(self, *lines: str, header: str = HEADER, **options: Any) -> str:
        self.people.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        return self.send_again(**options)

    def send_again(self, **options: Any) -> str:
        out = io.StringIO()
        try:
            call_command("import_directory", self.people, stdout=out, **options)
        except CommandError as error:
            assert error.returncode == 1
            return f"{out.getvalue()}{error}"
        return out.getvalue()


def rejects(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


@pytest.fixture
def desk(cast: Cast, tmp_path: Path) -> Desk:
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity, due_days=0)
    cast.assign()
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("N2,Two,NOWHERE,FTA,2026-12-01,", "line 3: office 'NOWHERE' is not known"),
        ("N2,Two,WCA-SN,FTA,2026-02-30,", "line 3: joined_on '2026-02-30' is no day of the calendar"),
        ("N1,Two,WCA-SN,FTA,2026-12-01,", "line 3: number N1 stands on line 2 already"),
        ("N2,=1+1,WCA-SN,FTA,2026-12-01,", "line 3: name begins with '='"),
        ("N2,Two,WCA-SN,FTA,2026-12-01", "line 3: 5 cells, but the header has 6 columns"),
    ],
)
def test_a_bad_line_is_told_by_line_and_reason_and_the_good_one_comes_in(desk: Desk, line: str, reason: str) -> None:
    told = desk.send(GOOD, line)
    assert reason in told
    assert "1 joined" in told
    assert Person.objects.get(number="N1").name == "New One"
    assert not Person.objects.filter(name__in=["Two", "=1+1"]).exists()


def test_a_circle_of_supervisors_stops_only_its_own_people(desk: Desk) -> None:
    told = desk.send(
        GOOD,
        "N2,Two,WCA-SN,FTA,2026-12-01,N3",
        "N3,Three,WCA-SN,FTA,2026-12-01,N2",
        "N4,Four,WCA-SN,FTA,2026-12-01,N2",
    )
    assert told.count("the supervisors of these people form a circle") == 2
    assert set(Person.objects.filter(number__startswith="N").values_list("number", flat=True)) == {"N1", "N4"}


def test_a_mended_rejects_file_can_be_sent_as_the_next_feed(desk: Desk, tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    desk.send(GOOD, "N2,=Two,WCA-SN,FTA,2026-12-01,", rejects=kept)
    assert [(row["line"], row["name"]) for row in rejects(kept)] == [("3", "'=Two")]
    assert "begins with '='" in rejects(kept)[0]["reason"]
    desk.people.write_bytes(kept.read_bytes().replace(b"'=Two", b"Two"))
    assert "1 joined" in desk.send_again()
    assert Person.objects.get(number="N2").name == "Two"


def test_a_rejects_file_that_is_sent_again_as_it_is_comes_back_with_its_new_lines(desk: Desk, tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    desk.send(GOOD, "N2,=Two,WCA-SN,FTA,2026-12-01,", rejects=kept)
    desk.people.write_bytes(kept.read_bytes().replace(b"'=Two", b"=Two"))
    desk.send_again(rejects=kept)
    assert kept.read_text("utf-8-sig").splitlines()[0].split(",").count("reason") == 1
    assert [(row["line"], row["name"]) for row in rejects(kept)] == [("2", "'=Two")]


def test_a_rejects_file_that_cannot_be_written_is_told_and_the_good_rows_came_in(desk: Desk, tmp_path: Path) -> None:
    told = desk.send(GOOD, "N2,=Two,WCA-SN,FTA,2026-12-01,", rejects=tmp_path)
    assert "cannot be written" in told
    assert Person.objects.filter(number="N1").exists()


def test_a_dry_run_prints_why_rows_would_be_rejected_and_writes_no_file(
    desk: Desk, tmp_path: Path, settings: Any
) -> None:
    settings.LMS_FEED_MOST_REJECTED_PERCENT = 100
    wrong = [f"N{number},=Two,WCA-SN,FTA,2026-12-01," for number in range(2, 150)]
    told = desk.send(GOOD, *wrong, dry_run=True, rejects=tmp_path / "kept.csv")
    assert told.count("begins with '='") == len(wrong)
    assert "148 rows would be rejected; nothing was written." in told
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]


def test_without_a_rejected_row_no_rejects_file_is_left_behind(desk: Desk, tmp_path: Path) -> None:
    desk.send(GOOD)
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]


def test_excel_in_a_country_of_semicolons_with_a_byte_order_mark(desk: Desk) -> None:
    text = "\ufeff" + f"{HEADER}\r\nN1,Zoë Ñandú,WCA-SN,fta,2026-12-01,P00003\r\n".replace(",", ";")
    desk.people.write_bytes(text.encode())
    desk.send_again()
    assert Person.objects.get(number="N1").name == "Zoë Ñandú"


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    offices = tmp_path / "offices.csv"
    offices.write_text("code,name,kind,parent\nNEW,New,country,WCA\n")
    told = desk.send("N1,One,NEW,FTA,2026-12-01,", offices=offices, dry_run=True)
    assert "Dry run" in told
    assert "1 joined" in told
    assert "1 new offices" in told
    assert "1 assignments opened" in told
    assert not Office.objects.filter(code="NEW").exists()
    assert not Assignment.objects.filter(person__number="N1").exists()


def test_somebody_who_comes_a_week_later_has_a_week_more(desk: Desk) -> None:
    desk.send(GOOD)
    desk.send(GOOD.replace("2026-12-01", "2026-12-08"))
    assert Assignment.objects.open().get(person__number="N1").due_on == date(2026, 12, 8)


def test_people_whom_the_feed_does_not_name_stay_as_they_are(desk: Desk, cast: Cast) -> None:
    before = list(Person.objects.order_by("pk").values())
    told = desk.send(GOOD)
    assert "0 changed, 0 left" in told
    assert list(Person.objects.exclude(number="N1").order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,office\nAnn,HQ\n", "lacks the columns: number"),
        (b"PK\x03\x04\xff\xfe", "not UTF-8"),
        (b"", "lacks the columns"),
    ],
)
def test_a_file_that_is_no_feed_changes_nothing(desk: Desk, content: bytes, said: str) -> None:
    desk.people.write_bytes(content)
    with pytest.raises(CommandError, match=f"Nothing was imported.*{said}"):
        call_command("import_directory", desk.people)


def test_a_file_that_cannot_be_read_is_named(desk: Desk, tmp_path: Path, settings: Any) -> None:
    with pytest.raises(CommandError, match=r"missing\.csv cannot be read"):
        call_command("import_directory", tmp_path / "missing.csv")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_directory", tmp_path)
    settings.LMS_IMPORT_MAX_BYTES = 10
    desk.people.write_text(HEADER)
    with pytest.raises(CommandError, match="larger than 10 bytes"):
        call_command("import_directory", desk.people)


HEADS = HEADER + ",head_of_office"


def test_a_head_who_moves_to_another_office_no_longer_heads_the_old_one(desk: Desk, cast: Cast) -> None:
    desk.send("N1,One,WCA-SN,FTA,2026-01-01,,yes", header=HEADS)
    desk.send("N1,One,APA,FTA,2026-01-01,,", header=HEADS)
    assert not Headship.objects.filter(person__number="N1", ends_on=None).exists()
    desk.send("N1,One,APA,FTA,2026-01-01,,yes", header=HEADS)
    assert Headship.objects.get(person__number="N1", ends_on=None).office == cast.elsewhere


def test_two_heads_of_one_office_are_told_and_the_first_stays(desk: Desk, cast: Cast) -> None:
    lines = ["N1,One,WCA-SN,FTA,2026-01-01,,yes", "N2,Two,WCA-SN,FTA,2026-01-01,,yes"]
    for _ in range(2):
        assert "line 3: WCA-SN has a head already on line 2" in desk.send(*lines, header=HEADS)
        assert Headship.objects.get(office=cast.country).person.number == "N1"
    assert Headship.objects.get(office=cast.country).starts_on == timezone.localdate()


def leaves(cast: Cast) -> list[tuple[date, date]]:
    return list(cast.bruno.leaves.order_by("first_day").values_list("first_day", "last_day"))


def test_a_leave_that_is_moved_or_withdrawn_is_not_kept(desk: Desk, cast: Cast) -> None:
    header = f"{HEADER},leave_from,leave_until"
    line = "P00002,Bruno Late,WCA-SN,FTA,2026-10-24,P00003"
    desk.send(f"{line},2001-01-01,2001-02-01", header=header)
    desk.send(f"{line},2099-01-01,2099-03-01", header=header)
    desk.send(f"{line},2099-02-01,2099-04-01", header=header)
    over = (date(2001, 1, 1), date(2001, 2, 1))
    assert leaves(cast) == [over, (date(2099, 2, 1), date(2099, 4, 1))]
    desk.send(line)
    assert len(leaves(cast)) == 2, "a file without the columns says nothing of leave"
    desk.send(f"{line},,", header=header)
    assert leaves(cast) == [over]


def test_who_joins_again_after_having_left_has_come_back(desk: Desk, cast: Cast) -> None:
    Person.objects.filter(pk=cast.bruno.pk).update(left_on=date(2026, 11, 1))
    told = desk.send("P00002,Bruno Late,WCA-SN,FTA,2026-12-01,P00003")
    cast.bruno.refresh_from_db()
    assert (cast.bruno.left_on, cast.bruno.joined_on) == (None, date(2026, 12, 1)), told


def test_offices_follow_the_file_up_and_never_into_a_circle(desk: Desk, cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "offices.csv"
    long = "x" * 300
    file.write_text(
        "code,name,kind,parent\nHQ,Headquarters,hq,WCA-SN\nWCA,West,regional,\n"
        f"LONG{long},Long,country,HQ\nNEW,New,country,WCA\n",
        encoding="utf-8",
    )
    told = desk.send(GOOD, offices=file)
    assert "offices: parent 'WCA-SN' stands below 'HQ'" in told
    assert "offices: code is longer than 32" in told
    assert Office.objects.get(code="WCA").is_root()
    assert Office.objects.get(code="WCA-SN").get_parent().code == "WCA"
    assert Office.objects.get(code="NEW").get_parent().code == "WCA"
    assert Person.objects.filter(number="N1").exists()


@pytest.mark.parametrize(
    "address", ["a@exa..mple.org", f"a@{'x' * 70}.org", "a..b@example.org", ".a@example.org", "a@b"]
)
def test_an_address_that_no_mail_reaches_is_refused(desk: Desk, address: str) -> None:
    told = desk.send(f"{GOOD},{address}", header=f"{HEADER},email")
    assert "is no address" in told


def test_a_head_whose_last_day_is_known_still_heads_until_then(desk: Desk, cast: Cast) -> None:
    desk.send("P00003,Chen Head,WCA-SN,FTA,2026-01-05,,yes,2099-01-01", header=f"{HEADER},head_of_office,left_on")
    assert cast.country in Office.objects.visible_to(cast.chen.user)
    Person.objects.filter(pk=cast.chen.pk).update(left_on=timezone.localdate())
    assert not Office.objects.visible_to(cast.chen.user).exists()

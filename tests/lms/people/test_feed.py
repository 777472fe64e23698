"""HR's feed: every line is taken or rejected with its reason, and nothing else happens."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from lms.people import feed, feed_survey
from lms.people.models import Headship, Leave, Office, Person
from lms.requirements.models import Activity, Assignment
from tests.cast import Cast, make_requirement

KNOWN: Any = {"offices": {"HQ", "WCA"}, "categories": {"FTA", "SC"}, "languages": {"en", "fr", "zh-hans"}}
HEADER = "number,name,office,category,joined_on,supervisor"


def parse(*lines: str, header: str = HEADER) -> tuple[list[feed.PersonRow], list[feed.Rejected]]:
    return feed_survey.people("\n".join([header, *lines]).encode(), **KNOWN)


@given(data=st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused_as_no_feed(data: bytes) -> None:
    try:
        feed_survey.people(data, **KNOWN)
    except feed.NotAFeed as refused:
        assert str(refused)


cells = st.text(st.characters(exclude_characters="\x00"), max_size=12) | st.sampled_from(
    ["P1", "P2", "Ann", "HQ", "FTA", "2026-01-01", "=1+1", "2026-02-30", ""]
)


@given(rows=st.lists(st.lists(cells, min_size=6, max_size=6), max_size=12))
def test_every_line_ends_up_once_as_row_or_as_rejected(rows: list[list[str]]) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADER.split(","))
    writer.writerows(rows)
    taken, rejected = feed_survey.people(
        file.getvalue().encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode(), **KNOWN
    )
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(taken) + len(rejected) == len(filled)
    assert len({row.number for row in taken}) == len(taken)


@given(links=st.dictionaries(st.integers(0, 8), st.integers(0, 8), max_size=9))
def test_circles_are_found_where_they_are(links: dict[int, int]) -> None:
    def returns(start: int) -> bool:
        seen, at = 0, links.get(start)
        while at is not None and seen < 20:
            if at == start:
                return True
            at, seen = links.get(at), seen + 1
        return False

    told = [links.get(person, feed_survey.NONE) for person in range(9)]
    assert feed_survey.circles(told) == {person for person in links if returns(person)}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("P1,Ann,XX,FTA,2026-01-01,", "office 'XX' is not known"),
        ("P1,Ann,HQ,KING,2026-01-01,", "category 'KING' is not one of FTA, SC"),
        ("P1,Ann,HQ,FTA,2026-02-30,", "no day of the calendar"),
        ("P1,Ann,HQ,FTA,01/02/2026,", "not a date of the form 2026-12-31"),
        ("P1,Ann,HQ,FTA,1200-01-01,", "lies outside"),
        ("P1,=HYPERLINK(1),HQ,FTA,2026-01-01,", "begins with '='"),
        ("P1,,HQ,FTA,2026-01-01,", "name is empty"),
        ("P 1,Ann,HQ,FTA,2026-01-01,", "may hold letters"),
        ("P1,Ann,HQ,FTA,2026-01-01,P1", "their own supervisor"),
        ("P1,Ann,HQ,FTA", "4 cells, but the header has 6"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number_and_reason(line: str, reason: str) -> None:
    taken, rejected = parse("P0,Zoe,HQ,FTA,2026-01-01,", line)
    assert [row.number for row in taken] == ["P0"]
    assert [(item.line, reason in item.reason) for item in rejected] == [(3, True)]


def test_duplicates_and_circles_are_named() -> None:
    taken, rejected = parse(
        "P1,Ann,HQ,FTA,2026-01-01,P2",
        "P2,Ben,HQ,FTA,2026-01-01,P1",
        "P3,Cy,HQ,FTA,2026-01-01,",
        "P3,Di,HQ,FTA,2026-01-01,",
    )
    assert [row.number for row in taken] == ["P3"]
    assert [item.reason for item in rejected] == [
        "the supervisors of these people form a circle",
        "the supervisors of these people form a circle",
        "number P3 stands on line 4 already",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"name,office\nAnn,HQ\n", "lacks the columns: number, category, joined_on"),
        (b"number,number,name,office,category,joined_on\n", "twice: number"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"", "lacks the columns"),
    ],
)
def test_a_file_that_is_no_feed_is_refused_whole(data: bytes, said: str) -> None:
    with pytest.raises(feed.NotAFeed, match=said):
        feed_survey.people(data, **KNOWN)


def test_a_byte_order_mark_and_semicolons_are_understood() -> None:
    data = "\ufeff" + HEADER.replace(",", ";") + "\nP1;Ånn;HQ;fta;2026-01-01;\n"
    taken, _ = feed_survey.people(data.encode(), **KNOWN)
    assert [(row.name, row.category) for row in taken] == [("Ånn", "FTA")]


class Desk:
    """HR at the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, *lines: str, header: str = HEADER, **options: Any) -> None:
        path = self.folder / "people.csv"
        path.write_text("\n".join([header, *lines]))
        call_command("import_directory", path, stdout=io.StringIO(), **options)


@pytest.fixture
def desk(cast: Cast, tmp_path: Path) -> Desk:
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity)
    cast.assign()
    return Desk(tmp_path)


def test_joiner_mover_leaver_returner(desk: Desk, cast: Cast) -> None:
    desk.send("N1,New One,WCA-SN,FTA,2026-12-01,P00003")
    new = Person.objects.get(number="N1")
    assert new.supervisor == cast.chen
    assert Assignment.objects.open().filter(person=new).count() == 1
    desk.send("N1,New One,APA,SC,2026-12-01,P00003")
    new.refresh_from_db()
    assert (new.office, new.category) == (cast.elsewhere, "SC")
    desk.send("N1,New One,APA,SC,2026-01-01,P00003,2026-06-01", header=HEADER + ",left_on")
    assert not Assignment.objects.open().filter(person=new).exists()
    desk.send("N1,New One,APA,SC,2026-01-01,P00003,", header=HEADER + ",left_on")
    assert Assignment.objects.open().get(person=new).cycle == 2


def test_repeating_the_feed_changes_nothing(desk: Desk) -> None:
    lines = ["N1,New One,WCA-SN,FTA,2026-12-01,N2", "N2,New Two,WCA-SN,FTA,2026-12-01,"]
    desk.send(*lines)
    before = list(Person.objects.order_by("pk").values()), list(Assignment.objects.order_by("pk").values())
    desk.send(*lines)
    assert (list(Person.objects.order_by("pk").values()), list(Assignment.objects.order_by("pk").values())) == before


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    desk.send("N1,New One,WCA-SN,FTA,2026-12-01,", dry_run=True)
    assert not Person.objects.filter(number="N1").exists()


def test_good_rows_come_in_and_bad_ones_wait_in_the_rejects_file(desk: Desk) -> None:
    with pytest.raises(CommandError, match="1 rows were rejected") as stopped:
        desk.send("N1,New One,WCA-SN,FTA,2026-12-01,", "N2,=cmd(),WCA-SN,FTA,2026-12-01,")
    assert stopped.value.returncode == 1
    assert Person.objects.filter(number="N1").exists()
    rejects = list(csv.DictReader(io.StringIO((desk.folder / "people.rejects.csv").read_text("utf-8-sig"))))
    assert (rejects[0]["line"], rejects[0]["name"]) == ("3", "'=cmd()")


def test_headships_and_leave_follow_the_feed(desk: Desk, cast: Cast) -> None:
    header = HEADER + ",head_of_office,leave_from,leave_until"
    desk.send("N1,One,WCA-SN,FTA,2026-01-01,,yes,2026-11-01,2027-02-01", header=header)
    desk.send("N1,One,WCA-SN,FTA,2026-01-01,,yes,2026-11-01,2027-03-01", header=header)
    desk.send("N2,Two,WCA-SN,FTA,2026-01-01,,yes,,", header=header)
    assert Headship.objects.get(ends_on=None, office=cast.country).person.number == "N2"
    assert str(Leave.objects.get().last_day) == "2027-03-01"


def test_a_column_that_is_missing_changes_nothing(desk: Desk, cast: Cast) -> None:
    desk.send("N1,One,WCA-SN,FTA,2026-01-01,P00003,2026-06-01", header=HEADER + ",left_on")
    desk.send("N1,One Renamed,WCA-SN,FTA,2026-01-01", header="number,name,office,category,joined_on")
    person = Person.objects.get(number="N1")
    assert (person.name, str(person.left_on), person.supervisor) == ("One Renamed", "2026-06-01", cast.chen)


def test_a_circle_with_people_outside_the_file_is_not_closed(desk: Desk, cast: Cast) -> None:
    desk.send("N1,One,WCA-SN,FTA,2026-01-01,P00003")
    desk.send("P00003,Chen Head,WCA-SN,FTA,2026-01-05,N1")
    cast.chen.refresh_from_db()
    assert cast.chen.supervisor is None


def test_a_line_with_too_many_cells_is_kept_in_the_rejects_file(desk: Desk) -> None:
    with pytest.raises(CommandError, match="1 rows"):
        desk.send("N1,One,WCA-SN,FTA,2026-01-01,,extra,cells")
    rejects = (desk.folder / "people.rejects.csv").read_text("utf-8-sig")
    assert "extra | cells" in rejects


def test_an_unknown_supervisor_costs_nobody_their_place(desk: Desk) -> None:
    desk.send("N1,New One,WCA-SN,FTA,2026-12-01,NOBODY")
    assert Person.objects.get(number="N1").supervisor is None


def test_ten_megabytes_of_garbage_are_refused_at_once(desk: Desk) -> None:
    path = desk.folder / "people.csv"
    path.write_bytes(bytes(range(256)) * 40_000)
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_directory", path)
    path.write_text(HEADER + "\n" + '"x' * 5_000_000)
    with pytest.raises(CommandError, match="rejected"):
        call_command("import_directory", path, stdout=io.StringIO())


def test_offices_may_stand_in_any_order(desk: Desk, cast: Cast) -> None:
    offices = desk.folder / "offices.csv"
    offices.write_text(
        "code,name,kind,parent,time_zone\nNEW-A,A,programme_presence,NEW,UTC\nNEW,New,country,WCA,UTC\n"
        "BAD,Bad,country,NOWHERE,UTC\nWORSE,Worse,castle,WCA,UTC\n"
    )
    with pytest.raises(CommandError, match="2 rows"):
        desk.send("N1,New One,NEW-A,FTA,2026-12-01,", offices=offices)
    assert Office.objects.get(code="NEW-A").get_parent().get_parent() == cast.region
    assert Person.objects.get(number="N1").office.code == "NEW-A"

"""A feed that would change very much stops and asks; every row is accounted for; a change of number keeps one history."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from lms.people.feed_progress import followed
from lms.people.feed_safety import Share
from lms.people.models import Person
from lms.requirements.models import Activity, Assignment
from tests.cast import Cast, make_person, make_requirement
from tests.lms.requirements.test_completing import satisfied

HEADER = "number,name,office,category,joined_on"
LEAVING = HEADER + ",left_on"
FORMER = HEADER + ",former_number"


class Desk:
    """HR at the command line: the exit code and all that it reads."""

    def __init__(self, folder: Path) -> None:
        self.people = folder / "people.csv"

    def send(self, *lines: str, header: str = HEADER, **options: Any) -> tuple[int, str]:
        self.people.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        out = io.StringIO()
        try:
            call_command("import_directory", self.people, stdout=out, stderr=io.StringIO(), **options)
        except CommandError as error:
            return error.returncode, f"{out.getvalue()}{error}"
        return 0, out.getvalue()


@pytest.fixture
def desk(cast: Cast, tmp_path: Path) -> Desk:
    """Twenty more people in the country office, N0 to N19, who owe one course."""
    for number in range(20):
        make_person(f"N{number}", cast.country)
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity)
    cast.assign()
    return Desk(tmp_path)


def lines(count: int, end: str = "", office: str = "WCA-SN") -> list[str]:
    return [f"N{number},Person N{number},{office},FTA,2026-01-05{end}" for number in range(count)]


def state() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Person, Assignment)]


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        (lines(5, ",2026-02-01"), LEAVING, "5 of 25 people would leave (20 %; up to 5 % pass)"),
        (lines(6, office="APA"), HEADER, "6 of 25 people would go to another office (24 %; up to 20 % pass)"),
        (
            [*lines(5, office="APA")[:2], *lines(8, office="NOWHERE")[2:]],
            HEADER,
            "6 of 8 rows would be rejected (75 %; up to 20 % pass)",
        ),
        (
            [f"M{number},Person M{number},WCA-SN,FTA,2026-01-05,N{number}" for number in range(6)],
            FORMER,
            "6 of 25 people would get another number (24 %; up to 20 % pass)",
        ),
    ],
)
def test_a_feed_that_changes_very_much_is_rolled_back_and_asks(
    desk: Desk, rows: list[str], header: str, said: str
) -> None:
    before = state()
    code, told = desk.send(*rows, header=header)
    assert (code, state()) == (3, before)
    assert "Nothing was imported." in told
    assert said in told
    assert "--confirm-large-changes" in told
    assert desk.send(*rows, header=header, dry_run=True)[0] == 3
    assert state() == before
    assert not desk.people.with_suffix(".rejects.csv").exists()
    assert desk.send(*rows, header=header, confirm_large_changes=True)[0] in (0, 1)
    assert state() != before


def test_a_few_leavers_of_a_small_organisation_stop_nothing(desk: Desk) -> None:
    assert desk.send(*lines(4, ",2026-02-01"), header=LEAVING)[0] == 0
    assert Person.objects.exclude(left_on=None).count() == 4


def test_people_who_vanish_from_a_file_that_names_everybody_are_asked_about(desk: Desk, settings: Any) -> None:
    assert desk.send(*lines(10))[0] == 0
    settings.LMS_FEED_MOST_ABSENT_PERCENT = 5
    code, told = desk.send(*lines(10))
    assert code == 3
    assert "15 of 25 people are not in the file (60 %; up to 5 % pass)" in told


@given(found=st.integers(0, 200), of=st.integers(0, 200), percent=st.integers(0, 100), fewest=st.integers(0, 50))
def test_what_is_asked_about(found: int, of: int, percent: int, fewest: int) -> None:
    asked = Share(found, of, percent, "people").is_too_much(fewest)
    assert asked == (found >= fewest and found > of * percent / 100)
    assert str(found) in str(Share(found, of, percent, "people"))


def test_every_row_stands_once_in_the_account(desk: Desk, tmp_path: Path) -> None:
    offices = tmp_path / "offices.csv"
    offices.write_text("code,name,kind,parent\nBAD,Bad,castle,HQ\n")
    code, told = desk.send(
        "N0,Person N0,WCA-SN,FTA,2026-01-05,",
        "N1,Another Name,WCA-SN,FTA,2026-01-05,",
        "N2,Person N2,WCA-SN,FTA,2026-01-05,2026-02-01",
        "J1,Joiner,WCA-SN,FTA,2026-01-05,",
        "J2,Joiner,NOWHERE,FTA,2026-01-05,",
        "J1,Joiner,WCA-SN,FTA,2026-01-05,",
        "J3,too few",
        header=LEAVING,
        offices=offices,
    )
    assert code == 1
    assert "7 rows read = 1 joined + 1 changed + 1 left + 1 unchanged + 3 rejected" in told
    assert "4 rejected" in told, "with the line of the offices"


def test_a_new_number_keeps_one_history(desk: Desk, cast: Cast) -> None:
    satisfied(cast.assignment(cast.bruno, "sea"))
    line = "Q2,Bruno Renamed,APA,SC,2026-10-24,b@example.org,P00002"
    header = HEADER + ",email,former_number"
    for _ in range(2):
        code, told = desk.send(line, header=header)
        assert code == 0
    assert "1 unchanged" in told
    cast.bruno.refresh_from_db()
    assert (cast.bruno.number, cast.bruno.name, cast.bruno.office) == ("Q2", "Bruno Renamed", cast.elsewhere)
    assert Person.objects.filter(name__startswith="Bruno").count() == 1
    assert cast.assignment(cast.bruno, "sea").completed_on is not None
    assert cast.bruno.user is not None
    assert cast.bruno.user.username == "P00002"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["N1,Two,WCA-SN,FTA,2026-01-05,N0"], "number N1 and former_number N0 are two people already"),
        (
            ["M0,Two,WCA-SN,FTA,2026-01-05,N0", "N0,Person N0,WCA-SN,FTA,2026-01-05,"],
            "former_number N0 is somebody's number on line 3",
        ),
        (
            ["M0,Two,WCA-SN,FTA,2026-01-05,N0", "M1,Three,WCA-SN,FTA,2026-01-05,N0"],
            "line 3: former_number N0 was taken over on an earlier line",
        ),
        (["M0,Two,WCA-SN,FTA,2026-01-05,=1"], "former_number '=1' may hold letters"),
    ],
)
def test_two_histories_are_never_made_one(desk: Desk, rows: list[str], reason: str) -> None:
    code, told = desk.send(*rows, header=FORMER)
    assert code == 1
    assert reason in told
    assert Person.objects.filter(number__startswith="N").count() + Person.objects.filter(number="M0").count() == 20


def test_a_former_number_that_nobody_has_makes_a_joiner(desk: Desk) -> None:
    code, told = desk.send("M0,New,WCA-SN,FTA,2026-01-05,NOBODY", header=FORMER)
    assert (code, "1 joined" in told) == (0, True)
    assert "nobody has the former number NOBODY" in told


def test_only_a_long_import_says_how_far_it_is() -> None:
    said: list[str] = []
    assert list(followed(range(3), said.append)) == [0, 1, 2]
    assert said == []
    assert list(followed(range(3), said.append, every=0)) == [0, 1, 2]
    assert said[-1] == "3 of 3 rows"

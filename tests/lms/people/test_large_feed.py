"""A feed taken in in several pieces: what one line says may hang on another piece, and what is known costs nothing."""

from __future__ import annotations

import io
import tracemalloc
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from lms.people import feed_progress, feed_survey
from lms.people.history_models import Posting
from lms.people.importing import import_directory
from lms.people.models import Headship, Leave, Person
from lms.requirements.assigning import refresh
from lms.requirements.models import Activity, Assignment
from tests.cast import Cast, make_requirement

HEADER = "number,name,office,category,joined_on,email,supervisor,head_of_office,leave_from,leave_until"
NEXT_YEAR = timezone.localdate() + timedelta(days=365)
KNOWN: Any = {"offices": {"HQ"}, "categories": {"FTA"}, "languages": {"en"}}


class Desk:
    """HR at the command line, with pieces of two lines."""

    def __init__(self, folder: Path) -> None:
        self.people = folder / "people.csv"

    def send(self, *lines: str, header: str = HEADER, **options: Any) -> str:
        self.people.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        out = io.StringIO()
        try:
            call_command("import_directory", self.people, stdout=out, confirm_large_changes=True, **options)
        except CommandError as error:
            return f"{out.getvalue()}{error}"
        return out.getvalue()


@pytest.fixture
def desk(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity)
    cast.assign()
    monkeypatch.setattr(feed_progress, "PIECE", 2)
    return Desk(tmp_path)


def line(number: int, *, office: str = "WCA-SN", supervisor: str = "", head: str = "", leave: str = ",") -> str:
    return f"N{number},Person {number},{office},FTA,2026-01-05,n{number}@example.org,{supervisor},{head},{leave}"


def test_a_supervisor_may_stand_in_a_later_piece(desk: Desk) -> None:
    told = desk.send(*(line(n, supervisor=f"N{n + 1}") for n in range(6)), line(6))
    assert "7 joined" in told
    assert "note" not in told
    assert Person.objects.get(number="N0").supervisor == Person.objects.get(number="N1")
    assert Person.objects.exclude(supervisor=None).filter(number__startswith="N").count() == 6
    assert Assignment.objects.open().filter(person__number__startswith="N").count() == 7


def test_lines_that_say_nothing_new_write_nothing(desk: Desk) -> None:
    leave = f"{NEXT_YEAR},{NEXT_YEAR + timedelta(days=9)}"
    lines = [line(n, supervisor="N9", leave=leave if n == 3 else ",") for n in range(9)]
    lines.append(line(9, head="yes"))
    desk.send(*lines)
    with CaptureQueriesContext(
        connection,
    ) as said:
        told = desk.send(*lines)
    assert "10 unchanged" in told
    assert "0 changed, 0 left" in told
    written = [item["sql"] for item in said if item["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_only_what_changed_is_written_and_kept(desk: Desk) -> None:
    desk.send(*(line(n) for n in range(9)))
    logged = ModelLogEntry.objects.filter(action="lms.person.import").count()
    assert "1 changed" in desk.send(*(line(n, office="APA" if n == 5 else "WCA-SN") for n in range(9)))
    moved = Person.objects.get(number="N5")
    assert (moved.office.code, Posting.objects.get().person) == ("APA", moved)
    assert moved.known.count() == 2
    assert Person.objects.get(number="N6").known.count() == 1
    entry = ModelLogEntry.objects.filter(action="lms.person.import").latest("pk")
    assert ModelLogEntry.objects.filter(action="lms.person.import").count() == logged + 1
    assert (entry.object_id, entry.label, entry.data) == (str(moved.pk), "Person 5", {"changed": ["office_id"]})


def test_a_circle_across_pieces_is_rejected_also_of_people_who_are_known(desk: Desk) -> None:
    desk.send(*(line(n) for n in range(5)))
    told = desk.send(line(0, supervisor="N4"), *(line(n) for n in range(1, 4)), line(4, supervisor="N0"))
    assert told.count("the supervisors of these people form a circle") == 2
    assert "5 rows read = 0 joined + 0 changed + 0 left + 3 unchanged + 2 rejected" in told


def test_a_circle_through_people_outside_the_file_is_found_however_long_the_way(desk: Desk) -> None:
    desk.send(*(line(n, supervisor=f"N{n + 1}") for n in range(6)), line(6))
    assert "line 2: supervisor N0 closes a circle" in desk.send(line(6, supervisor="N0"))
    assert Person.objects.get(number="N6").supervisor is None


def test_who_heads_an_office_may_be_told_in_any_piece(desk: Desk, cast: Cast) -> None:
    desk.send(line(0, head="yes"), *(line(n) for n in range(1, 6)))
    told = desk.send(
        line(5, head="yes"), line(1), line(2, head="yes"), line(3), line(0, office="APA", head="yes"), line(4)
    )
    assert "line 4: WCA-SN has a head already on line 2; the first one counts" in told
    heads = Headship.objects.filter(ends_on=None).values_list("office__code", "person__number")
    assert dict(heads) == {"WCA-SN": "N5", "APA": "N0"}


def test_numbers_change_across_pieces_and_never_twice(desk: Desk) -> None:
    desk.send(*(line(n) for n in range(6)))
    header = "number,name,office,category,joined_on,former_number"
    old = Person.objects.get(number="N0").pk
    told = desk.send(
        "M0,Person 0,WCA-SN,FTA,2026-01-05,N0",
        "N1,Person 1,WCA-SN,FTA,2026-01-05,",
        "M1,Person 0,WCA-SN,FTA,2026-01-05,N0",
        "M2,Person 2,WCA-SN,FTA,2026-01-05,N3",
        "N3,Person 3,WCA-SN,FTA,2026-01-05,",
        header=header,
    )
    assert Person.objects.get(number="M0").pk == old
    assert "line 4: former_number N0 was taken over on an earlier line" in told
    assert "line 5: former_number N3 is somebody's number on line 6" in told
    assert "5 rows read = 0 joined + 1 changed + 0 left + 2 unchanged + 2 rejected" in told


def test_a_leave_alone_is_taken_in(desk: Desk) -> None:
    desk.send(*(line(n) for n in range(3)))
    desk.send(line(0), line(1), line(2, leave=f"{NEXT_YEAR},{NEXT_YEAR + timedelta(days=9)}"))
    assert Leave.objects.get().person.number == "N2"
    desk.send(line(0), line(1), line(2, leave=f"{NEXT_YEAR},{NEXT_YEAR + timedelta(days=3)}"))
    assert Leave.objects.get().last_day == NEXT_YEAR + timedelta(days=3)
    desk.send(line(0), line(1), line(2))
    assert not Leave.objects.exists()


def test_the_day_of_a_move_may_be_told_later(desk: Desk) -> None:
    header = "number,name,office,category,joined_on,in_post_since"
    desk.send("N1,One,WCA-SN,FTA,2026-01-05,", "N2,Two,WCA-SN,FTA,2026-01-05,", header=header)
    desk.send("N1,One,APA,FTA,2026-01-05,", header=header)
    desk.send("N1,One,APA,FTA,2026-01-05,2026-03-01", "N2,Two,WCA-SN,FTA,2026-01-05,2026-02-01", header=header)
    assert Posting.objects.get().ends_on == date(2026, 3, 1)


def test_progress_is_told_while_lines_are_read_and_while_they_are_taken_in(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_progress, "EVERY_SECONDS", 0.0)
    said: list[str] = []
    today = timezone.localdate()
    people = "\n".join([HEADER, *(line(n) for n in range(5))]).encode()
    import_directory(
        people=people, today=today, confirmed=True, say=said.append,
        assign=lambda found: refresh(today=today, people=found).opened,
    )  # fmt: skip
    assert "5 rows read" in said
    assert "5 of 5 rows with something new" in said
    assert "5 of 5 people assigned to" in said


def test_a_feed_of_many_lines_is_surveyed_in_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_progress, "PIECE", 100)
    header = "number,name,office,category,joined_on,email,supervisor"
    lines = (
        f"P{n:06},Person of many names {n},HQ,FTA,2026-01-05,p{n}@example.org,P{n // 10:06}" for n in range(1, 20_001)
    )
    file = io.BytesIO("\n".join([header, *lines]).encode())
    tracemalloc.start()
    found = feed_survey.survey(file, **KNOWN)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.rows, found.rejected) == (20_000, [])
    assert most < 20_000 * 400, "of each line its number and some integers; a line held whole takes 1500 bytes"


RENUMBERING = "number,name,office,category,joined_on,former_number,supervisor"


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    "lines",
    [
        ("B,Person Beta,WCA-SN,FTA,2026-01-05,A,", "C,Person Gamma,WCA-SN,FTA,2026-01-05,B,"),
        ("B,Person Beta,WCA-SN,FTA,nonsense,,", "C,Person Gamma,WCA-SN,FTA,2026-01-05,B,"),
        (
            "B,Person Beta,WCA-SN,FTA,2026-01-05,,A", "A,Person Alpha,WCA-SN,FTA,2026-01-05,,B",
            "C,Person Gamma,WCA-SN,FTA,2026-01-05,B,",
        ),
    ],
    ids=["two people already", "a bad date", "a circle of supervisors"],
)  # fmt: skip
def test_nobody_takes_over_the_record_of_somebody_whose_own_line_is_rejected(
    desk: Desk, lines: tuple[str, ...], backwards: bool
) -> None:
    desk.send("A,Person Alpha,WCA-SN,FTA,2026-01-05,,", "B,Person Beta,WCA-SN,FTA,2026-01-05,,", header=RENUMBERING)
    beta = Person.objects.get(number="B")
    desk.send(*(lines[::-1] if backwards else lines), header=RENUMBERING)
    beta.refresh_from_db()
    assert (beta.number, beta.name) == ("B", "Person Beta")

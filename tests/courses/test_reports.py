"""Answers to questions: which courses an author sees, what is told of them, and that nobody can be found in it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from courses import checking
from courses.enrolling import enrol
from courses.models import Attempt, CoursePage, Question
from tests.cast import Cast, make_course, make_person, make_requirement
from tests.courses.test_checking import answer, finish_lessons


def taken(cast: Cast, page: CoursePage, number: int, *, wrong: int = 0) -> Attempt:
    """Somebody takes the check for the first time."""
    person = make_person(f"T{number:05}", cast.country, name=f"Taker {number}")
    cast.assign()
    enrolment = enrol(person=person, page=page)
    finish_lessons(enrolment, page)
    attempt = checking.open_attempt(enrolment=enrolment, page=page)
    answer(attempt, wrong=wrong)
    return checking.submit(attempt=attempt)


@pytest.fixture
def page(cast: Cast) -> CoursePage:
    page = make_course("sea", interactive=True)
    make_requirement("sea", page.activity)
    return page


@pytest.fixture
def asked(cast: Cast, page: CoursePage) -> CoursePage:
    """Eleven people took the check; four of the first ten had the three ordinary questions wrong."""
    for number in range(11):
        taken(cast, page, number, wrong=3 if number < 4 else 0)
    return page


@pytest.fixture
def author(page: CoursePage, client: Client) -> Client:
    user = User.objects.create_user("author")
    user.groups.add(Group.objects.get(name="Course authors"))
    client.force_login(user)
    return client


def rows(client: Client, page: CoursePage) -> list[dict[str, str]]:
    raw = b"".join(client.get(f"/admin/answers/{page.pk}/?export=csv").streaming_content)  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def test_an_author_reads_how_each_question_is_answered(asked: CoursePage, author: Client) -> None:
    assert "Course sea" in author.get("/admin/answers/").content.decode()
    shown = author.get(f"/admin/answers/{asked.pk}/").content.decode()
    assert shown.count("60 %") == 3
    assert shown.count("100 %") == 1
    told = {row["key"]: row for row in rows(author, asked)}
    assert told["bank-sea-1"] == {
        "key": "bank-sea-1", "text": "Question 1?", "lesson": "1", "must_be_right": "False", "answers": "10",
        "percent_right": "60", "most_chosen_wrong": "wrong",
    }  # fmt: skip
    book = load_workbook(BytesIO(author.get(f"/admin/answers/{asked.pk}/?export=xlsx").getvalue()))
    assert next(iter(book.active.values))[0] == "key"


def test_nobody_can_be_found_in_it(asked: CoursePage, author: Client, cast: Cast) -> None:
    shown = author.get(f"/admin/answers/{asked.pk}/").content.decode()
    exported = author.get(f"/admin/answers/{asked.pk}/?export=csv").getvalue().decode()
    for secret in ("Taker", "T0000", str(cast.country.code)):
        assert secret not in shown
        assert secret not in exported


def test_too_few_are_said_to_be_too_few(cast: Cast, page: CoursePage, author: Client) -> None:
    for number in range(9):
        taken(cast, page, number, wrong=3)
    shown = author.get(f"/admin/answers/{page.pk}/").content.decode()
    assert shown.count("too few") == 4
    assert {(row["answers"], row["percent_right"], row["most_chosen_wrong"]) for row in rows(author, page)} == {
        ("", "", "")
    }


def test_what_is_older_than_it_is_kept_does_not_count(asked: CoursePage, author: Client) -> None:
    Attempt.objects.update(submitted_at=timezone.now() - timedelta(days=400))
    assert {row["answers"] for row in rows(author, asked)} == {""}


def test_a_formula_in_a_question_stays_text(asked: CoursePage, author: Client) -> None:
    Question.objects.filter(key="bank-sea-0").update(text="=HYPERLINK(0)")
    assert "'=HYPERLINK(0)" in {row["text"] for row in rows(author, asked)}


def test_a_course_that_an_author_may_not_change_is_none_for_them(page: CoursePage, client: Client) -> None:
    user = User.objects.create_user("elsewhere")
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_question"]))
    client.force_login(user)
    assert "Course sea" not in client.get("/admin/answers/").content.decode()
    for export in ("", "?export=csv", "?export=xlsx"):
        assert client.get(f"/admin/answers/{page.pk}/{export}").status_code == 404


def test_who_may_change_the_page_but_not_see_questions_reads_nothing(page: CoursePage, author: Client) -> None:
    Group.objects.get(name="Course authors").permissions.remove(Permission.objects.get(codename="view_question"))
    for address in ("/admin/answers/", f"/admin/answers/{page.pk}/?export=csv"):
        assert author.get(address).status_code in (302, 403)


def test_a_course_without_a_check_is_not_there(page: CoursePage, author: Client) -> None:
    CoursePage.objects.update(bank=None)
    assert author.get(f"/admin/answers/{page.pk}/").status_code == 404


@pytest.mark.parametrize("more", [0, 12])
def test_queries_do_not_grow_with_answers(
    cast: Cast, page: CoursePage, author: Client, django_assert_max_num_queries: Any, more: int
) -> None:
    for number in range(more):
        taken(cast, page, number)
    author.get("/admin/answers/")
    with django_assert_max_num_queries(16):
        author.get(f"/admin/answers/{page.pk}/")

"""The people of the tests, by name, and the small organisation they belong to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from wagtail.models import Collection, Locale, Page, Site

from attestations.publishing import define, issue_text
from courses.loading import ensure_authors, ensure_index
from courses.models import CoursePage, LessonPage, Question, QuestionBank, QuestionOption
from courses.registering import register
from lms.lrs.models import Statement
from lms.people.models import Category, Office, Person
from lms.requirements.assigning import refresh
from lms.requirements.models import AcceptedActivity, Activity, Assignment, Requirement

TODAY = date(2026, 11, 23)
PASSWORD = "the river was wide that year"


def make_office(code: str, parent: Office | None = None, **fields: Any) -> Office:
    values = {"name": code.title(), "time_zone": "UTC", **fields}
    return parent.add_child(code=code, **values) if parent else Office.add_root(code=code, **values)


def make_person(number: str, office: Office, *, user: bool = False, **fields: Any) -> Person:
    values = {
        "name": f"Person {number}",
        "category": Category.FIXED_TERM,
        "joined_on": date(2026, 1, 5),
        "email": f"{number.lower()}@example.org",
        **fields,
    }
    if user:
        values["user"] = User.objects.create_user(username=number, password=PASSWORD)
    return Person.objects.create(number=number, office=office, **values)


def make_requirement(code: str, activity: Activity, *, valid_months: int | None = None, **fields: Any) -> Requirement:
    values = {"title": code.title(), "why": "Because the rule says so.", "applies_from": date(2026, 1, 1), **fields}
    requirement = Requirement.objects.create(code=code, **values)
    AcceptedActivity.objects.create(requirement=requirement, activity=activity, valid_months=valid_months)
    return requirement


def make_bank(key: str = "bank", *, questions: int = 4, stars: int = 1) -> QuestionBank:
    """Questions whose right answer is always the option that reads “right”."""
    bank = QuestionBank.objects.create(title=key, key=key)
    for number in range(questions):
        star = number < stars
        question = Question.objects.create(
            bank=bank, key=f"{key}-{number}", text=f"Question {number}?", feedback=f"Because {number}.",
            must_be_right=star, topic=f"topic-{number}" if star else "",
        )  # fmt: skip
        for place, text in enumerate(("right", "wrong", "also wrong")):
            QuestionOption.objects.create(question=question, text=text, correct=text == "right", sort_order=place)
    return bank


def item(**value: Any) -> dict[str, Any]:
    """An item of a ListBlock as Wagtail stores it."""
    return {"type": "item", "id": "item", "value": value}


BODY = [
    {"type": "text", "id": "00000000-0000-4000-8000-000000000001", "value": "<p>Read this.</p>"},
    {
        "type": "check",
        "id": "00000000-0000-4000-8000-000000000002",
        "value": {
            "question": "Which one?",
            "kind": "single",
            "feedback": "GENERAL-FEEDBACK",
            "options": [
                item(text="this", correct=True, feedback="YES-FEEDBACK"),
                item(text="that", correct=False, feedback="NO-FEEDBACK"),
            ],
        },
    },
    {
        "type": "scenario",
        "id": "00000000-0000-4000-8000-000000000003",
        "value": {
            "title": "A scene",
            "content_note": "",
            "summary": "SCENE-SUMMARY",
            "steps": [
                item(
                    key="start",
                    html="<p>It begins.</p>",
                    options=[
                        item(text="go on", verdict="risky", feedback="FIRST-FEEDBACK", next="later"),
                        item(text="stop", verdict="good", feedback="STOP-FEEDBACK", next=""),
                    ],
                ),
                item(
                    key="later",
                    html="<p>LATER-STEP</p>",
                    options=[item(text="tell", verdict="good", feedback="LATER-FEEDBACK", next="")],
                ),
            ],
        },
    },
]
CHECK, SCENE = BODY[1]["id"], BODY[2]["id"]


def make_course(key: str = "sea", *, lessons: int = 2, signed: bool = True, interactive: bool = False) -> CoursePage:
    """A published course with a four-question bank, of which a check draws four; ended by an undertaking."""
    import json

    lay_ground()
    index = ensure_index()
    ensure_authors(index)
    page = CoursePage(
        title=f"Course {key}", slug=key, course_key=key, code=key.upper(), version="1", summary="Short.", minutes=10,
        bank=make_bank(f"bank-{key}"), draw=4, mastery=80,
    )  # fmt: skip
    index.add_child(instance=page)
    page.save_revision().publish()
    for number in range(1, lessons + 1):
        body = BODY if interactive else BODY[:1]
        lesson = LessonPage(title=f"Lesson {number}", slug=f"lesson-{number}", body=json.dumps(body))
        page.add_child(instance=lesson)
        lesson.save_revision().publish()
    page.refresh_from_db()
    activity = register(page)
    if signed:
        attestation = define(key=f"{key}-undertaking", title="The undertaking", course=activity)
        issue_text(
            attestation=attestation, version="1", language="en", title="The undertaking", body="<p>I will.</p>",
            ticks=["I have read it.", "I will keep to it."], effective_from=date(2026, 1, 1),
        )  # fmt: skip
    return page


def lay_ground() -> None:
    """What Wagtail's migrations put there, made again where a transactional test has emptied the tables."""
    locale, _ = Locale.objects.get_or_create(language_code="en")
    if not Page.objects.exists():
        root = Page.add_root(instance=Page(title="Root", slug="root", locale=locale))
        home = root.add_child(instance=Page(title="Welcome", slug="home", locale=locale))
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    if not Collection.objects.exists():
        Collection.add_root(name="Root")


class Cast:
    """Amina joins the country office in two weeks; Bruno, her colleague, is overdue; Chen heads the office; Dora is HR."""

    def __init__(self) -> None:
        self.headquarters = make_office("HQ", kind="hq")
        self.region = make_office("WCA", self.headquarters, kind="regional")
        self.country = make_office("WCA-SN", self.region, time_zone="Africa/Dakar")
        self.elsewhere = make_office("APA", self.headquarters, kind="regional", time_zone="Asia/Bangkok")
        self.chen = make_person("P00003", self.country, user=True, name="Chen Head")
        self.amina = make_person(
            "P00001", self.country, name="Amina Joiner", email="", personal_email="amina@example.net",
            joined_on=date(2026, 12, 7), supervisor=self.chen,
        )  # fmt: skip
        self.bruno = make_person(
            "P00002", self.country, user=True, name="Bruno Late", language="fr", supervisor=self.chen,
            joined_on=date(2026, 10, 24),
        )  # fmt: skip
        self.dora = make_person("P00004", self.headquarters, user=True, name="Dora HR")
        self.eve = make_person("P00005", self.elsewhere, user=True, name="Eve Elsewhere")

    def assign(self, today: date = TODAY) -> None:
        refresh(today=today)

    def assignment(self, person: Person, code: str) -> Assignment:
        return Assignment.objects.open().get(person=person, requirement__code=code)


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


def verbs_said(**filters: Any) -> list[str]:
    """The last words of the verbs of the statements that are stored, in their order."""
    found = Statement.objects.filter(**filters).order_by("pk")
    return [row.data["verb"]["id"].rsplit("/", 1)[1] for row in found]


def as_(person: Person) -> Client:
    """A browser in which the person is signed in, and reads English."""
    client = Client()
    assert person.user is not None
    client.force_login(person.user)
    client.cookies["django_language"] = "en"
    return client


def body(answer: Any) -> str:
    return str(answer.content.decode())

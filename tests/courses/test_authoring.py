"""An author builds and publishes a course from the admin alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from attestations.models import Attestation, AttestationText
from courses.loading import ensure_authors, ensure_index
from courses.models import CourseIndexPage, CoursePage, LessonPage, Question, QuestionBank
from lms.conf import conf
from lms.requirements.models import Activity
from tests.cast import PASSWORD


@pytest.fixture
def index(db: None) -> CourseIndexPage:
    index = ensure_index()
    ensure_authors(index)
    return index


@pytest.fixture
def author(client: Client, index: CourseIndexPage) -> Client:
    user = User.objects.create_user("author", password=PASSWORD)
    user.groups.add(Group.objects.get(name="Course authors"))
    client.force_login(user)
    return client


def test_a_fourth_course_from_bank_to_publication(author: Client, index: CourseIndexPage) -> None:
    author.post("/admin/question_banks/new/", {"title": "Safety", "key": "safety"})
    bank = QuestionBank.objects.get()
    options = [{"text": "Right", "correct": "on"}, {"text": "Wrong"}]
    question = {"bank": bank.pk, "key": "q-1", "lesson": 1, "kind": "single", "text": "?", "feedback": "!",
                "is_active": "on", "options": inline_formset(options)}  # fmt: skip
    author.post("/admin/questions/new/", nested_form_data(question))
    assert Question.objects.get().options.count() == 2
    course = {"title": "Safety", "slug": "safety", "summary": "Short.", "objectives": "", "minutes": 5, "sources": "",
              "course_key": "safety", "code": "", "version": "1", "bank": bank.pk, "draw": 1, "mastery": 80,
              "pause_after": 3, "pause_minutes": 60, "launch_move_on": "CompletedAndPassed",
              "action-publish": "1"}  # fmt: skip
    added = author.post(f"/admin/pages/add/lms_courses/coursepage/{index.pk}/", course, follow=True)
    page = CoursePage.objects.get()
    assert added.redirect_chain
    assert "This course has no published lesson yet." in added.content.decode()
    lesson = {"title": "One", "slug": "one", "minutes": 5, "summary": "", "objectives": "",
              "body": streamfield([("text", rich_text("<p>Words.</p>"))]), "action-publish": "1"}  # fmt: skip
    author.post(f"/admin/pages/add/lms_courses/lessonpage/{page.pk}/", nested_form_data(lesson))
    assert LessonPage.objects.live().child_of(page).exists()
    page.refresh_from_db()
    assert page.live
    assert page.activity is not None
    assert [part.move_on for part in page.activity.parts.all()] == ["CompletedAndPassed"]
    undertaking = {"title": "I will", "key": "safety", "meaning": "undertaking", "course": page.activity.pk}
    author.post("/admin/attestation_definitions/new/", undertaking)
    attestation = Attestation.objects.get()
    text = {"attestation": attestation.pk, "version": "1", "language": "en", "title": "I will", "body": "<p>Words.</p>",
            "ticks": "One.\nTwo.", "authority": "", "effective_from": "2026-01-01"}  # fmt: skip
    author.post("/admin/attestation_texts/new/", text)
    assert AttestationText.objects.get().ticks == ["One.", "Two."]
    assert [part.kind for part in page.activity.parts.order_by("position")] == ["content", "attestation"]


def test_authors_are_greeted_with_the_name_of_the_organisation(author: Client) -> None:
    greeted = author.get("/admin/").content.decode()
    assert re.search(rf"<h1[^>]*>\s*{re.escape(conf.ORGANISATION_NAME)}\s*</h1>", greeted)
    assert "localhost" not in re.sub(r"<script.*?</script>", "", greeted, flags=re.DOTALL)


def test_the_key_of_another_course_is_refused(author: Client, index: CourseIndexPage) -> None:
    index.add_child(instance=CoursePage(title="A", slug="a", course_key="same", summary="S", minutes=1))
    course = {"title": "B", "slug": "b", "summary": "S", "minutes": 1, "course_key": "same", "version": "1", "draw": 1,
              "mastery": 80, "pause_after": 3, "pause_minutes": 60}  # fmt: skip
    answer = author.post(f"/admin/pages/add/lms_courses/coursepage/{index.pk}/", course)
    assert "Another course has this key." in answer.content.decode()
    assert CoursePage.objects.count() == 1


def test_a_question_without_a_right_answer_is_refused(author: Client, index: CourseIndexPage) -> None:
    bank = QuestionBank.objects.create(title="B", key="b")
    question = {"bank": bank.pk, "key": "q-1", "lesson": 1, "kind": "single", "text": "?", "feedback": "!",
                "options": inline_formset([{"text": "One"}, {"text": "Two"}])}  # fmt: skip
    answer = author.post("/admin/questions/new/", nested_form_data(question))
    assert "Mark exactly one answer as correct." in answer.content.decode()
    assert not Question.objects.exists()


def test_an_issued_text_can_be_read_and_not_changed(author: Client, index: CourseIndexPage) -> None:
    from attestations.publishing import define, issue_text

    attestation = define(key="a", title="A", course=None)
    text = issue_text(attestation=attestation, version="1", language="en", title="A", body="<p>A</p>", ticks=["A"])
    assert author.get(f"/admin/attestation_texts/inspect/{text.pk}/").status_code == 200
    for address in (f"edit/{text.pk}/", f"delete/{text.pk}/"):
        assert author.post(f"/admin/attestation_texts/{address}", {"title": "B"}).status_code in (302, 403, 404)
    text.refresh_from_db()
    assert text.title == "A"
    answer = author.post(
        "/admin/attestation_texts/new/",
        {"attestation": attestation.pk, "version": "1", "language": "en", "title": "A", "body": "<p>B</p>",
         "ticks": "B", "effective_from": "2026-01-01"},
    )  # fmt: skip
    assert "was issued in this language already" in answer.content.decode()


@pytest.mark.parametrize("address", ["/admin/question_banks/", "/admin/questions/", "/admin/attestation_definitions/"])
def test_authors_see_questions_and_others_do_not(author: Client, db: None, address: str) -> None:
    assert author.get(address).status_code == 200
    nobody = Client()
    assert nobody.get(address).status_code == 302
    User.objects.create_user("plain", password=PASSWORD)
    nobody.login(username="plain", password=PASSWORD)
    assert nobody.get(address).status_code in (302, 403)


def test_copying_a_question_is_not_offered(author: Client, index: CourseIndexPage) -> None:
    bank = QuestionBank.objects.create(title="B", key="b")
    question = Question.objects.create(bank=bank, key="q-1", text="?", feedback="!")
    assert author.get(f"/admin/questions/copy/{question.pk}/").status_code == 404


def test_activities_are_made_once(index: CourseIndexPage) -> None:
    page = CoursePage(title="A", slug="a", course_key="a", summary="S", minutes=1)
    index.add_child(instance=page)
    for _ in range(2):
        page.save_revision().publish()
    assert Activity.objects.count() == 2


def test_a_lesson_with_a_picture_a_video_and_a_file_that_the_author_uploads(
    author: Client, index: CourseIndexPage, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    picture = SimpleUploadedFile("boat.png", get_test_image_file().file.getvalue())
    author.post("/admin/images/chooser/create/", {"image-chooser-upload-title": "A boat",
                                                  "image-chooser-upload-file": picture})  # fmt: skip
    for name in ("boat.mp4", "boat.vtt", "map.pdf"):
        file = SimpleUploadedFile(name, b"what is in it")
        author.post("/admin/documents/chooser/create/", {"document-chooser-upload-title": name,
                                                         "document-chooser-upload-file": file})  # fmt: skip
    image = Image.objects.get()
    video, captions, file = (Document.objects.get(title=name) for name in ("boat.mp4", "boat.vtt", "map.pdf"))
    assert {item.collection.name for item in (image, video, captions, file)} == {"Courses"}
    page = CoursePage(title="A", slug="a", course_key="a", summary="S", minutes=1)
    index.add_child(instance=page)
    shown = {"image": {"image": image.pk, "alt_text": "A boat at sea", "decorative": ""}, "caption": ""}
    played = {"video": video.pk, "captions": captions.pk, "captions_language": "en", "title": "At sea",
              "transcript": rich_text("<p>Words.</p>")}  # fmt: skip
    body = [("image", shown), ("video", played), ("download", {"document": file.pk, "description": "The map"})]
    lesson = {"title": "One", "slug": "one", "minutes": 5, "summary": "", "objectives": "",
              "body": streamfield(body), "action-publish": "1"}  # fmt: skip
    author.post(f"/admin/pages/add/lms_courses/lessonpage/{page.pk}/", nested_form_data(lesson))
    made = LessonPage.objects.live().child_of(page).get()
    text = author.get(made.url).content.decode()
    for part in ('alt="A boat at sea"', video.url, captions.url, file.url):
        assert part in text


def test_an_author_leaves_the_files_of_other_pages_alone(
    author: Client, index: CourseIndexPage, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    elsewhere = Document(title="Minutes", collection=Collection.get_first_root_node())
    elsewhere.file.save("minutes.pdf", ContentFile(b"minutes"))
    assert "Minutes" not in author.get("/admin/documents/chooser/").content.decode()
    assert author.get(f"/admin/documents/edit/{elsewhere.pk}/").status_code == 302


def test_the_collection_of_courses_is_made_once(index: CourseIndexPage) -> None:
    ensure_authors(index)
    assert Collection.objects.filter(name="Courses").count() == 1

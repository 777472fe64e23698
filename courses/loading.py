"""Loads courses from files into Wagtail: again and again, without doubling anything or undoing an author's edits."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.text import slugify
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page, Site

from courses.content.reading import Course, Lesson, read
from courses.models import CourseIndexPage, CoursePage, LessonPage, Question, QuestionBank, QuestionOption
from courses.registering import register
from lms.conf import conf
from lms.requirements import kinds

AUTHORS = "Course authors"
COLLECTION = "Courses"


def ensure_index() -> CourseIndexPage:
    """The catalogue: the site's root page, made on the first load in place of Wagtail's welcome page."""
    index = CourseIndexPage.objects.first()
    if index is not None:
        return index
    site = Site.objects.filter(is_default_site=True).first()
    root = Page.get_first_root_node()
    index = root.add_child(
        instance=CourseIndexPage(title="Courses", slug="courses", introduction="", show_in_menus=True)
    )
    welcome = site.root_page if site else None
    if site is None:
        name = conf.ORGANISATION_NAME
        Site.objects.create(hostname="localhost", root_page=index, is_default_site=True, site_name=name)
    elif welcome is not None and type(welcome.specific) is Page and not welcome.get_children().exists():
        site.root_page = index
        site.site_name = site.site_name or conf.ORGANISATION_NAME
        site.save()
        welcome.delete()
    return index


def ensure_authors(index: CourseIndexPage) -> Group:
    """The group that writes and publishes courses with their pictures, videos and files, and nothing else."""
    group, _ = Group.objects.get_or_create(name=AUTHORS)
    wanted = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    models = ("question", "questionbank", "attestation", "attestationtext", "signpostcard")
    wanted |= Permission.objects.filter(
        content_type__model__in=models,
        codename__regex="^(add|change|view)_",
    )
    group.permissions.add(*wanted)
    for codename in ("add_page", "change_page", "publish_page", "lock_page", "unlock_page"):
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
        GroupPagePermission.objects.get_or_create(group=group, page=index.page_ptr, permission=permission)
    collection = ensure_collection()
    for model in (get_image_model(), get_document_model()):
        kept = [f"{action}_{model._meta.model_name}" for action in ("add", "change", "choose")]
        for permission in Permission.objects.filter(content_type__app_label=model._meta.app_label, codename__in=kept):
            GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)
    return group


def ensure_collection() -> Collection:
    """Where authors keep images and documents of courses; those of a host's other pages are none of theirs."""
    root = Collection.get_first_root_node()
    found = root.get_children().filter(name=COLLECTION).first()
    return found if found is not None else root.add_child(name=COLLECTION)


def load(folder: Path) -> str:
    """Load one course; answers what was done in a few words. Raises CourseFileError.

    A lesson that was changed in the admin since it was loaded is left alone; one that only the files changed is updated.
    """
    course = read(folder)
    with transaction.atomic():
        index = ensure_index()
        bank = _load_bank(course)
        page, created = _load_course(index, course, bank)
        done = [_load_lesson(page, course, lesson, number) for number, lesson in enumerate(course.lessons, 1)]
        page.refresh_from_db()
        activity = register(page)
        attestation = kinds.kind("attestation")
        if course.undertaking and attestation is not None:
            attestation.define(activity=activity, definition=course.undertaking, language=course.language)
    counts = {word: done.count(word) for word in ("created", "updated", "edited by an author", "unchanged")}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{course.title}: {'new course' if created else 'known'}; lessons: {told}"


def _locale(course: Course) -> Locale:
    return Locale.objects.get_or_create(language_code=course.language)[0]


def _load_course(index: CourseIndexPage, course: Course, bank: QuestionBank) -> tuple[CoursePage, bool]:
    page = CoursePage.objects.filter(course_key=course.key, locale=_locale(course)).first()
    if page is not None:
        return page, False
    page = CoursePage(
        title=course.title,
        slug=course.key,
        course_key=course.key,
        code=course.code,
        version=course.version,
        summary=course.summary,
        objectives="\n".join(course.objectives),
        minutes=course.minutes,
        sources="\n".join(course.sources),
        mastery=course.mastery,
        draw=course.draw,
        bank=bank,
        locale=_locale(course),
        search_description=course.summary[:250],
    )
    index.add_child(instance=page)
    page.save_revision().publish()
    return page, True


def _load_lesson(parent: CoursePage, course: Course, lesson: Lesson, number: int) -> str:
    fields = {
        "title": lesson.title,
        "minutes": lesson.minutes,
        "summary": lesson.summary,
        "objectives": "\n".join(lesson.objectives),
        "body": json.dumps(_stream(course, lesson)),
    }
    digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    page = LessonPage.objects.child_of(parent).filter(slug=slugify(lesson.key)).first()
    if page is None:
        page = LessonPage(slug=slugify(lesson.key), locale=parent.locale, **fields)
        parent.add_child(instance=page)
        word = "created"
    else:
        latest = page.latest_revision
        if latest is not None and latest.user_id is not None:
            return "edited by an author"
        if page.loaded_digest == digest:
            return "unchanged"
        for name, value in fields.items():
            setattr(page, name, value)
        word = "updated"
    page.loaded_digest = digest
    page.save_revision().publish()
    return word


def _stream(course: Course, lesson: Lesson) -> list[dict[str, Any]]:
    """The blocks as Wagtail stores them. Ids derive from course, lesson and place, so that answers survive a reload."""
    blocks: list[dict[str, Any]] = []
    for place, block in enumerate(lesson.blocks):
        identity = str(uuid5(NAMESPACE_URL, f"safeguard:{course.key}:{lesson.key}:{place}:{block['type']}"))
        value = {name: content for name, content in block.items() if name != "type"}
        blocks.append({"type": block["type"], "id": identity, "value": _value(block["type"], value)})
    return blocks


def _value(kind: str, value: dict[str, Any]) -> Any:
    if kind == "text":
        return value["html"]
    if kind == "check":
        value["options"] = _list([{"correct": False, "feedback": "", **option} for option in value["options"]])
    elif kind == "accordion":
        value["items"] = _list(value["items"])
    elif kind == "scenario":
        steps = [
            {**step, "options": _list([{"next": "", **option} for option in step["options"]])}
            for step in value["steps"]
        ]
        value = {"content_note": "", **value, "steps": _list(steps)}
    return value


def _list(items: list[Any]) -> list[dict[str, Any]]:
    """As Wagtail's ListBlock stores items; without an id it would take them for the values themselves."""
    return [
        {"type": "item", "id": str(uuid5(NAMESPACE_URL, f"{place}:{json.dumps(item)}")), "value": item}
        for place, item in enumerate(items)
    ]


def _load_bank(course: Course) -> QuestionBank:
    """Adds the questions that are missing; those that are there belong to the authors."""
    bank, _ = QuestionBank.objects.get_or_create(key=course.key, defaults={"title": course.title})
    known = set(bank.questions.values_list("key", flat=True))
    for question in course.questions:
        if question.key in known:
            continue
        row = Question.objects.create(
            bank=bank,
            key=question.key,
            lesson=question.lesson,
            kind=question.kind,
            text=question.text,
            feedback=question.feedback,
            must_be_right=question.must_be_right,
            topic=question.topic,
        )
        QuestionOption.objects.bulk_create(
            QuestionOption(question=row, sort_order=place, text=option["text"], correct=option.get("correct", False))
            for place, option in enumerate(question.options)
        )
    return bank

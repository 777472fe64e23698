"""Reads a course written as files: TOML in, checked plain objects out. Imports no Django.

A course is a folder: ``course.toml``, ``lesson-1.toml`` … and ``questions.toml``. The format is documented in
``docs/course-files.md``. Every mistake is reported with its file and place, and all of them at once, because an author
who mends one error only to meet the next gives up.

    python -m courses.content.reading courses/content/sea
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

QUESTION_KINDS = ("single", "multiple", "true_false", "ordering")
CALLOUT_TONES = ("note", "rule", "care")
VERDICTS = ("good", "risky", "wrong")
ALLOWED_TAGS = {"p", "h2", "h3", "ul", "ol", "li", "b", "i", "strong", "em", "a", "br", "hr", "blockquote"}
VOID_TAGS = {"br", "hr"}
KEY = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")

BLOCK_FIELDS: dict[str, tuple[set[str], set[str]]] = {  # block type to (required, optional)
    "text": ({"html"}, set()),
    "callout": ({"html", "tone", "title"}, set()),
    "accordion": ({"items"}, set()),
    "check": ({"question", "kind", "options", "feedback"}, set()),
    "scenario": ({"title", "steps", "summary"}, {"content_note"}),
}
TABLE_FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "course": (
        {"key", "code", "version", "language", "title", "summary", "minutes", "objectives", "mastery", "draw"},
        {"undertaking", "sources"},
    ),
    "undertaking": ({"key", "title", "version", "body", "ticks"}, set()),
    "lesson": ({"key", "title", "minutes", "summary", "objectives", "blocks"}, set()),
    "question": ({"key", "lesson", "kind", "text", "feedback", "options"}, {"must_be_right", "topic"}),
    "option": ({"text"}, {"correct", "feedback"}),
    "step": ({"key", "html", "options"}, set()),
    "choice": ({"text", "feedback", "verdict"}, {"next"}),
    "item": ({"title", "html"}, set()),
}


class CourseFileError(ValueError):
    """The files do not make a course; ``problems`` says where and why, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Question:
    key: str
    lesson: int
    kind: str
    text: str
    feedback: str
    options: list[dict[str, Any]]
    must_be_right: bool = False
    topic: str = ""


@dataclass(frozen=True)
class Lesson:
    key: str
    title: str
    minutes: int
    summary: str
    objectives: list[str]
    blocks: list[dict[str, Any]]


@dataclass(frozen=True)
class Course:
    key: str
    code: str
    version: str
    language: str
    title: str
    summary: str
    minutes: int
    objectives: list[str]
    mastery: int
    draw: int
    lessons: list[Lesson]
    questions: list[Question]
    undertaking: dict[str, Any] | None = None
    sources: list[str] = field(default_factory=list)


class _Markup(HTMLParser):
    """Collects tags that the lesson's rich text would drop, so that an author learns it here and not on the page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED_TAGS:
            self.problems.append(f"tag <{tag}> is not allowed")
        if any(name != "href" for name, _ in attrs):
            self.problems.append(f"attributes are not allowed on <{tag}>")
        if tag not in VOID_TAGS:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")

    def close(self) -> None:
        super().close()
        self.problems += [f"<{tag}> is not closed" for tag in self.open]


class _Reader:
    def __init__(self) -> None:
        self.problems: list[str] = []

    def load(self, path: Path) -> dict[str, Any]:
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.problems.append(f"{path.name}: the file is missing")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.problems.append(f"{path.name}: {error}")
        return {}

    def fields(self, table: Any, kind: str, where: str) -> bool:
        required, optional = TABLE_FIELDS[kind]
        return self._fields(table, required, optional, where)

    def _fields(self, table: Any, required: set[str], optional: set[str], where: str) -> bool:
        if not isinstance(table, dict):
            self.problems.append(f"{where}: a table is expected")
            return False
        for name in sorted(required - table.keys()):
            self.problems.append(f"{where}: {name} is missing")
        for name in sorted(table.keys() - required - optional):
            self.problems.append(f"{where}: {name} is not known")
        for name, value in table.items():
            if name in ("html", "body") and isinstance(value, str):
                self.markup(value, f"{where}.{name}")
            elif isinstance(value, str) and re.search(r"</?[a-z][^>]*>", value):
                self.problems.append(f"{where}.{name}: plain text is expected, no tags")
        return required <= table.keys()

    def markup(self, html: str, where: str) -> None:
        parser = _Markup()
        parser.feed(html)
        parser.close()
        self.problems += [f"{where}: {problem}" for problem in parser.problems]

    def key(self, value: Any, where: str) -> None:
        if not isinstance(value, str) or not KEY.match(value):
            self.problems.append(f"{where}: {value!r} is not a key (lower-case letters, digits, hyphens)")

    def block(self, block: Any, where: str) -> None:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in BLOCK_FIELDS:
            self.problems.append(f"{where}: type {kind!r} is not one of {', '.join(BLOCK_FIELDS)}")
            return
        required, optional = BLOCK_FIELDS[kind]
        if not self._fields(block, required | {"type"}, optional, where):
            return
        if kind == "callout" and block["tone"] not in CALLOUT_TONES:
            self.problems.append(f"{where}: tone is not one of {', '.join(CALLOUT_TONES)}")
        if kind == "accordion":
            for number, item in enumerate(block["items"], 1):
                self.fields(item, "item", f"{where}.items[{number}]")
        if kind == "check":
            self.options(block["kind"], block["options"], where, kinds=("single", "multiple"))
        if kind == "scenario":
            self.scenario(block, where)

    def options(self, kind: str, options: Any, where: str, kinds: tuple[str, ...] = QUESTION_KINDS) -> None:
        if kind not in kinds:
            self.problems.append(f"{where}: kind {kind!r} is not one of {', '.join(kinds)}")
        if not isinstance(options, list) or len(options) < 2:
            self.problems.append(f"{where}: at least two options are needed")
            return
        for number, option in enumerate(options, 1):
            self.fields(option, "option", f"{where}.options[{number}]")
        texts = [option.get("text") for option in options]
        if len(set(texts)) != len(texts):
            self.problems.append(f"{where}: two options have the same text")
        right = sum(bool(option.get("correct")) for option in options)
        if kind in ("single", "true_false") and right != 1:
            self.problems.append(f"{where}: exactly one option is correct, not {right}")
        if kind == "true_false" and len(options) != 2:
            self.problems.append(f"{where}: true_false has two options")
        if kind == "multiple" and right < 1:
            self.problems.append(f"{where}: no option is correct")
        if kind == "ordering" and any("correct" in option for option in options):
            self.problems.append(f"{where}: ordering lists its options in the right order, without correct")

    def scenario(self, block: dict[str, Any], where: str) -> None:
        keys = [step.get("key") for step in block["steps"]]
        if not keys or len(set(keys)) != len(keys):
            self.problems.append(f"{where}: steps need keys of their own")
        for number, step in enumerate(block["steps"], 1):
            place = f"{where}.steps[{number}]"
            if not self.fields(step, "step", place):
                continue
            for position, choice in enumerate(step["options"], 1):
                spot = f"{place}.options[{position}]"
                if not self.fields(choice, "choice", spot):
                    continue
                if choice["verdict"] not in VERDICTS:
                    self.problems.append(f"{spot}: verdict is not one of {', '.join(VERDICTS)}")
                if choice.get("next") and choice["next"] not in keys:
                    self.problems.append(f"{spot}: next {choice['next']!r} is no step of this scenario")
                if choice.get("next") in keys[:number]:
                    self.problems.append(f"{spot}: next must lead forward, or a learner could go round for ever")


def read(folder: Path) -> Course:
    """The course in ``folder``. Raises CourseFileError with every problem found."""
    reader = _Reader()
    head = reader.load(folder / "course.toml")
    complete = reader.fields(head, "course", "course.toml")
    reader.key(head.get("key"), "course.toml: key")
    undertaking = head.get("undertaking")
    if undertaking is not None:
        reader.fields(undertaking, "undertaking", "course.toml: undertaking")
    lessons: list[Lesson] = []
    paths = sorted(folder.glob("lesson-*.toml"), key=lambda path: int(re.sub(r"\D", "", path.stem) or 0))
    for path in paths:
        table = reader.load(path)
        if reader.fields(table, "lesson", path.name):
            reader.key(table["key"], f"{path.name}: key")
            for number, block in enumerate(table["blocks"], 1):
                reader.block(block, f"{path.name}: blocks[{number}]")
            lessons.append(Lesson(**table))
    if not paths:
        reader.problems.append(f"{folder.name}: there is no lesson-1.toml")
    questions: list[Question] = []
    for number, table in enumerate(reader.load(folder / "questions.toml").get("questions", []), 1):
        where = f"questions.toml: questions[{number}] {table.get('key', '')}"
        if reader.fields(table, "question", where):
            reader.key(table["key"], where)
            reader.options(table["kind"], table["options"], where)
            if table.get("must_be_right") and not table.get("topic"):
                reader.problems.append(f"{where}: a must-be-right question names its topic")
            questions.append(Question(**table))
    for name, keys in (("lesson", [item.key for item in lessons]), ("question", [item.key for item in questions])):
        reader.problems += [
            f"{name} key {key} is used twice" for key in sorted({k for k in keys if keys.count(k) > 1})
        ]
    if complete and len(questions) < head["draw"]:
        reader.problems.append(f"questions.toml: {len(questions)} questions, but the check draws {head['draw']}")
    if reader.problems:
        raise CourseFileError(reader.problems)
    return Course(**head, lessons=lessons, questions=questions)


def main(arguments: list[str]) -> int:
    failed = False
    for argument in arguments:
        try:
            course = read(Path(argument))
        except CourseFileError as error:
            failed = True
            print(f"{argument}: {len(error.problems)} problems", *error.problems, sep="\n  ")
            continue
        stars = sorted({question.topic for question in course.questions if question.must_be_right})
        print(
            f"{argument}: {course.title}: {len(course.lessons)} lessons, "
            f"{sum(lesson.minutes for lesson in course.lessons)} of {course.minutes} minutes, "
            f"{len(course.questions)} questions, must-be-right topics {', '.join(stars) or 'none'}"
        )
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

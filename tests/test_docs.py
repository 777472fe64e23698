"""What the documents name is there, and what an operator can set, run or rely on is named in them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from courses.conf import CourseSettings
from lms.conf import LmsSettings, Setting
from lms.periodic import jobs
from reminders.conf import ReminderSettings

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOLD = {page: page.read_text() for page in PAGES}
OPERATING = TOLD[ROOT / "docs" / "operating.md"]
OURS = {name: app for name, app in get_commands().items() if app in ("lms", "courses", "attestations", "reminders")}
UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def section(title: str) -> str:
    return OPERATING.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rhythm(text: str) -> timedelta:
    """``minute``, ``10 minutes``."""
    number, _, unit = text.rpartition(" ")
    return int(number or 1) * UNITS[unit.removesuffix("s")]


def environment() -> set[str]:
    """What the settings of the site as shipped read from the environment."""
    found: set[str] = set()
    for name in ("base", "production"):
        source = (ROOT / "lms" / "site" / "settings" / f"{name}.py").read_text()
        found |= set(re.findall(r'(?:environ(?:\.get\(|\[)|_needed\()"(\w+)"', source))
    return found


def test_the_table_of_jobs_says_what_the_clock_starts_and_how_often() -> None:
    told = re.findall(r"^\| `([\w.]+)` \| ([\w ]+) \|", section("Jobs"), re.MULTILINE)
    assert {name: rhythm(text) for name, text in told} == {name: job.every for name, job in jobs().items()}
    assert len(told) == len(set(told))


def test_the_table_of_commands_names_every_one_and_no_other() -> None:
    first_cells = "\n".join(re.findall(r"^\| (`[^|]+) \|", section("Commands"), re.MULTILINE))
    assert sorted(re.findall(r"`(\w+)`", first_cells)) == sorted(OURS)


def test_a_command_that_is_named_takes_what_is_said() -> None:
    for name, rest in re.findall(r"manage\.py ([a-z_]+)([^`\n]*)", "\n".join(TOLD.values())):
        assert name in get_commands(), name
        if name in OURS:
            taken = load_command_class(OURS[name], name).create_parser("manage.py", name)._option_string_actions
            assert not [option for option in re.findall(r"--[a-z-]+", rest) if option not in taken], (name, rest)


def test_every_variable_of_the_environment_is_in_the_table() -> None:
    assert not [name for name in environment() if f"`{name}`" not in OPERATING]


def test_every_setting_that_is_named_exists() -> None:
    settings = {item.name for package in (LmsSettings, CourseSettings, ReminderSettings) for item in vars(package).values()
                if isinstance(item, Setting)}  # fmt: skip
    known = settings | environment() | {"LMS_DEMO"}
    for page, text in TOLD.items():
        named = set(re.findall(r"\bLMS_[A-Z_]*[A-Z]\b(?!_)", text))
        assert named <= known, page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", TOLD[page]):
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings], (
                target
            )

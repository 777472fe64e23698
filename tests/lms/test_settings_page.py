"""docs/settings.md says what the packages' conf.py say."""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command

from courses.conf import CourseSettings
from lms.conf import LmsSettings, Setting
from reminders.conf import ReminderSettings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def page() -> str:
    """The page as it should be."""
    lines = [
        "# Settings",
        "",
        "A site sets these in its Django settings; the site as shipped takes [some](operating.md) from the environment.",
        "The page is made from `conf.py` of each package.",
        "",
        "| setting | default | what |",
        "|---|---|---|",
    ]
    packages = (LmsSettings, CourseSettings, ReminderSettings)
    for setting in (item for package in packages for item in vars(package).values()):
        if isinstance(setting, Setting):
            lines.append(f"| `{setting.name}` | `{setting.default!r}` | {setting.help_text} |")
    return "\n".join(lines) + "\n"


def test_every_setting_is_documented_as_it_is() -> None:
    assert PAGE.read_text() == page()


def test_checks_are_clean() -> None:
    call_command("check")


if __name__ == "__main__":
    PAGE.write_text(page())

"""An Open Badge: the picture or the file in which it came, or its text. What it says is checked, and a person decides."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Way
from courses.players.external.badge_checks import badge
from courses.players.external.checks import same_file
from courses.players.external.forms import HandInForm
from courses.players.external.reading_badges import MOST_TEXT


class BadgeForm(HandInForm):
    upload = forms.FileField(
        label=_("Your badge"), required=False, allow_empty_file=True,
        help_text=_("The PNG picture or the JSON file that the provider gave you. It is seen by those who check it."),
        widget=forms.FileInput(attrs={"accept": "image/png,application/json,.json,.jwt,text/plain"}),
    )  # fmt: skip
    badge = forms.CharField(
        label=_("Or its text, or its address"), required=False, max_length=MOST_TEXT,
        help_text=_("As the provider shows it: a long text with two dots in it, or a link that begins with https://."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip
    on = forms.DateField(
        label=_("Date of completion"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("As the badge says it."),
    )  # fmt: skip
    field_order = ("upload", "badge", "on", "course_version")


class BadgeWay:
    name = Way.BADGE
    form = BadgeForm
    is_declared = False
    checks = (same_file, badge)

"""A certificate as a file: a PDF, or a picture of it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Way
from courses.players.external.checks import date_in_text, name_in_text, same_file
from courses.players.external.forms import HandInForm


class FileForm(HandInForm):
    upload = forms.FileField(
        label=_("Your certificate"), allow_empty_file=True,
        help_text=_("A PDF, a JPEG or a PNG of 5 MB at most. It is seen by those who check it, and by nobody else."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )  # fmt: skip
    field_order = ("upload", "on", "course_version")


class FileWay:
    name = Way.FILE
    form = FileForm
    is_declared = False
    checks = (same_file, name_in_text, date_in_text)

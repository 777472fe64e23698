"""The person's own word. Accepted at the desk it is on record as declared; no proof was seen, and it completes nothing."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Way
from courses.players.external.forms import HandInForm


class DeclarationForm(HandInForm):
    ticked = forms.BooleanField(
        label=_("I declare that I have completed this course on that day. I know that this may be verified."),
        required=False,
    )  # fmt: skip
    field_order = ("on", "course_version", "ticked")


class DeclarationWay:
    name = Way.DECLARATION
    form = DeclarationForm
    is_declared = True
    checks = ()

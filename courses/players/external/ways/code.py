"""A code of the provider, or the link to a page of theirs that confirms the certificate."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Way
from courses.players.external.checks import link_answers, link_host, same_code
from courses.players.external.forms import HandInForm


class CodeForm(HandInForm):
    code = forms.CharField(label=_("Code"), max_length=64, required=False)
    link = forms.CharField(
        label=_("Link"), max_length=500, required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "dir": "ltr"}),
        help_text=_("To the provider's page that confirms your certificate. It begins with https://."),
    )  # fmt: skip
    field_order = ("code", "link", "on", "course_version")


class CodeWay:
    name = Way.CODE
    form = CodeForm
    is_declared = False
    checks = (same_code, link_host, link_answers)

"""What every way of handing in asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models.external import CONTENT_VERSION
from courses.players.external.handing_in import Given


class HandInForm(forms.Form):
    """Each way adds its own fields (``ways``)."""

    on = forms.DateField(
        label=_("Date of completion"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("As the certificate says it."),
    )  # fmt: skip
    course_version = forms.CharField(
        label=_("Version of the course"), max_length=32, required=False, validators=[CONTENT_VERSION],
        help_text=_("If the certificate names one."),
    )  # fmt: skip

    def __init__(self, *args: Any, asks_version: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_version:
            del self.fields["course_version"]

    def given(self) -> Given:
        known = {name: value for name, value in self.cleaned_data.items() if name in Given.__dataclass_fields__}
        return Given(**known)

"""What is asked for, and whether it can be: the same for the page and for the command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.compliance.auditing.packing import Order
from lms.compliance.auditing.sampling import is_seed, new_seed
from lms.compliance.auditing.sections import Period
from lms.compliance.days import EARLIEST
from lms.people.models import Office

MOST = 200


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PackForm(forms.Form):
    """Of the offices that the viewer may see."""

    office = forms.ChoiceField(label=gettext_lazy("Office"), help_text=gettext_lazy("With every office below it."))
    first = forms.DateField(label=gettext_lazy("From"), widget=DayInput)
    last = forms.DateField(label=gettext_lazy("Until"), widget=DayInput, help_text=gettext_lazy("The last day."))
    size = forms.IntegerField(
        label=gettext_lazy("People to draw"), min_value=1, max_value=MOST, initial=25,
        help_text=gettext_lazy("Where there are fewer, all of them."),
    )  # fmt: skip
    seed = forms.CharField(
        label=gettext_lazy("Seed"), required=False, max_length=100,
        help_text=gettext_lazy("Any words or digits of your own: they decide who is drawn. Empty: chosen by the site."),
    )  # fmt: skip

    def __init__(self, *args: Any, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offices = {office.code: office for office in offices}
        field = self.fields["office"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, f"{'– ' * (office.depth - 1)}{office.name}") for code, office in self.offices.items()]

    def clean_seed(self) -> str:
        seed: str = self.cleaned_data["seed"] or new_seed()
        if not is_seed(seed):
            raise forms.ValidationError(_("A seed is one line of letters, digits and signs."))
        return seed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and not EARLIEST <= first <= last <= timezone.localdate():
            raise forms.ValidationError(_("A period ends today at the latest, and not before it begins."))
        return cleaned

    def order(self) -> Order:
        """Of a valid form."""
        asked = self.cleaned_data
        return Order(
            office=self.offices[asked["office"]],
            period=Period(asked["first"], asked["last"]),
            seed=asked["seed"],
            size=asked["size"],
        )

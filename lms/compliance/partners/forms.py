"""The forms of the partner desk in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.partners.models import Agreement, ReadyOverride
from lms.partners.querysets import parents
from lms.partners.trees import above
from lms.people.models import Office, Person

DAY = {"type": "date"}
MOST_FOCAL_POINTS = 20


class AgreementForm(forms.ModelForm):  # type: ignore[type-arg]
    """Focal points are given by number: of the partner, of one that it works for, or people of the viewer's offices."""

    numbers = forms.CharField(
        label=gettext_lazy("Focal points"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        help_text=gettext_lazy("Numbers, one a line. They keep the list of people, and need an account for it."),
    )  # fmt: skip

    class Meta:
        model = Agreement
        fields = (
            "reference", "organisation", "office", "starts_on", "ends_on", "signatory_name", "signatory_title",
            "signatory_email", "signatory_language", "requirements", "threshold", "rating", "assessed_on",
            "assessed_by", "review_on",
        )  # fmt: skip
        widgets = {
            "requirements": forms.CheckboxSelectMultiple,
            **{name: forms.DateInput(attrs=DAY, format="%Y-%m-%d")
               for name in ("starts_on", "ends_on", "assessed_on", "review_on")},
        }  # fmt: skip

    def __init__(self, *args: Any, offices: list[Office], **kwargs: Any) -> None:
        self.offices = offices
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["office"].queryset = Office.objects.filter(pk__in=[office.pk for office in offices])
        if self.instance.pk:
            fields["organisation"].disabled = True
            named = self.instance.focal_points.order_by("number").values_list("number", flat=True)
            fields["numbers"].initial = "\n".join(named)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("organisation") is not None and "numbers" in cleaned:
            wanted = [line.strip() for line in cleaned["numbers"].splitlines() if line.strip()]
            self.focal_points = self._focal_points(wanted[:MOST_FOCAL_POINTS], cleaned["organisation"].pk)
            missing = set(wanted) - {person.number for person in self.focal_points}
            if missing:
                said = _("Nobody of this partner or of your offices has this number: %(numbers)s")
                self.add_error("numbers", said % {"numbers": ", ".join(sorted(missing))})
        return cleaned

    def _focal_points(self, numbers: list[str], organisation: int) -> list[Person]:
        """Who is named already may stay, also where the viewer sees another office."""
        chain = above(organisation, parents())
        people = Person.objects.employed(timezone.localdate()).filter(number__in=numbers)
        offices = {office.pk for office in self.offices}
        stay = set(self.instance.focal_points.values_list("pk", flat=True)) if self.instance.pk else set()
        return [
            person
            for person in people
            if person.organisation_id in chain
            or (person.organisation_id is None and person.office_id in offices)
            or person.pk in stay
        ]


class OverrideForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=ReadyOverride.Reason.choices)
    ends_on = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(attrs=DAY),
        help_text=gettext_lazy("The last day, 90 days from today at most."),
    )  # fmt: skip

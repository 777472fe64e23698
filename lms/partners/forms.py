"""The forms of those who keep a roster, and of those who register themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.partners import rosters
from lms.partners.models import AgreementMember
from lms.partners.registering import MOST
from lms.partners.rosters import Line
from lms.partners.wording import PROBLEMS
from lms.people.models import LANGUAGES
from lms.requirements.models import Activity

CODES = [code for code, _name in LANGUAGES]
PLACES = {
    rosters.Problem.ADDRESS: "email",
    rosters.Problem.LANGUAGE: "language",
}
LONGEST_LINK = 30


class RegisterForm(forms.Form):
    """Name, how to reach, role: nothing else is asked of anybody."""

    name = forms.CharField(label=_("Name"), max_length=rosters.MOST_NAME)
    email = forms.CharField(
        label=_("E-mail"), max_length=rosters.MOST_EMAIL, required=False, help_text=_("Leave empty if there is none."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    role = forms.CharField(
        label=_("Role"), max_length=rosters.MOST_ROLE, required=False,
        help_text=_("In a few words, such as driver or project officer."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, initial="en")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            found = rosters.line(1, cleaned, languages=CODES)
            if isinstance(found, Line):
                self.line = found
            else:
                self.add_error(PLACES.get(found.problem, "name"), PROBLEMS[found.problem])
        return cleaned


class NameForm(RegisterForm):
    invite = forms.BooleanField(label=_("Send the invitation now"), required=False, initial=True)


class RosterForm(forms.Form):
    """A file, or its text from the trial before."""

    file = forms.FileField(
        label=_("CSV file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    invite = forms.BooleanField(label=_("Send the invitations"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.get("file")
        if file is not None and file.size > rosters.MOST_BYTES:
            self.add_error("file", PROBLEMS[rosters.Problem.FILE_LARGE])
        elif file is None and not cleaned.get("text") and not self.errors:
            self.add_error("file", _("Choose a file."))
        return cleaned

    @property
    def data_sent(self) -> bytes:
        file = self.cleaned_data.get("file")
        # Browsers send a text back with other ends of lines than it had.
        sent: bytes = file.read() if file is not None else self.cleaned_data["text"].replace("\r\n", "\n").encode()
        return sent


class LinkForm(forms.Form):
    most = forms.IntegerField(
        label=_("How many people at most"), min_value=1, max_value=MOST, initial=30,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    last_day = forms.DateField(
        label=_("Works until the end of"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("A month from today at most."),
    )  # fmt: skip

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        today = timezone.localdate()
        if not today <= day <= today + timedelta(days=LONGEST_LINK):
            raise forms.ValidationError(_("Choose a day from today on, a month from today at most."))
        return day


class DeclareForm(forms.Form):
    """Whom, which course, which day; nothing is chosen beforehand."""

    course = forms.ChoiceField(label=_("Course"))
    on = forms.DateField(
        label=_("Completed on"), widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Give the day on which they completed it.")},
    )  # fmt: skip
    people = forms.MultipleChoiceField(
        label=_("People"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person.")},
    )  # fmt: skip
    sure = forms.BooleanField(
        label=_("I declare that each of them has completed this course on that day. I know that this may be verified."),
        error_messages={"required": _("Tick the box to declare it.")},
    )  # fmt: skip

    def __init__(self, *args: Any, courses: list[Activity], members: list[AgreementMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.courses = {str(course.pk): course for course in courses}
        choice, people = self.fields["course"], self.fields["people"]
        choice.choices = [(pk, course.name) for pk, course in self.courses.items()]  # type: ignore[attr-defined]
        people.choices = [(str(item.pk), item.person.name) for item in members]  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The date cannot be in the future."))
        return day

    @property
    def activity(self) -> Activity:
        return self.courses[self.cleaned_data["course"]]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=32, help_text=_("Ten letters and numbers from the sheet that you were given."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "dir": "ltr"}
        ),
    )  # fmt: skip

"""The forms of those who plan and hold sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from courses.models import ClassroomSession, Identity, Reopening, Seat
from courses.players.classroom.rules import CONFIRM_DAYS, Line, earliest, lines
from lms.people.models import Office, Person

TOO_EARLY = gettext_noop("A session that was more than %(days)d days ago cannot be entered any more.")


class PlanForm(forms.ModelForm[ClassroomSession]):
    """Day and hours as they are where the session is held."""

    facilitator = forms.CharField(
        label=gettext_lazy("Facilitator"), max_length=200,
        help_text=gettext_lazy("Number or name. Signs the sheet, so is not on the list."),
    )  # fmt: skip
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    begins = forms.TimeField(
        label=gettext_lazy("Begins"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(label=gettext_lazy("Ends"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)
    field_order = (
        "training",
        "day",
        "begins",
        "ends",
        "office",
        "time_zone",
        "place",
        "facilitator",
        "language",
        "seats",
    )

    class Meta:
        model = ClassroomSession
        fields = ("training", "office", "place", "language", "seats")

    def __init__(self, *args: Any, offices: list[Office], viewer: Person | None, **kwargs: Any) -> None:
        self.offices, self.viewer = offices, viewer
        session = kwargs.get("instance")
        if session is not None:
            begins, ends = (moment.astimezone(session.zone) for moment in (session.starts_at, session.ends_at))
            kwargs["initial"] = {
                "day": begins.date(), "begins": begins.time(), "ends": ends.time(), "time_zone": session.time_zone,
                "facilitator": session.facilitator.number,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = Office.objects.filter(pk__in=[item.pk for item in offices])  # type: ignore[attr-defined]
        self.fields["training"].queryset = self.fields["training"].queryset.filter(kind="classroom")  # type: ignore[attr-defined]
        zones = [(name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]
        self.fields["time_zone"].choices = [("", _("That of the office")), *zones]  # type: ignore[attr-defined]
        if session is not None and session.sheets.exists():
            for name in [name for name in self.fields if name != "facilitator"]:
                del self.fields[name]

    def clean_facilitator(self) -> Person:
        """Of the viewer's offices, or the viewer; or who holds it already."""
        wanted = self.cleaned_data["facilitator"].strip()
        people = Person.objects.employed(timezone.localdate()).select_related("office")
        mine = people.filter(office__in=[item.pk for item in self.offices])
        found = list(mine.filter(number__in=[wanted, wanted.upper()])) or list(mine.filter(name=wanted)[:2])
        held = self.instance.facilitator if self.instance.pk else None
        found = found or [
            person for person in (self.viewer, held) if person and wanted in (person.number, person.name)
        ]
        if len(found) != 1:
            raise forms.ValidationError(
                _("Several people have this name: give the number.")
                if found
                else _("Nobody whom you may see has this number or name.")
            )
        return found[0]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        wanted = ("day", "begins", "ends", "office")
        if all(cleaned.get(name) is not None for name in wanted):
            zone = ZoneInfo(cleaned.get("time_zone") or cleaned["office"].time_zone)
            starts, ends = (
                datetime.combine(cleaned["day"], cleaned[name], tzinfo=zone) for name in ("begins", "ends")
            )
            if ends <= starts:
                self.add_error("ends", _("It ends after it begins."))
            if cleaned["day"] < earliest(timezone.now().astimezone(zone).date()):
                self.add_error("day", _(TOO_EARLY) % {"days": CONFIRM_DAYS})
            self.instance.starts_at, self.instance.ends_at, self.instance.time_zone = starts, ends, str(zone)
        if cleaned.get("facilitator"):
            self.instance.facilitator = cleaned["facilitator"]
        return cleaned


class ListForm(forms.Form):
    """People to be put on the list, pasted or typed."""

    people = forms.CharField(
        label=gettext_lazy("People to put on the list"), widget=forms.Textarea(attrs={"rows": 4}), max_length=50_000,
        help_text=gettext_lazy("Numbers or names, one a line; of a CSV file the first column is read."),
    )  # fmt: skip

    def clean_people(self) -> list[Line]:
        return lines(self.cleaned_data["people"])


class ReopenForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=Reopening.Reason.choices)


class SheetForm(forms.Form):
    """One line for everybody on the list: absent, or present and how that was known. Nothing is chosen beforehand."""

    content_version = forms.RegexField(
        r"^[\w.\-]{1,32}$", label=gettext_lazy("Version of the content"),
        help_text=gettext_lazy("Letters, digits, dots and dashes, as on the material that was used."),
    )  # fmt: skip
    sure = forms.BooleanField(
        label=gettext_lazy(
            "I held this session. Those marked as present took part in the whole of it, and I made sure who they are in "
            "the way that is marked."
        )
    )
    password = forms.CharField(
        label=gettext_lazy("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=gettext_lazy("So that nobody else can sign for you."),
    )  # fmt: skip

    def __init__(self, *args: Any, seats: Sequence[Seat], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = seats
        for seat in seats:
            self.fields[f"person-{seat.person_id}"] = forms.ChoiceField(
                label=seat.person.name,
                choices=[
                    ("", _("Choose")), ("absent", _("Absent")),
                    *((code, _("Present: %(how)s") % {"how": how}) for code, how in Identity.choices),
                ],
            )  # fmt: skip

    def lines(self) -> list[tuple[Seat, Any]]:
        return [(seat, self[f"person-{seat.person_id}"]) for seat in self.seats]

    def present(self) -> dict[int, str]:
        told = {seat.person_id: self.cleaned_data[f"person-{seat.person_id}"] for seat in self.seats}
        return {pk: how for pk, how in told.items() if how != "absent"}

"""The form of an address: who, which channel, where. The address is typed in and never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.people.models import Office, Person
from reminders.channels.models import ChannelAddress
from reminders.channels.outbound import Forbidden, target_of
from reminders.channels.registry import channels
from reminders.conf import conf
from reminders.recipients import day_of


class Secret(forms.PasswordInput):
    """Not a password of the reader: browsers are not to offer theirs."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"})


class ChannelAddressForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of people of the viewer's offices only; whose it is and in which channel stays as it was made."""

    number = forms.CharField(
        label=_("Number"), max_length=32, help_text=_("Of the supervisor or head of office, as in the HR system.")
    )
    channel = forms.ChoiceField(label=_("Channel"))
    url = forms.CharField(
        label=_("Address of the webhook"), max_length=2000, widget=Secret,
        help_text=_("It is a secret and not shown again. Whoever reads that channel reads how many people are late."),
    )  # fmt: skip

    class Meta:
        model = ChannelAddress
        fields = ["number", "channel", "url", "is_active"]

    def __init__(self, *args: Any, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._viewer, self._kept = viewer, self.instance.url
        known = channels()
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        channel.choices = [(name, item.LABEL) for name, item in known.items()]
        if self.instance.pk:
            channel.choices = [(self.instance.channel, self.instance.channel_label)]
            self.fields["number"].initial = self.instance.person.number
            self.fields["number"].disabled = channel.disabled = True
            self.fields["url"].required = False
            self.fields["url"].help_text = _("Left empty, %(hint)s stays. It is a secret and not shown.") % {
                "hint": self.instance.hint
            }
        self.initial.pop("url", None)

    def clean_number(self) -> str:
        """One answer for nobody and for somebody elsewhere."""
        number = str(self.cleaned_data["number"]).strip()
        if self.instance.pk is None:
            people = Person.objects.employed(day_of(timezone.now()))
            person = people.filter(number=number, office__in=Office.objects.visible_to(self._viewer)).first()
            if person is None:
                raise forms.ValidationError(_("Nobody in your offices has that number."))
            self.instance.person = person
        return number

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip() or self._kept
        try:
            target_of(url)
        except Forbidden as error:
            hosts = ", ".join(conf.CHANNEL_HOSTS)
            raise forms.ValidationError(
                _("Posts may go to https addresses of these hosts only: %(hosts)s") % {"hosts": hosts}
            ) from error
        channel = channels().get(self.cleaned_data.get("channel", ""))
        if channel is not None and (problem := channel.check_address(url)):
            raise forms.ValidationError(problem)
        return url

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is None and not self.errors:
            there = ChannelAddress.objects.filter(person=self.instance.person, channel=found["channel"])
            if there.exists():
                raise forms.ValidationError(_("This person has an address in that channel already."))
        if found.get("is_active"):
            self.instance.off_because, self.instance.off_at = "", None
        return found

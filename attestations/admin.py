"""Attestations in Wagtail's admin. Texts are issued here and can then only be read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.views.generic import CreateView, EditView
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from attestations.models import Attestation, AttestationText
from attestations.publishing import TextDiffers, define, issue_text


class DefineView(CreateView):  # type: ignore[misc]
    def save_instance(self) -> Attestation:
        return _define(self.form)


class RedefineView(EditView):  # type: ignore[misc]
    def save_instance(self) -> Attestation:
        return _define(self.form)


def _define(form: Any) -> Attestation:
    values = form.cleaned_data
    return define(key=values["key"], title=values["title"], meaning=values["meaning"], course=values["course"])


def _form(model: type[Model], panels: list[Any], base: type[WagtailAdminModelForm]) -> Any:
    return ObjectList(panels, base_form_class=base).bind_to_model(model).get_form_class()


class AttestationForm(WagtailAdminModelForm):  # type: ignore[misc]
    """What people have signed under stays what it was: key and course are settled when it is defined."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.instance.pk:
            stored = Attestation.objects.select_related("course").get(pk=self.instance.pk)
            for name in ("key", "course"):
                if cleaned.get(name) != getattr(stored, name):
                    self.add_error(name, _("This cannot be changed any more; define another attestation."))
        course = cleaned.get("course")
        if course and Attestation.objects.filter(course=course).exclude(pk=self.instance.pk).exists():
            self.add_error("course", _("This course ends with another attestation already."))
        return cleaned


class AttestationViewSet(ModelViewSet):  # type: ignore[misc]
    model = Attestation
    icon = "doc-full"
    add_view_class = DefineView
    edit_view_class = RedefineView
    list_display = ["title", "meaning", "course"]
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> Any:
        return _form(Attestation, Attestation.panels, AttestationForm)


class TextForm(WagtailAdminModelForm):  # type: ignore[misc]
    """One undertaking a line instead of JSON."""

    ticks = forms.CharField(
        label=_("undertakings"), widget=forms.Textarea, help_text=_("One a line; each gets a box to tick.")
    )

    def clean_ticks(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["ticks"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        same = AttestationText.objects.filter(
            attestation=cleaned.get("attestation"), version=cleaned.get("version"), language=cleaned.get("language")
        )
        if same.exists():
            raise ValidationError(
                _("This version was issued in this language already. A new wording is a new version.")
            )
        return cleaned


class IssueTextView(CreateView):  # type: ignore[misc]
    def save_instance(self) -> AttestationText:
        values = self.form.cleaned_data
        names = ("attestation", "version", "language", "title", "body", "ticks", "authority", "effective_from")
        try:
            return issue_text(**{name: values[name] for name in names}, by=self.request.user)
        except TextDiffers as error:  # issued by somebody else between the check and now
            raise ValidationError(_("This version was issued a moment ago with other words.")) from error


class ReadAndIssue(ModelPermissionPolicy):  # type: ignore[misc]
    """An issued text is never changed or deleted, whoever asks."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("add", "view") and bool(super().user_has_permission(user, action))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


register_permission_policy(AttestationText, ReadAndIssue(AttestationText))


class AttestationTextViewSet(ModelViewSet):  # type: ignore[misc]
    model = AttestationText
    icon = "doc-full-inverse"
    add_view_class = IssueTextView
    list_display = ["title", "version", "language", "effective_from"]
    list_filter = ["attestation", "language"]
    inspect_view_enabled = True
    inspect_view_fields = ["attestation", "version", "language", "title", "body", "ticks", "authority", "sha256"]
    copy_view_enabled = False
    panels = [
        FieldPanel(name)
        for name in ("attestation", "version", "language", "title", "body", "ticks", "authority", "effective_from")
    ]

    def get_form_class(self, for_update: bool = False) -> Any:
        return _form(AttestationText, self.panels, TextForm)


class AttestationsGroup(ViewSetGroup):  # type: ignore[misc]
    menu_label = _("Attestations")
    menu_icon = "doc-full"
    menu_order = 256
    items = (AttestationViewSet("attestation_definitions"), AttestationTextViewSet("attestation_texts"))

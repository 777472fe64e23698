"""The page on which HR makes one person of two records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.compliance.person_report import PersonReport
from lms.people.models import Person
from lms.requirements.merging import CannotMerge, merge


class MergeForm(forms.Form):
    """The other record, by its number; it must be one that the viewer may see."""

    number = forms.CharField(label=gettext_lazy("Number of the record that is given up"), max_length=32)
    sure = forms.BooleanField(label=gettext_lazy("Both records are of one person. This cannot be undone."))

    def __init__(self, *args: Any, visible: Any, **kwargs: Any) -> None:
        self.visible = visible
        super().__init__(*args, **kwargs)

    def clean_number(self) -> Person:
        found: Person | None = self.visible.filter(number=self.cleaned_data["number"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("There is no such record among those that you may see."))
        return found


class MergeView(PersonReport):
    """The person whose record is kept. For HR."""

    permission = "lms.merge_person"
    template_name = "lms/admin/merge.html"

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        *up, person = super().get_breadcrumbs_items()
        address = reverse("lms_person_report", args=[self.person.number])
        return [*up, {**person, "url": address}, {"url": "", "label": _("Same person")}]

    def form(self, data: Any = None) -> MergeForm:
        visible = Person.objects.filter(office__in=[office.pk for office in self.offices]).exclude(pk=self.person.pk)
        return MergeForm(data, visible=visible)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(form=kwargs.pop("form", None) or self.form(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        other = form.cleaned_data["number"]
        try:
            merge(kept=self.person, merged=other, by=request.user)
        except CannotMerge:
            messages.error(request, _("One of the two was merged into another record before."))
        else:
            messages.success(request, _("The two records are one person now."))
        return redirect("lms_person_report", self.person.number)

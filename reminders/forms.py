"""The form of a ladder: its steps have to fit what it reminds of."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

OF_TASKS = {"person", "supervisor", "head", "above", "hr"}
OF_RENEWALS = {"head", "above", "hr", "focal_point"}
AUDIENCES = {"tasks": OF_TASKS, "undertaking": OF_RENEWALS | {"signatory"}, "assessment": OF_RENEWALS}
"""To whom each kind of ladder can speak."""


class LadderForm(WagtailAdminModelForm):  # type: ignore[misc]
    def clean(self) -> Any:
        told = super().clean()
        about = told.get("about", "tasks")
        if about == "tasks" and not told.get("requirements"):
            self.add_error("requirements", _("Choose at least one requirement."))
        if about != "tasks" and told.get("requirements"):
            self.add_error("requirements", _("A ladder about partners has no requirements."))
        for form in self.formsets["rungs"].forms if "rungs" in self.formsets else []:
            self._check(form, about)
        return told

    @staticmethod
    def _check(form: Any, about: str) -> None:
        if not form.is_valid() or form.cleaned_data.get("DELETE"):
            return
        said = form.cleaned_data
        if said and said.get("audience") not in AUDIENCES[about]:
            form.add_error("audience", _("This ladder cannot speak to them."))
        if said and about != "tasks" and said.get("counted_from") != "due":
            form.add_error("counted_from", _("A ladder about partners counts from the due date."))

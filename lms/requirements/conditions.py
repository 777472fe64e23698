"""The conditions of an audience as blocks, so that HR builds a rule without code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from lms.people.models import Category, Office, Organisation


def offices() -> list[tuple[str, str]]:
    """By code, in the order of the tree, those below indented."""
    return [
        (office.code, f"{'– ' * (office.depth - 1)}{office.name} ({office.code})") for office in Office.objects.all()
    ]


def organisations() -> list[tuple[str, str]]:
    return [(item.code, item.name) for item in Organisation.objects.all()]


class ConditionBlock(blocks.StructBlock):  # type: ignore[misc]
    opposite = blocks.BooleanBlock(required=False, label=_("the opposite: everybody else"))


class CategoryBlock(ConditionBlock):
    categories = blocks.MultipleChoiceBlock(
        choices=Category.choices, widget=forms.CheckboxSelectMultiple, label=_("categories of personnel")
    )

    class Meta:
        label = _("Category of personnel")
        icon = "group"


class OfficeBlock(ConditionBlock):
    office = blocks.ChoiceBlock(choices=offices, label=_("office and below"))

    class Meta:
        label = _("Office")
        icon = "home"


class ManagerBlock(ConditionBlock):
    class Meta:
        label = _("Manages people")
        icon = "user"


class JoinedBlock(ConditionBlock):
    first = blocks.DateBlock(required=False, label=_("joined on or after"))
    last = blocks.DateBlock(required=False, label=_("joined on or before"))

    class Meta:
        label = _("Day of joining")
        icon = "date"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not cleaned["first"] and not cleaned["last"]:
            raise blocks.StructBlockValidationError({"first": ValidationError(_("Give a first or a last day."))})
        if cleaned["first"] and cleaned["last"] and cleaned["last"] < cleaned["first"]:
            raise blocks.StructBlockValidationError({"last": ValidationError(_("It lies before the first day."))})
        return cleaned


class NotYetJoinedBlock(ConditionBlock):
    class Meta:
        label = _("Has not joined yet")
        icon = "time"


class ContractBlock(ConditionBlock):
    days = blocks.IntegerBlock(min_value=1, max_value=36_500, label=_("contract of at least, in days"))

    class Meta:
        label = _("Length of the contract")
        icon = "doc-full"


class OrganisationBlock(ConditionBlock):
    code = blocks.ChoiceBlock(choices=organisations, required=False, label=_("partner; empty: any"))

    class Meta:
        label = _("Partner staff")
        icon = "link"


class OneOfBlock(blocks.StreamBlock):  # type: ignore[misc]
    """Conditions alone, or as alternatives."""

    category = CategoryBlock()
    office = OfficeBlock()
    manager = ManagerBlock()
    joined = JoinedBlock()
    not_yet_joined = NotYetJoinedBlock()
    contract = ContractBlock()
    organisation = OrganisationBlock()


class AnyOfBlock(OneOfBlock):
    class Meta:
        label = _("At least one of these")
        icon = "list-ul"
        min_num = 1


class AudienceBlock(OneOfBlock):
    any_of = AnyOfBlock()

"""Turns the four fields that said whom a rule covers into conditions, and keeps what is in force as version 1."""

import json

from django.db import migrations
from django.utils import timezone

OWN = (
    "code", "title", "why", "due_from", "due_days", "campaign_on", "working_days", "applies_from", "applies_until",
    "renewal_window_days", "gate", "gate_allows_until_due", "expire_at",
)


def conditions(apps, schema_editor):
    """The four fields of before, as conditions of an audience."""
    for rule in apps.get_model("lms", "Requirement").objects.all():
        audience = []
        if rule.categories:
            audience.append(("category", {"opposite": False, "categories": rule.categories}))
        if rule.office_id:
            audience.append(("office", {"opposite": False, "office": rule.office.code}))
        if rule.managers_only:
            audience.append(("manager", {"opposite": False}))
        if rule.joiners_from:
            audience.append(("joined", {"opposite": False, "first": rule.joiners_from.isoformat(), "last": None}))
        rule.audience = json.dumps([{"type": kind, "value": value} for kind, value in audience])
        rule.save(update_fields=["audience"])


def first_versions(apps, schema_editor):
    """What was in force when versions began to be kept."""
    plain = lambda value: value.isoformat() if hasattr(value, "isoformat") else value
    accepted = apps.get_model("lms", "AcceptedActivity").objects.select_related("activity").order_by("activity__iri")
    for rule in apps.get_model("lms", "Requirement").objects.all():
        apps.get_model("lms", "RuleVersion").objects.create(
            requirement=rule,
            number=1,
            in_force_from=timezone.now(),
            terms={
                **{name: plain(getattr(rule, name)) for name in OWN},
                "audience": [{"type": block["type"], "value": block["value"]} for block in rule.audience.raw_data],
                "accepted": [
                    {"activity": item.activity.iri, "counts_for": "", "valid_months": item.valid_months,
                     "runs_from": "completion", "until_day": ""}
                    for item in accepted.filter(requirement=rule)
                ],
            },
        )


class Migration(migrations.Migration):
    dependencies = [("lms", "0009_rules_have_versions")]
    operations = [
        migrations.RunPython(conditions, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(
            model_name='requirement',
            name='categories',
        ),
        migrations.RemoveField(
            model_name='requirement',
            name='joiners_from',
        ),
        migrations.RemoveField(
            model_name='requirement',
            name='managers_only',
        ),
        migrations.RemoveField(
            model_name='requirement',
            name='office',
        ),
        migrations.RunPython(first_versions, migrations.RunPython.noop, elidable=True),
    ]

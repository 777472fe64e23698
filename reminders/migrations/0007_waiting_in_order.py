"""The index of what waits is in the order in which workers take it, so that a claim reads what it takes and no more."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lms_reminders", "0006_standstill")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="lms_reminders_waiting"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["ready", "sending"])),
                fields=["not_before", "id"],
                name="lms_reminders_waiting",
            ),
        ),
    ]

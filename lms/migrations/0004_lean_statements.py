"""Mentions keyed by what they name, and no constraint that the writing of every statement has to pay for."""

import django.db.models.deletion
from django.db import migrations, models

from lms.append_only import protect_again


class Migration(migrations.Migration):
    dependencies = [("lms", "0003_launches_and_claims")]
    operations = [
        # A primary key cannot be altered into one of two columns: the table is made anew and filled from the old one.
        migrations.RunSQL("ALTER TABLE lms_mention RENAME TO lms_mention_before", migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Mention")]),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "statement", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.UUIDField()),
                ("direct", models.BooleanField(default=False)),
                (
                    "statement",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to="lms.statement",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO lms_mention (key, statement_id, direct) "
            "SELECT DISTINCT key, statement_id, direct FROM lms_mention_before",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("DROP TABLE lms_mention_before", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="statement",
            name="credential",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="Empty: said by this site itself.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="lms.credential",
            ),
        ),
        protect_again("lms_statement"),
    ]

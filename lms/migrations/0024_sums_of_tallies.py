"""Sums of tallies, a row for an office; lines are found by requirement and bucket."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("lms", "0023_sign_in_links"),
    ]

    operations = [
        migrations.CreateModel(
            name='TallySum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('below', models.CharField(max_length=40)),
                ('figures', models.JSONField()),
                ('parts', models.JSONField()),
            ],
        ),
        migrations.AddIndex(
            model_name='tallyline',
            index=models.Index(fields=['tally', 'requirement', 'bucket'], name='lms_tally_line_bucket'),
        ),
        migrations.AddField(
            model_name='tallysum',
            name='office',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lms.office'),
        ),
        migrations.AddField(
            model_name='tallysum',
            name='tally',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sums', to='lms.tally'),
        ),
        migrations.AddConstraint(
            model_name='tallysum',
            constraint=models.UniqueConstraint(fields=('tally', 'office'), name='lms_tally_sum_once'),
        ),
    ]

"""Two records of one person become one."""

import django.db.models.deletion
from django.db import migrations, models

from lms.as_known import remember

ASSIGNMENT = [
    "requirement_id", "person_id", "opened_on", "due_on", "carried_until", "ended_on", "ended_because", "completion_id",
    "completed_on", "valid_until", "renew_from", "waived_from", "waived_until",
]


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0016_more_time'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='office',
            options={'permissions': [('view_compliance', 'Can see the compliance figures of the offices given to them'), ('take_auditor_pack', 'Can take an auditor pack of the offices given to them'), ('merge_person', 'Can make one person of two records in the offices given to them'), ('see_who_looked', 'Can see who looked at the people of the offices given to them')], 'verbose_name': 'office', 'verbose_name_plural': 'offices'},
        ),
        migrations.AddField(
            model_name='person',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, help_text='This record is of the same person as that one, which is kept.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='lms.person'),
        ),
        migrations.AlterField(
            model_name='assignment',
            name='ended_because',
            field=models.CharField(blank=True, choices=[('renewed', 'followed by the next cycle'), ('left', 'the person left'), ('outside', 'the rule no longer covers the person'), ('merged', 'the record was merged into another of the same person')], max_length=16),
        ),
        remember("lms_person", row="person_id", columns=["office_id", "category", "is_manager"], again=True),
        remember("lms_assignment", row="assignment_id", columns=ASSIGNMENT, again=True),
    ]

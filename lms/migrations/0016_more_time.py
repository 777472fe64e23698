"""More time for an obligation, as a fact."""

import django.db.models.deletion
from django.db import migrations, models

from lms.append_only import protect


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0015_reports_by_email'),
    ]

    operations = [
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('alternative_arrangement', 'Alternative arrangement'), ('equivalent', 'Equivalent training'), ('connectivity', 'No connection at the duty station'), ('security', 'Security or evacuation')], max_length=32)),
                ('due_on', models.DateField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'extension',
                'verbose_name_plural': 'extensions',
            },
        ),
        migrations.RemoveConstraint(
            model_name='waiverrequest',
            name='lms_waiver_request_is_decided_whole',
        ),
        migrations.AlterField(
            model_name='waiverrequest',
            name='decision',
            field=models.CharField(blank=True, choices=[('approved', 'granted'), ('extended', 'more time given'), ('refused', 'not granted')], max_length=16, verbose_name='decision'),
        ),
        migrations.AddField(
            model_name='extension',
            name='approved_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lms.person'),
        ),
        migrations.AddField(
            model_name='extension',
            name='assignment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='lms.assignment'),
        ),
        migrations.AddField(
            model_name='extension',
            name='requested_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lms.person'),
        ),
        migrations.AddField(
            model_name='waiverrequest',
            name='extension',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='lms.extension'),
        ),
        migrations.AddConstraint(
            model_name='waiverrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('decision', ''), ('extension', None), ('waiver', None)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(models.Q(('decision', 'refused'), ('extension', None), ('waiver', None)), models.Q(('decision', 'approved'), ('extension', None), ('waiver__isnull', False)), models.Q(('decision', 'extended'), ('extension__isnull', False), ('waiver', None)), _connector='OR')), _connector='OR'), name='lms_waiver_request_is_decided_whole'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('requested_by', models.F('approved_by')), _negated=True), name='lms_extension_needs_a_second_person'),
        ),
        protect("lms_extension"),
    ]

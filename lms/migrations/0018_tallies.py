"""Counts made at a moment; when something became known is found by an index."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0017_two_records_of_one_person'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('known_at', models.DateTimeField()),
                ('made_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='TallyLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(choices=[('FTA', 'Fixed-term staff'), ('TA', 'Temporary staff'), ('JPO', 'Junior professional officer'), ('SC', 'Service contract holder'), ('SSA', 'Consultant'), ('UNV', 'Volunteer'), ('INT', 'Intern or fellow'), ('SEC', 'Secondee, on loan or stand-by'), ('PARTNER', 'Partner personnel')], max_length=16)),
                ('manages', models.BooleanField()),
                ('bucket', models.CharField(max_length=16)),
                ('band', models.CharField(blank=True, max_length=16)),
                ('n', models.IntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name='knownassignment',
            index=models.Index(fields=['known_from'], name='lms_knownassignment_from'),
        ),
        migrations.AddIndex(
            model_name='knownleave',
            index=models.Index(fields=['known_from'], name='lms_knownleave_from'),
        ),
        migrations.AddIndex(
            model_name='knownleave',
            index=models.Index(fields=['known_until'], name='lms_known_leave_until'),
        ),
        migrations.AddIndex(
            model_name='knownoffice',
            index=models.Index(fields=['known_from'], name='lms_knownoffice_from'),
        ),
        migrations.AddIndex(
            model_name='knownperson',
            index=models.Index(fields=['known_from'], name='lms_knownperson_from'),
        ),
        migrations.AddIndex(
            model_name='knownposting',
            index=models.Index(fields=['known_from'], name='lms_knownposting_from'),
        ),
        migrations.AddIndex(
            model_name='knownposting',
            index=models.Index(fields=['known_until'], name='lms_known_posting_until'),
        ),
        migrations.AddField(
            model_name='tallyline',
            name='office',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lms.office'),
        ),
        migrations.AddField(
            model_name='tallyline',
            name='requirement',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lms.requirement'),
        ),
        migrations.AddField(
            model_name='tallyline',
            name='tally',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='lms.tally'),
        ),
        migrations.AddIndex(
            model_name='tallyline',
            index=models.Index(fields=['tally', 'office'], name='lms_tally_line_office'),
        ),
    ]

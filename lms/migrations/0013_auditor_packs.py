"""The packs that were taken for auditors."""

import django.db.models.deletion
from django.db import migrations, models

from lms.append_only import protect


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0012_auditors'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditorPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_day', models.DateField(verbose_name='from')),
                ('last_day', models.DateField(verbose_name='until')),
                ('seed', models.CharField(max_length=100, verbose_name='seed')),
                ('sample', models.PositiveIntegerField(verbose_name='people drawn')),
                ('population', models.PositiveIntegerField(verbose_name='people in the period')),
                ('population_sha256', models.CharField(max_length=64)),
                ('manifest_sha256', models.CharField(max_length=64, verbose_name='SHA-256 of the manifest')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lms.office', verbose_name='office')),
                ('taken_by', models.CharField(blank=True, help_text='Empty: on the command line.', max_length=254, verbose_name='taken by')),
                ('taken_at', models.DateTimeField(verbose_name='taken at')),
            ],
            options={
                'verbose_name': 'auditor pack',
                'verbose_name_plural': 'auditor packs',
                'ordering': ['-taken_at', '-pk'],
                'default_permissions': (),
            },
        ),
        protect("lms_auditorpack"),
    ]

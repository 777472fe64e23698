"""Undertakings of partners."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0031_one_focal_point_no_more'),
        ('lms_attestations', '0004_classroom'),
    ]

    operations = [
        migrations.CreateModel(
            name='Undertaking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(help_text='Of the agreement, as it was then.', max_length=64)),
                ('partner_code', models.CharField(max_length=32)),
                ('partner_name', models.CharField(help_text='As it was then.', max_length=200)),
                ('printed_name', models.CharField(max_length=200)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('capacity', models.CharField(max_length=300)),
                ('language', models.CharField(max_length=16)),
                ('text_sha256', models.CharField(max_length=64)),
                ('method', models.CharField(choices=[('link', "link sent to the signatory's e-mail, and the name typed")], max_length=16)),
                ('sent_to', models.EmailField(max_length=254)),
                ('signed_at', models.DateTimeField()),
                ('utc_offset', models.CharField(max_length=6)),
                ('sequence', models.PositiveIntegerField()),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='undertakings', to='lms.agreement')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='undertakings', to='lms_attestations.attestationtext')),
            ],
            options={
                'verbose_name': 'undertaking of a partner',
                'verbose_name_plural': 'undertakings of partners',
                'constraints': [models.UniqueConstraint(fields=('agreement', 'sequence'), name='lms_attestations_undertaking_sequence')],
            },
        ),
    ]

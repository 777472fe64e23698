"""An office's figures by e-mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0014_tokens_for_figures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('every', models.CharField(choices=[('week', 'every Monday'), ('month', 'on the first of every month')], default='month', max_length=8, verbose_name='how often')),
                ('for_outside', models.BooleanField(default=False, help_text='Small numbers are withheld.', verbose_name='for use outside HR')),
                ('not_before', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('claimed_by', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('sent', 'sent'), ('not_entitled', 'not sent: may not see this office now'), ('no_address', 'not sent: no address in the organisation'), ('failed', 'given up for this time')], max_length=16)),
                ('sent_at', models.DateTimeField(null=True)),
                ('last_error', models.TextField(blank=True)),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lms.office', verbose_name='office')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='report_subscriptions', to=settings.AUTH_USER_MODEL, verbose_name='recipient')),
            ],
            options={
                'verbose_name': 'report by e-mail',
                'verbose_name_plural': 'reports by e-mail',
                'ordering': ['office__path', 'recipient', 'every'],
                'constraints': [models.UniqueConstraint(fields=('recipient', 'office', 'every'), name='lms_report_subscribed_once')],
            },
        ),
    ]

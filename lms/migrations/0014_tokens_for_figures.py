"""Tokens for figures and indicators are limited to an office."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0013_auditor_packs'),
    ]

    operations = [
        migrations.AddField(
            model_name='accesstoken',
            name='office',
            field=models.ForeignKey(blank=True, help_text='Needed for figures and indicators.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lms.office', verbose_name='office and below'),
        ),
        migrations.AlterField(
            model_name='accesstoken',
            name='purpose',
            field=models.CharField(choices=[('clearance', 'whether one person may pass a gate'), ('compliance', 'figures of offices'), ('people', 'figures of offices, and the people behind them by name'), ('indicators', 'indicators for the risk register'), ('provisioning', 'to provision people (SCIM)')], default='clearance', max_length=16, verbose_name='may ask for'),
        ),
        migrations.AddConstraint(
            model_name='accesstoken',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['clearance', 'provisioning']), ('office__isnull', False), _connector='OR'), name='lms_token_for_figures_names_an_office', violation_error_message='Choose an office: the token opens that office and everything below it.'),
        ),
    ]

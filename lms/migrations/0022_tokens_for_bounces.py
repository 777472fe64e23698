"""Tokens for telling which messages came back; they are limited to no office."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("lms", "0021_index_of_what_is_missing"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='accesstoken',
            name='lms_token_for_figures_names_an_office',
        ),
        migrations.AlterField(
            model_name='accesstoken',
            name='purpose',
            field=models.CharField(choices=[('clearance', 'whether one person may pass a gate'), ('compliance', 'figures of offices'), ('people', 'figures of offices, and the people behind them by name'), ('indicators', 'indicators for the risk register'), ('provisioning', 'to provision people (SCIM)'), ('bounces', 'to tell which messages came back')], default='clearance', max_length=16, verbose_name='may ask for'),
        ),
        migrations.AddConstraint(
            model_name='accesstoken',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['clearance', 'provisioning', 'bounces']), ('office__isnull', False), _connector='OR'), name='lms_token_for_figures_names_an_office', violation_error_message='Choose an office: the token opens that office and everything below it.'),
        ),
    ]

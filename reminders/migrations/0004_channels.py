"""Addresses in other channels, and the posts to them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0021_index_of_what_is_missing'),
        ("lms_reminders", "0003_bounces"),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=32, verbose_name='channel')),
                ('url', models.CharField(max_length=2000, verbose_name='address')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('off_because', models.CharField(blank=True, editable=False, max_length=200, verbose_name='switched off because')),
                ('off_at', models.DateTimeField(editable=False, null=True, verbose_name='switched off at')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channel_addresses', to='lms.person', verbose_name='person')),
            ],
            options={
                'verbose_name': 'address in another channel',
                'verbose_name_plural': 'addresses in other channels',
                'ordering': ['person__name', 'channel'],
                'constraints': [models.UniqueConstraint(fields=('person', 'channel'), name='lms_reminders_one_address_a_channel', violation_error_message='This person has an address in that channel already.')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('ready', 'waiting'), ('posting', 'being posted'), ('posted', 'posted'), ('cancelled', 'not needed any more'), ('failed', 'given up')], default='ready', max_length=16)),
                ('because', models.CharField(blank=True, choices=[('nothing_open', 'nothing in the message is open any more'), ('no_address', 'there is no address in use any more'), ('not_now', 'not accepted yet; it will be tried again'), ('late', 'not accepted within a day'), ('refused', 'refused'), ('gone', 'there is no such address any more; it was switched off'), ('unsure', 'no answer came; it may have arrived')], max_length=16)),
                ('detail', models.CharField(blank=True, help_text='What the other side answered, in a word.', max_length=200)),
                ('people', models.PositiveIntegerField(default=0, help_text='The number that it said.')),
                ('written_at', models.DateTimeField()),
                ('not_before', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('claimed_by', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('posted_at', models.DateTimeField(null=True)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to='lms_reminders.message')),
            ],
            options={
                'verbose_name': 'post in another channel',
                'verbose_name_plural': 'posts in other channels',
                'ordering': ['-written_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['ready', 'posting'])), fields=['not_before'], name='lms_reminders_unposted')],
                'constraints': [models.UniqueConstraint(fields=('message', 'channel'), name='lms_reminders_one_post_a_channel')],
            },
        ),
    ]

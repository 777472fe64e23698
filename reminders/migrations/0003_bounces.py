"""What was said about addresses; the database refuses to change or delete it."""

import django.db.models.deletion
from django.db import migrations, models

from lms.append_only import protect


class Migration(migrations.Migration):

    dependencies = [
        ("lms_reminders", "0002_ladders_reach_further"),
    ]

    operations = [
        migrations.CreateModel(
            name='Bounce',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('bounce', 'came back'), ('complaint', 'marked as spam'), ('delivered', 'got through'), ('works', 'works again')], max_length=16)),
                ('address', models.CharField(help_text='In lower case; of what does not fit: @ and the domain.', max_length=254)),
                ('does_fit', models.BooleanField(help_text='It is about a message that we sent to that address.')),
                ('told_message_id', models.CharField(blank=True, max_length=200)),
                ('permanent', models.BooleanField(default=False)),
                ('status', models.CharField(blank=True, help_text='RFC 3463', max_length=12)),
                ('reason', models.CharField(blank=True, help_text='What the other server answered, in few words.', max_length=200)),
                ('at', models.DateTimeField()),
                ('day', models.DateField(help_text='Of UTC.')),
                ('taken_at', models.DateTimeField(auto_now_add=True)),
                ('said_by', models.CharField(blank=True, help_text='Who said that it works again.', max_length=254)),
                ('message', models.ForeignKey(db_constraint=False, help_text='No constraint: the fact stays when the message is cleared away.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='bounces', to='lms_reminders.message')),
            ],
            options={
                'verbose_name': 'what was said about an address',
                'verbose_name_plural': 'what was said about addresses',
                'ordering': ['-at', '-pk'],
                'default_permissions': ('add', 'view'),
                'indexes': [models.Index(fields=['address', 'at'], name='lms_reminders_bounce_address'), models.Index(condition=models.Q(('does_fit', False)), fields=['taken_at'], name='lms_reminders_bounce_stray')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('message__isnull', False)), fields=('message', 'address', 'kind', 'permanent'), name='lms_reminders_bounce_told_once'), models.UniqueConstraint(condition=models.Q(('does_fit', False)), fields=('told_message_id', 'address', 'kind', 'permanent'), name='lms_reminders_stray_bounce_told_once'), models.CheckConstraint(condition=models.Q(models.Q(('does_fit', False), ('message__isnull', True)), models.Q(('does_fit', True), ('message__isnull', False), ('said_by', '')), models.Q(('does_fit', True), ('kind', 'works'), ('message__isnull', True)), _connector='OR'), name='lms_reminders_bounce_fits_a_message_or_is_said_by_somebody')],
            },
        ),
        protect("lms_reminders_bounce"),
    ]

"""Requirements are drafted, approved and kept as versions; audiences are built from conditions; working days."""

import django.db.models.deletion
import lms.requirements.conditions
import wagtail.fields
from django.db import migrations, models

from lms.append_only import protect
from lms.as_known import remember


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('lms', '0008_remember_what_was_known'),
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('terms', models.JSONField()),
                ('in_force_from', models.DateTimeField(verbose_name='in force from')),
                ('drafted_by', models.CharField(blank=True, max_length=150, verbose_name='drafted by')),
                ('approved_by', models.CharField(blank=True, max_length=150, verbose_name='approved by')),
                ('restores', models.PositiveIntegerField(null=True, verbose_name='restores version')),
            ],
            options={
                'verbose_name': 'version of a requirement',
                'verbose_name_plural': 'versions of requirements',
                'ordering': ['requirement', '-number'],
            },
        ),
        migrations.AlterModelOptions(
            name='requirement',
            options={'ordering': ['due_days', 'title'], 'permissions': [('publish_requirement', 'Can approve a change of a requirement that another person made')], 'verbose_name': 'requirement', 'verbose_name_plural': 'requirements'},
        ),
        migrations.AddField(
            model_name='acceptedactivity',
            name='counts_for',
            field=models.CharField(blank=True, choices=[('', 'the first time and renewal'), ('first', 'the first time only'), ('renewal', 'renewal only')], default='', max_length=16, verbose_name='counts for'),
        ),
        migrations.AddField(
            model_name='acceptedactivity',
            name='runs_from',
            field=models.CharField(choices=[('completion', 'from the day of completion'), ('expiry', 'from the end of the proof that is renewed'), ('day', 'until a fixed day of the year')], default='completion', max_length=16, verbose_name='counted'),
        ),
        migrations.AddField(
            model_name='acceptedactivity',
            name='until_day',
            field=models.CharField(blank=True, help_text='03-31 is 31 March, in every year.', max_length=5, verbose_name='fixed day, as month-day'),
        ),
        migrations.AddField(
            model_name='office',
            name='weekend',
            field=models.CharField(choices=[('sat-sun', 'Saturday and Sunday'), ('fri-sat', 'Friday and Saturday'), ('thu-fri', 'Thursday and Friday'), ('fri', 'Friday'), ('sun', 'Sunday')], default='sat-sun', max_length=8, verbose_name='weekend'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='audience',
            field=wagtail.fields.StreamField([('category', 2), ('office', 4), ('manager', 5), ('joined', 8), ('not_yet_joined', 5), ('contract', 10), ('organisation', 12), ('any_of', 13)], blank=True, block_lookup={0: ('wagtail.blocks.BooleanBlock', (), {'label': 'the opposite: everybody else', 'required': False}), 1: ('wagtail.blocks.MultipleChoiceBlock', [], {'choices': [('FTA', 'Fixed-term staff'), ('TA', 'Temporary staff'), ('JPO', 'Junior professional officer'), ('SC', 'Service contract holder'), ('SSA', 'Consultant'), ('UNV', 'Volunteer'), ('INT', 'Intern or fellow'), ('SEC', 'Secondee, on loan or stand-by'), ('PARTNER', 'Partner personnel')], 'label': 'categories of personnel'}), 2: ('wagtail.blocks.StructBlock', [[('opposite', 0), ('categories', 1)]], {}), 3: ('wagtail.blocks.ChoiceBlock', [], {'choices': lms.requirements.conditions.offices, 'label': 'office and below'}), 4: ('wagtail.blocks.StructBlock', [[('opposite', 0), ('office', 3)]], {}), 5: ('wagtail.blocks.StructBlock', [[('opposite', 0)]], {}), 6: ('wagtail.blocks.DateBlock', (), {'label': 'joined on or after', 'required': False}), 7: ('wagtail.blocks.DateBlock', (), {'label': 'joined on or before', 'required': False}), 8: ('wagtail.blocks.StructBlock', [[('opposite', 0), ('first', 6), ('last', 7)]], {}), 9: ('wagtail.blocks.IntegerBlock', (), {'label': 'contract of at least, in days', 'max_value': 36500, 'min_value': 1}), 10: ('wagtail.blocks.StructBlock', [[('opposite', 0), ('days', 9)]], {}), 11: ('wagtail.blocks.ChoiceBlock', [], {'choices': lms.requirements.conditions.organisations, 'label': 'partner; empty: any', 'required': False}), 12: ('wagtail.blocks.StructBlock', [[('opposite', 0), ('code', 11)]], {}), 13: ('wagtail.blocks.StreamBlock', [[('category', 2), ('office', 4), ('manager', 5), ('joined', 8), ('not_yet_joined', 5), ('contract', 10), ('organisation', 12)]], {})}, default=list, verbose_name='who'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='campaign_on',
            field=models.DateField(blank=True, null=True, verbose_name='fixed day'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='expire_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='expiry date/time'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='expired',
            field=models.BooleanField(default=False, editable=False, verbose_name='expired'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='first_published_at',
            field=models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='first published at'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='go_live_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='go live date/time'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='has_unpublished_changes',
            field=models.BooleanField(default=False, editable=False, verbose_name='has unpublished changes'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='last_published_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='last published at'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='latest_revision',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='latest revision'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='live',
            field=models.BooleanField(default=True, editable=False, verbose_name='live'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='live_revision',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.revision', verbose_name='live revision'),
        ),
        migrations.AddField(
            model_name='requirement',
            name='working_days',
            field=models.BooleanField(default=False, help_text='Weekends and holidays do not count.', verbose_name='count working days of the duty station'),
        ),
        migrations.AlterField(
            model_name='requirement',
            name='due_days',
            field=models.PositiveSmallIntegerField(default=30, help_text='Before the day of joining: so many days earlier. A fixed day: for whoever is asked after it.', verbose_name='days until due'),
        ),
        migrations.AlterField(
            model_name='requirement',
            name='due_from',
            field=models.CharField(choices=[('joining', 'the day of joining'), ('issuance', 'the day it is assigned'), ('gate', 'before the day of joining'), ('campaign', 'a fixed day')], default='joining', max_length=16, verbose_name='due counted from'),
        ),
        migrations.CreateModel(
            name='RuleToApply',
            fields=[
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='waiting', serialize=False, to='lms.ruleversion')),
                ('cursor', models.BigIntegerField(default=0)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('next_try', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'rule to be applied',
                'verbose_name_plural': 'rules to be applied',
            },
        ),
        migrations.AddField(
            model_name='ruleversion',
            name='requirement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='lms.requirement'),
        ),
        migrations.CreateModel(
            name='SecondPersonApproval',
            fields=[
                ('task_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='wagtailcore.task')),
                ('groups', models.ManyToManyField(help_text='Pages/snippets at this step in a workflow will be moderated or approved by these groups of users', to='auth.group', verbose_name='groups')),
            ],
            options={
                'verbose_name': 'approval by a second person',
                'verbose_name_plural': 'approvals by a second person',
            },
            bases=('wagtailcore.task',),
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holidays', to='lms.office', verbose_name='office')),
            ],
            options={
                'verbose_name': 'holiday',
                'verbose_name_plural': 'holidays',
                'ordering': ['-day', 'office'],
                'constraints': [models.UniqueConstraint(fields=('office', 'day'), name='lms_holiday_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='ruleversion',
            constraint=models.UniqueConstraint(fields=('requirement', 'number'), name='lms_rule_version_once'),
        ),
        remember("lms_office", row="office_id", columns=["path", "depth", "code", "name"], again=True),
        protect("lms_ruleversion"),
    ]

"""Agreements with partners, the people named under them, invitations and links to register."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("lms", "0028_verification_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name='AgreementMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(blank=True, max_length=80, verbose_name='role')),
                ('named_on', models.DateField()),
                ('ended_on', models.DateField(help_text='The first day on which it no longer holds.', null=True)),
            ],
            options={
                'verbose_name': 'person under an agreement',
                'verbose_name_plural': 'people under agreements',
            },
        ),
        migrations.CreateModel(
            name='PartnerInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('purpose', models.CharField(choices=[('learn', 'to see what is asked'), ('sign', 'to sign the undertaking')], max_length=8)),
                ('channel', models.CharField(choices=[('email', 'by e-mail'), ('code', 'code on paper')], max_length=8)),
                ('address', models.EmailField(blank=True, help_text='Of a signatory, who is no person here.', max_length=254)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('not_before', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('claimed_by', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('sent', 'sent'), ('no_address', 'not sent: no address'), ('failed', 'given up')], max_length=16)),
                ('sent_at', models.DateTimeField(null=True)),
                ('last_error', models.TextField(blank=True)),
            ],
            options={
                'verbose_name': 'invitation of a partner',
                'verbose_name_plural': 'invitations of partners',
            },
        ),
        migrations.CreateModel(
            name='ReadyOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('emergency', 'Emergency: the work cannot wait'), ('scheduled', 'The training has a date'), ('connectivity', 'No connection where they work'), ('language', 'No course in their language yet')], max_length=16, verbose_name='reason')),
                ('ends_on', models.DateField(help_text='The last day, 90 days from today at most.', verbose_name='until')),
                ('asked_at', models.DateTimeField()),
                ('decision', models.CharField(blank=True, choices=[('approved', 'granted'), ('refused', 'not granted')], max_length=16)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'exception for a partner',
                'verbose_name_plural': 'exceptions for partners',
                'ordering': ['asked_at'],
            },
        ),
        migrations.CreateModel(
            name='RegistrationLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('most', models.PositiveSmallIntegerField(verbose_name='how many people at most')),
                ('registered', models.PositiveSmallIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'link to register',
                'verbose_name_plural': 'links to register',
            },
        ),
        migrations.AlterModelOptions(
            name='agreement',
            options={'ordering': ['reference'], 'permissions': [('keep_roster', 'Can name and invite people under the agreements of the offices given to them'), ('decide_ready', 'Can declare partners ready, and decide on exceptions')], 'verbose_name': 'agreement', 'verbose_name_plural': 'agreements'},
        ),
        migrations.AddField(
            model_name='agreement',
            name='assessed_by',
            field=models.CharField(blank=True, max_length=120, verbose_name='assessing entity'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='assessed_on',
            field=models.DateField(blank=True, null=True, verbose_name='assessed on'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='focal_points',
            field=models.ManyToManyField(blank=True, related_name='focal_point_of', to='lms.person', verbose_name='focal points'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='rating',
            field=models.CharField(choices=[('full', 'Full capacity (low risk)'), ('medium', 'Medium capacity (moderate risk)'), ('low', 'Low capacity (high risk)'), ('low_assumed', 'Low capacity assumed – emergency'), ('no_contact', 'No contact with beneficiaries'), ('not_assessed', 'Not assessed')], default='not_assessed', help_text='The label only: no evidence is kept here.', max_length=16, verbose_name='PSEA assessment'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='ready_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='agreement',
            name='ready_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lms.person'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='requirements',
            field=models.ManyToManyField(blank=True, help_text="Their rules must cover the partner's people, who are otherwise not asked.", related_name='agreements', to='lms.requirement', verbose_name='required of the people named'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='review_on',
            field=models.DateField(blank=True, null=True, verbose_name='to be reviewed on'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='signatory_email',
            field=models.EmailField(blank=True, max_length=254, verbose_name='e-mail of the signatory'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='signatory_language',
            field=models.CharField(choices=[('en', 'English'), ('fr', 'French'), ('es', 'Spanish'), ('ar', 'Arabic'), ('ru', 'Russian'), ('zh-hans', 'Chinese')], default='en', max_length=16, verbose_name='language of the signatory'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='signatory_name',
            field=models.CharField(blank=True, max_length=200, verbose_name='authorised signatory'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='signatory_title',
            field=models.CharField(blank=True, max_length=200, verbose_name='title of the signatory'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='threshold',
            field=models.PositiveSmallIntegerField(default=100, help_text='Below it the partner cannot be declared ready. Declared proof does not count.', verbose_name='share that must be verified, in per cent'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='parent',
            field=models.ForeignKey(blank=True, help_text='The partner whose sub-partner this is; empty for a partner of ours.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sub_partners', to='lms.organisation', verbose_name='works for'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='ends_on',
            field=models.DateField(blank=True, help_text='The last day.', null=True, verbose_name='until'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='office',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='lms.office', verbose_name='office of ours'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='lms.organisation', verbose_name='partner'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='lms_agreement_ends_after_it_starts', violation_error_message='It ends after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('threshold__gte', 1), ('threshold__lte', 100)), name='lms_agreement_threshold_is_a_share', violation_error_message='A share lies between 1 and 100 per cent.'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('review_on__isnull', True), ('assessed_on__isnull', True), ('review_on__gte', models.F('assessed_on')), _connector='OR'), name='lms_agreement_review_follows_assessment', violation_error_message='A review follows the assessment.'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ready_at__isnull', True), ('ready_by', None)), models.Q(('ready_at__isnull', False), ('ready_by__isnull', False)), _connector='OR'), name='lms_agreement_ready_names_who'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='lms_organisation_is_not_its_own_parent'),
        ),
        migrations.AddField(
            model_name='agreementmember',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='lms.agreement'),
        ),
        migrations.AddField(
            model_name='agreementmember',
            name='named_by',
            field=models.ForeignKey(help_text='Nobody: they registered themselves.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lms.person'),
        ),
        migrations.AddField(
            model_name='agreementmember',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='lms.person'),
        ),
        migrations.AddField(
            model_name='partnerinvitation',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='lms.agreement'),
        ),
        migrations.AddField(
            model_name='partnerinvitation',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='partner_invitations', to='lms.person'),
        ),
        migrations.AddField(
            model_name='readyoverride',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='lms.agreement'),
        ),
        migrations.AddField(
            model_name='readyoverride',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lms.person'),
        ),
        migrations.AddField(
            model_name='readyoverride',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lms.person'),
        ),
        migrations.AddField(
            model_name='registrationlink',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registration_links', to='lms.agreement'),
        ),
        migrations.AddField(
            model_name='registrationlink',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lms.person'),
        ),
        migrations.AddConstraint(
            model_name='agreementmember',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('agreement', 'person'), name='lms_agreement_names_a_person_once'),
        ),
        migrations.AddConstraint(
            model_name='agreementmember',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('named_on')), _connector='OR'), name='lms_membership_ends_after_it_starts'),
        ),
        migrations.AddIndex(
            model_name='partnerinvitation',
            index=models.Index(condition=models.Q(('channel', 'email'), ('outcome', '')), fields=['not_before'], name='lms_partner_invitations_due'),
        ),
        migrations.AddConstraint(
            model_name='partnerinvitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('person__isnull', False), ('purpose', 'learn')), models.Q(('channel', 'email'), ('person', None), ('purpose', 'sign'), models.Q(('address', ''), _negated=True)), _connector='OR'), name='lms_partner_invitation_is_for_somebody'),
        ),
        migrations.AddConstraint(
            model_name='partnerinvitation',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='lms_partner_invitation_ends_after_it_is_made'),
        ),
        migrations.AddConstraint(
            model_name='readyoverride',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='lms_ready_override_needs_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='readyoverride',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='lms_ready_override_is_decided_whole'),
        ),
        migrations.AddConstraint(
            model_name='readyoverride',
            constraint=models.UniqueConstraint(condition=models.Q(('decision', '')), fields=('agreement',), name='lms_one_open_ready_override'),
        ),
        migrations.AddConstraint(
            model_name='registrationlink',
            constraint=models.CheckConstraint(condition=models.Q(('registered__lte', models.F('most'))), name='lms_registration_link_keeps_its_bound'),
        ),
    ]

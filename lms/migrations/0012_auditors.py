"""Access to an office has days; auditors, and who looked at whom."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0011_scim'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='office',
            options={'permissions': [('view_compliance', 'Can see the compliance figures of the offices given to them'), ('take_auditor_pack', 'Can take an auditor pack of the offices given to them'), ('see_who_looked', 'Can see who looked at the people of the offices given to them')], 'verbose_name': 'office', 'verbose_name_plural': 'offices'},
        ),
        migrations.AddField(
            model_name='officeaccess',
            name='ends_on',
            field=models.DateField(blank=True, help_text='The last day. Empty: until it is taken away; not for auditors.', null=True, verbose_name='until'),
        ),
        migrations.AddField(
            model_name='officeaccess',
            name='starts_on',
            field=models.DateField(blank=True, help_text='Empty: at once.', null=True, verbose_name='from'),
        ),
        migrations.AddConstraint(
            model_name='officeaccess',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='lms_office_access_ends_after_it_starts'),
        ),
    ]

"""Access tokens have a purpose; what an identity provider calls a person."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0010_audiences_from_conditions'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='accesstoken',
            options={'verbose_name': 'access token', 'verbose_name_plural': 'access tokens'},
        ),
        migrations.AddField(
            model_name='accesstoken',
            name='purpose',
            field=models.CharField(choices=[('clearance', 'Asks for clearance'), ('provisioning', 'Provisions people (SCIM)')], default='clearance', max_length=16, verbose_name='purpose'),
        ),
        migrations.CreateModel(
            name='ProviderAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_name', models.CharField(max_length=254, verbose_name='user name')),
                ('folded', models.CharField(editable=False, max_length=254, null=True, unique=True)),
                ('external_id', models.CharField(blank=True, db_index=True, max_length=254)),
                ('given_name', models.CharField(blank=True, max_length=200)),
                ('family_name', models.CharField(blank=True, max_length=200)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='provider_account', to='lms.person')),
            ],
        ),
    ]

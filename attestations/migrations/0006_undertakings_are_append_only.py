"""The database refuses to change or delete undertakings of partners."""

from django.db import migrations

from lms.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("lms_attestations", "0005_undertakings_of_partners")]
    operations = [protect("lms_attestations_undertaking")]

"""The database refuses to change or delete issued texts and signatures."""

from django.db import migrations

from lms.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("lms_attestations", "0001_initial")]
    operations = [protect("lms_attestations_attestationtext"), protect("lms_attestations_signature")]

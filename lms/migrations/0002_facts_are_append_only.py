"""The database refuses to change or delete statements, completions and waivers."""

from django.db import migrations

from lms.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("lms", "0001_initial")]
    operations = [protect(table) for table in ("lms_statement", "lms_completion", "lms_waiver")]

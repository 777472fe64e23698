"""The database refuses to change or delete what was decided on a proof."""

from django.db import migrations

from lms.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("lms_courses", "0006_external")]
    operations = [protect("lms_courses_proofdecision")]

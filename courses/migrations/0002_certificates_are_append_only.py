"""The database refuses to change or delete certificates and their documents."""

from django.db import migrations

from lms.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("lms_courses", "0001_initial")]
    operations = [protect("lms_courses_certificate"), protect("lms_courses_certificatedocument")]

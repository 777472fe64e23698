"""The database refuses to change or delete what was signed, confirmed and reopened."""

from django.db import migrations

from lms.append_only import protect

TABLES = ("sheet", "sheetentry", "confirmation", "reopening")


class Migration(migrations.Migration):
    dependencies = [("lms_courses", "0004_classroom")]
    operations = [protect(f"lms_courses_{table}") for table in TABLES]

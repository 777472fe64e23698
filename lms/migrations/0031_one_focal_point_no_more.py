"""The column that held one focal point."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("lms", "0030_focal_points")]
    operations = [migrations.RemoveField(model_name="agreement", name="focal_point")]

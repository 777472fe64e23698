"""An agreement may have several focal points: the one there is becomes the first of them."""

from django.db import migrations


def copy(apps, schema_editor):
    agreements = apps.get_model("lms", "Agreement")
    through = agreements.focal_points.through
    named = agreements.objects.filter(focal_point__isnull=False).values_list("pk", "focal_point")
    through.objects.bulk_create(through(agreement_id=pk, person_id=person) for pk, person in named)


class Migration(migrations.Migration):
    dependencies = [("lms", "0029_partners")]
    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]

"""Finds by an index the versions of obligations that were known until a moment."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lms', '0019_indexes_of_ends'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='knownassignment',
            index=models.Index(condition=models.Q(('known_until__isnull', False)), fields=['known_until'], name='lms_known_assignment_until'),
        ),
    ]

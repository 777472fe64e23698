"""Who is due for a reminder in the tests of reminders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.people.models import Person
from lms.requirements.models import Activity, Requirement
from reminders.laying import lay_standard_ladder
from reminders.models import Ladder
from tests.cast import TODAY, Cast, make_requirement


@pytest.fixture
def due(cast: Cast) -> Cast:
    """Bruno's course was due yesterday; Amina's is due in two weeks."""
    activity = Activity.objects.create(iri="https://example.org/a", kind="course", name="A", move_on="Parts")
    make_requirement("sea", activity, due_days=30)
    Person.objects.filter(pk=cast.amina.pk).update(joined_on=TODAY + timedelta(days=1 - 30 + 14))
    cast.assign()
    Person.objects.exclude(pk__in=[cast.amina.pk, cast.bruno.pk]).update(email="")
    lay_standard_ladder(requirements=Requirement.objects.all(), starts_on=TODAY)
    Ladder.objects.get().rungs.filter(counted_from="opening").delete()
    return cast

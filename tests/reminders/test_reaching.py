"""When an address is dead: the rule in Python and the same in SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminders.models import Bounce, Message
from reminders.reaching import Fact, is_about_address, is_dead, is_permanent
from tests.cast import Cast

BEGIN = datetime(2026, 11, 1, 9, tzinfo=UTC)


def fact(kind: Any, day: float, *, permanent: bool = False, status: str = "") -> Fact:
    at = BEGIN + timedelta(days=day)
    return Fact(kind=kind, at=at, day=at.date(), permanent=permanent, status=status)


@pytest.mark.parametrize(
    ("facts", "dead"),
    [
        ([], False),
        ([fact("bounce", 0, permanent=True, status="5.1.1")], True),
        ([fact("bounce", 0, permanent=True)], True),
        ([fact("bounce", 0, permanent=True, status="5.7.1")], False),
        ([fact("complaint", 0)], False),
        ([fact("bounce", 0), fact("bounce", 1)], False),
        ([fact("bounce", 0), fact("bounce", 1), fact("bounce", 1.2)], False),
        ([fact("bounce", 0), fact("bounce", 1), fact("bounce", 13)], True),
        ([fact("bounce", 0), fact("bounce", 1), fact("bounce", 14)], False),
        ([fact("bounce", 0), fact("bounce", 9), fact("bounce", 15), fact("bounce", 20)], True),
        ([fact("bounce", 0), fact("bounce", 1), fact("delivered", 2), fact("bounce", 3)], False),
        ([fact("bounce", 0, permanent=True), fact("works", 0)], False),
        ([fact("works", 0), fact("bounce", 1, permanent=True)], True),
    ],
)
def test_an_address_is_dead_for_good_or_after_three_days_of_fourteen(facts: list[Fact], dead: bool) -> None:
    assert is_dead(facts) is dead
    assert is_dead(reversed(facts)) is dead


def test_codes_about_the_mail_system_say_nothing_of_an_address() -> None:
    assert [code for code in ("5.1.1", "5.2.1", "5.4.4", "") if not is_about_address(code)] == []
    assert [code for code in ("5.3.4", "5.5.0", "5.6.1", "5.7.26", "4.7.1") if is_about_address(code)] == []
    assert [code for code in ("5.2.2", "4.1.1", "2.1.5", "5.4.300", "") if is_permanent(code)] == []


FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from(["bounce"] * 5 + ["delivered", "works", "complaint"]),
        st.integers(0, 20) | st.floats(0, 30).map(lambda day: round(day, 2)),
        permanent=st.sampled_from([False] * 5 + [True]),
        status=st.sampled_from(["", "4.4.7", "5.2.2", "5.1.1", "5.7.1", "4.7.1"]),
    ),
    max_size=9,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mine=FACTS, others=FACTS)
@pytest.mark.django_db
def test_the_queryset_agrees_with_the_rule(cast: Cast, mine: list[Fact], others: list[Fact]) -> None:
    with transaction.atomic():
        rows = [("a@example.org", one) for one in mine] + [("b@example.org", one) for one in others]
        for number, (address, one) in enumerate(rows):
            message = None
            if one.kind != "works":
                message = Message.objects.create(
                    recipient=cast.bruno, day=date(2020, 1, 1) + timedelta(days=number), message_id=f"<{number}@x>",
                    not_before=BEGIN,
                )  # fmt: skip
            Bounce.objects.create(
                kind=one.kind, address=address, does_fit=True, message=message, at=one.at, day=one.day,
                permanent=one.permanent, status=one.status,
            )  # fmt: skip
        dead = set(Bounce.objects.dead().values_list("address", flat=True))
        assert dead == {a for a, facts in (("a@example.org", mine), ("b@example.org", others)) if is_dead(facts)}
        assert Bounce.objects.is_dead("A@example.org") is is_dead(mine)
        transaction.set_rollback(True)

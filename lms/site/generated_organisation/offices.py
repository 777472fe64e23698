"""The tree of offices: each has up to eight below it, so that 600 stand on four levels."""

from __future__ import annotations

from lms.people.models import Office

BELOW = 8
KINDS = (Office.Kind.HEADQUARTERS, Office.Kind.REGIONAL, Office.Kind.COUNTRY, Office.Kind.PRESENCE)


def make_offices(number: int) -> None:
    """Office 1 is the root; the others in the order of the levels."""
    made: list[Office] = []
    for place in range(number):
        above = made[(place - 1) // BELOW] if place else None
        depth = above.depth + 1 if above else 1
        step = (place - 1) % BELOW + 1 if above else 1
        made.append(
            Office(
                code=f"{above.code}-{step}" if above else "ALL",
                name=f"Office {place + 1}",
                kind=KINDS[min(depth, len(KINDS)) - 1],
                time_zone="UTC",
                path=Office._get_path(above.path if above else "", depth, step),
                depth=depth,
                numchild=max(0, min(BELOW, number - 1 - place * BELOW)),
            )
        )
    Office.objects.bulk_create(made)

"""Gives people the supervisors that a feed names, when all of them are there; never in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lms.people.feed_progress import pieces
from lms.people.feed_survey import NONE, Survey
from lms.people.models import Person

BATCH = 1000


def link_supervisors(places: Sequence[int], survey: Survey) -> list[str]:
    """Of the people at these places, whose supervisor the survey tells otherwise than it is held; answers the notes."""
    if not places:
        return []
    _add_links_of_others(survey)
    names = list(survey.places)
    in_circle = survey.in_circles()
    notes: list[str] = []
    for part in pieces(places, BATCH):
        told = {names[place]: names[at] if (at := survey.supervisors[place]) != NONE else "" for place in part}
        held = Person.objects.in_bulk(list(set(told) | set(told.values()) - {""}), field_name="number")
        changed = []
        for number, supervisor in told.items():
            if number in in_circle or (supervisor and supervisor not in held):
                why = "closes a circle" if number in in_circle else "is not known"
                notes.append(f"line {survey.line_of(number)}: supervisor {supervisor} {why}; left as it was")
                continue
            person, pk = held[number], held[supervisor].pk if supervisor else None
            if person.supervisor_id != pk:
                person.supervisor_id = pk
                changed.append(person)
        Person.objects.bulk_update(changed, ["supervisor"])
    return notes


def _add_links_of_others(survey: Survey) -> None:
    """Of supervisors who have no line, and of theirs, so that a circle through them is seen."""
    asked: set[str] = set()
    while outside := [number for number in _untold(survey) if number not in asked]:
        asked.update(outside)
        for part in pieces(outside):
            links = Person.objects.filter(number__in=part).exclude(supervisor=None)
            for number, supervisor in list(links.values_list("number", "supervisor__number")):
                survey.link(number, supervisor)


def _untold(survey: Survey) -> Iterator[str]:
    """Supervisors without a line of their own."""
    led_to = bytearray(len(survey.lines))
    for place in survey.supervisors:
        if place != NONE:
            led_to[place] = 1
    return (number for number, place in survey.places.items() if led_to[place] and survey.line_of(number) is None)

"""The parts of the compliance benchmark that run in a process of their own, so that its memory and its writers are theirs.

Each prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Told = dict[str, Any]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    import django

    django.setup()
    begun = time.monotonic()
    told = JOBS[sys.argv[1]](*sys.argv[2:])
    told |= {
        "seconds": told.get("seconds", time.monotonic() - begun),
        "megabytes": peak(),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def peak() -> float:
    """The most that this process ever held, in MB. Not ``getrusage``, which counts what the parent held when it forked."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1000


def nothing() -> Told:
    """What Django and the site hold by themselves."""
    from lms.people.models import Person

    return {"people": Person.objects.count()}


def feed(path: str) -> Told:
    from django.utils import timezone

    from lms.people.importing import import_directory
    from lms.requirements.assigning import refresh

    today, said = timezone.localdate(), []
    with Path(path).open("rb") as people:
        report = import_directory(
            people=people, today=today, confirmed=True, say=said.append,
            assign=lambda people: refresh(today=today, people=people).opened,
        )  # fmt: skip
    return {"moved": len(report.moved), "rejected": len(report.rejected), "said": len(said)}


def open_all(code: str) -> Told:
    """A requirement for everybody comes into force."""
    from django.utils import timezone

    from lms.requirements.assigning import refresh
    from lms.requirements.models import Requirement

    return {"rows": refresh(today=timezone.localdate(), requirement=Requirement.objects.get(code=code)).opened}


def nightly() -> Told:
    from django.utils import timezone

    from lms.requirements.assigning import refresh

    return {"rows": sum(vars(refresh(today=timezone.localdate())).values())}


def change_validity(code: str, months: str) -> Told:
    """Another validity of one requirement comes into force: every proof of it ends on another day."""
    from lms.requirements.applying import apply_waiting
    from lms.requirements.approving import record
    from lms.requirements.models import Requirement

    requirement = Requirement.objects.get(code=code)
    requirement.accepted.update(valid_months=int(months))
    record(requirement=Requirement.objects.get(code=code))
    begun = time.monotonic()
    assert apply_waiting() == 1
    return {"rows": requirement.assignments.exclude(completion=None).count(), "seconds": time.monotonic() - begun}


def rebuild(most: str) -> Told:
    """Every projection anew from the facts, or those of the first so many assignments."""
    from lms.requirements.models import Assignment
    from lms.requirements.projecting import rebuilt

    differ = rows = 0
    for row, wanted in rebuilt(Assignment.objects.order_by("pk").filter(pk__lte=int(most))):
        rows += 1
        differ += any(getattr(row, name) != value for name, value in wanted.items())
    return {"rows": rows, "differ": differ}


def complete(office: str, place: str, places: str, seconds: str, by_turns: str) -> Told:
    """People of one office finish, one after the other; begins on a line of input so that all writers begin together.
    ``by_turns``: every second one without its projection, which is made up for off the clock."""
    from statistics import median

    import psycopg

    import lms.requirements.completing as completing

    project, late = completing.project, []
    spent: list[float] = []
    commands = [0]

    def timed(**given: Any) -> None:
        begun = time.perf_counter()
        project(**given)
        spent.append(time.perf_counter() - begun)

    def not_now(**given: Any) -> None:
        late.append(given)

    execute = psycopg.Cursor.execute

    def counted(*args: Any, **given: Any) -> Any:
        commands[0] += 1
        return execute(*args, **given)

    mine = owed(office, int(place), int(places))
    psycopg.Cursor.execute = counted  # type: ignore[method-assign,assignment]
    for one in mine[:WARMING]:
        one()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    times: dict[bool, list[float]] = {True: [], False: []}
    took, most, begun = 0.0, 0, time.monotonic()
    for number, one in enumerate(mine[WARMING:]):
        with_it = by_turns != "True" or number % 2 == 0
        completing.project = timed if with_it else not_now
        before, start = commands[0], time.perf_counter()
        one()
        times[with_it].append(time.perf_counter() - start)
        most = max(most, commands[0] - before)
        took = time.monotonic() - begun
        for given in late:
            project(**given)
        late.clear()
        if took > float(seconds):
            break
    return {
        "done": sum(map(len, times.values())), "seconds": took, "commands": most,
        "projecting": 1000 * median(spent or [0]), "with": 1000 * median(times[True] or [0]),
        "without": 1000 * median(times[False] or [0]),
    }  # fmt: skip


WARMING = 10


def owed(office: str, place: int, places: int) -> list[Callable[[], Any]]:
    """What is still to be done in that office: a call for each, which says that it is."""
    from functools import partial

    from django.utils import timezone

    from lms.lrs import vocabulary as v
    from lms.lrs.recording import record
    from lms.lrs.statements import Said
    from lms.requirements.models import Assignment, Requirement

    activities = {rule.pk: rule.accepted.get().activity for rule in Requirement.objects.all()}
    now = timezone.now()
    found = Assignment.objects.open().filter(completion=None, person__office__path__startswith=office)
    rows = found.values_list("person_id", "person__uuid", "registration", "requirement").order_by("pk")[:8000]
    return [
        partial(
            record,
            Said(actor=person, verb=v.SATISFIED, activity=activities[rule].iri, registration=registration,
                 session=registration, at=now, activity_type=v.COURSE_TYPE, activity_name=activities[rule].name,
                 grouping=activities[rule].iri),
        )
        for pk, person, registration, rule in rows
        if pk % places == place
    ]  # fmt: skip


JOBS: dict[str, Callable[..., Told]] = {
    job.__name__: job for job in (nothing, feed, open_all, nightly, change_validity, rebuild, complete)
}

if __name__ == "__main__":
    main()

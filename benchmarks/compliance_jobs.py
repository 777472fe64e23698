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


def complete(office: str, place: str, places: str, seconds: str) -> Told:
    """People of one office finish, one after the other; begins on a line of input so that all writers begin together."""
    from django.utils import timezone

    import lms.requirements.completing as completing
    from lms.lrs import vocabulary as v
    from lms.lrs.recording import record
    from lms.lrs.statements import Said
    from lms.requirements.models import Assignment

    spent = [0.0]

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def measured(**given: Any) -> Any:
            begun = time.perf_counter()
            try:
                return work(**given)
            finally:
                spent[0] += time.perf_counter() - begun

        return measured

    completing.project = timed(completing.project)  # type: ignore[assignment]
    owed = Assignment.objects.open().filter(completion=None, person__office__path__startswith=office)
    mine = [
        (item.person.uuid, item.registration, item.requirement.accepted.get().activity)
        for item in owed.select_related("person", "requirement").order_by("pk")[:4000]
        if item.person_id % int(places) == int(place)
    ]
    now = timezone.now()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    done, begun = 0, time.monotonic()
    for person, registration, activity in mine:
        if time.monotonic() - begun > float(seconds):
            break
        record(
            Said(actor=person, verb=v.SATISFIED, activity=activity.iri, registration=registration, session=registration,
                 at=now, activity_type=v.COURSE_TYPE, activity_name=activity.name, grouping=activity.iri)
        )  # fmt: skip
        done += 1
    return {"done": done, "seconds": time.monotonic() - begun, "projecting": spent[0] / max(1, done)}


JOBS: dict[str, Callable[..., Told]] = {
    job.__name__: job for job in (nothing, feed, open_all, nightly, change_validity, rebuild, complete)
}

if __name__ == "__main__":
    main()

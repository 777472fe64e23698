"""Takes the office tree in, parents in any order; part of the people feed."""

from __future__ import annotations

from dataclasses import dataclass, field

from lms.people import feed
from lms.people.models import Office

MOST_CODE, MOST_NAME = 32, 200


@dataclass
class _Report:
    created: int = 0
    rejected: list[feed.Rejected] = field(default_factory=list)


def import_offices(data: bytes) -> tuple[int, list[feed.Rejected]]:
    """Bring the tree up to the file; how many offices are new, and the lines that were not taken. Raises feed.NotAFeed."""
    report = _Report()
    known = {office.code: office for office in Office.objects.all()}
    kinds, weekends = set(Office.Kind.values), set(Office.Weekend.values)
    waiting: list[tuple[int, dict[str, str]]] = []
    for line, content in feed.table(data, required=("code", "name", "kind", "parent"), what="offices"):
        if isinstance(content, feed.Rejected):
            report.rejected.append(content)
            continue
        problem = ""
        if not content["code"] or not content["name"]:
            problem = "code or name is empty"
        elif len(content["code"]) > MOST_CODE or len(content["name"]) > MOST_NAME:
            problem = f"code is longer than {MOST_CODE} or name longer than {MOST_NAME} characters"
        elif content["kind"] not in kinds:
            problem = f"kind {content['kind']!r} is not one of {', '.join(sorted(kinds))}"
        elif content.get("weekend") and content["weekend"] not in weekends:
            problem = f"weekend {content['weekend']!r} is not one of {', '.join(sorted(weekends))}"
        elif content.get("time_zone") and content["time_zone"] not in feed.ZONES:
            problem = f"time zone {content['time_zone']!r} is not known"
        if problem:
            report.rejected.append(feed.Rejected(line, f"offices: {problem}", content))
        else:
            waiting.append((line, content))
    _put_offices(waiting, known, report)
    return report.created, report.rejected


def _put_offices(waiting: list[tuple[int, dict[str, str]]], known: dict[str, Office], report: _Report) -> None:
    progress = True
    while waiting and progress:  # parents may stand below their children in the file
        progress = False
        for item in list(waiting):
            line, content = item
            if content["parent"] and content["parent"] not in known:
                continue
            waiting.remove(item)
            progress = True
            if _would_close_a_circle(content):
                reason = f"offices: parent {content['parent']!r} stands below {content['code']!r}"
                report.rejected.append(feed.Rejected(line, reason, content))
            else:
                known[content["code"]] = _put_office(content, known, report)
    for line, content in waiting:
        reason = f"offices: parent {content['parent']!r} is not known"
        report.rejected.append(feed.Rejected(line, reason, content))


def _would_close_a_circle(content: dict[str, str]) -> bool:
    parent = Office.objects.filter(code=content["parent"]).first()
    office = Office.objects.filter(code=content["code"]).first()
    return parent is not None and office is not None and parent.path.startswith(office.path)


def _put_office(content: dict[str, str], known: dict[str, Office], report: _Report) -> Office:
    fields = {"name": content["name"], "kind": content["kind"], "time_zone": content.get("time_zone") or "UTC"}
    if content.get("weekend"):
        fields["weekend"] = content["weekend"]
    office = known.get(content["code"])
    parent = Office.objects.get(code=content["parent"]) if content["parent"] else None
    if office is None:
        report.created += 1
        if parent is None:
            return Office.add_root(code=content["code"], **fields)  # type: ignore[no-any-return]
        return parent.add_child(code=content["code"], **fields)  # type: ignore[no-any-return]
    if any(getattr(office, name) != value for name, value in fields.items()):
        for name, value in fields.items():
            setattr(office, name, value)
        office.save(update_fields=list(fields))
    office.refresh_from_db()  # another office that was moved may have taken it along
    if parent is None and not office.is_root():
        office.move(Office.get_last_root_node(), pos="sorted-sibling")
    elif parent is not None and not office.is_child_of(parent):
        office.move(parent, pos="sorted-child")
    office.refresh_from_db()
    return office

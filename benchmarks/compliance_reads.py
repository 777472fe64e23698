"""What is read of a large organisation: the page of an office, the figures, the lists."""

from __future__ import annotations

import time
from typing import Any

from benchmarks import compliance_sql as by_hand
from benchmarks.compliance_saying import PEOPLE, ROUNDS, client, fastest, queries, say

ROWS_OF_A_PAGE = 50


def pages(folder: str) -> None:
    """The compliance page at each level of the tree against bare pages of Wagtail: one of its site, and in its admin a list
    without rows. With a tally as the clock makes it."""
    from django.utils import timezone
    from wagtail.models import Page, Site

    from lms.compliance.tallying import take
    from lms.people.models import Agreement, Office

    for name in ("a tally from the facts", "the next one, from that"):
        begun = time.perf_counter()
        made = take(now=timezone.now())
        say(name, f"{time.perf_counter() - begun:.1f} s, {made.lines.count():,} groups", "every 10 minutes")

    root = Site.objects.get(is_default_site=True).root_page
    if not Page.objects.filter(slug="bare").exists():
        root.add_child(instance=Page(title="Bare", slug="bare"))
    assert not Agreement.objects.exists()
    for who, asking in (("administrator", client()), ("HR", client(superuser=False))):
        bare = {}
        for path in ("/bare/", "/admin/agreements/", "/admin/reports/site-history/", "/admin/"):
            if asking.get(path).status_code == 200:
                count, _ = queries(asking, path)
                bare[path] = fastest(lambda path=path, asking=asking: asking.get(path), 20)  # type: ignore[misc]
                say(f"{who}: {path}", f"{count} queries, {bare[path] * 1000:.1f} ms")
        against = bare.get("/admin/agreements/", 0.0) or bare["/admin/"]
        for depth in range(1, 5):
            office = Office.objects.filter(depth=depth).first()
            if office is None:
                continue
            path = f"/admin/compliance/?office={office.code}"
            asking.get(path)
            count, spent = queries(asking, path)
            took = fastest(lambda path=path, asking=asking: asking.get(path), 20)  # type: ignore[misc]
            times = f"{took * 1000:.1f} ms = {took / against:.2f} × a bare admin page"
            told = f"{count} queries ({spent * 1000:.1f} ms), {times}"
            say(f"{who}: office tree page, level {depth}", told, "≤ 10 queries, ≤ 2 ×")


def figures(folder: str) -> None:
    """All figures of today, and the same by hand; both must be the same."""
    from django.db import connection
    from django.utils import timezone

    from lms.compliance.counting import by_office
    from lms.compliance.tally_models import Tally
    from lms.people.models import Office

    Tally.objects.all().delete()
    day, offices = timezone.localdate(), list(Office.objects.all())

    def hand() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(by_hand.FIGURES, {"day": day})
            return cursor.fetchall()

    told = by_office(offices=offices, as_at=day)
    wanted = {(office, rule, bucket): n for office, rule, bucket, n in hand()}
    ours = {
        (office, rule, name): getattr(found, name)
        for (office, rule), found in told.items()
        for name in vars(found)
        if name != "in_scope" and getattr(found, name)
    }
    assert ours == wanted, set(ours.items()) ^ set(wanted.items())
    rounds = ROUNDS if PEOPLE < 500_000 else 2
    took = fastest(lambda: by_office(offices=offices, as_at=day), rounds)
    best = fastest(hand, rounds)
    say("exact figures of everybody", f"{took:.2f} s = {took / best:.2f} × by hand ({best:.2f} s)", "≤ 1.5 ×")


def overdue(folder: str) -> None:
    """The list behind one number: first, middle and last page. With a tally as the clock makes it."""
    from django.db.models import Count
    from django.utils import timezone

    from lms.compliance.counting import rolled_up
    from lms.compliance.tallying import take
    from lms.people.models import Office

    take(now=timezone.now())
    asking, day = client(), timezone.localdate()
    asking.get("/admin/agreements/")
    bare = fastest(lambda: asking.get("/admin/agreements/"), 10)
    tree = list(Office.objects.all())
    leaf = Office.objects.filter(numchild=0).annotate(n=Count("people")).order_by("-n")[0]
    for name, office in (("a leaf", leaf), ("a region", tree[1]), ("everybody", tree[0])):
        (row, *_) = rolled_up(roots=[office], offices=tree, as_at=day)
        path = f"/admin/compliance/people/?office={office.code}&requirement={row.requirement.code}&bucket=overdue"
        last = max(1, -(-row.figures.overdue // ROWS_OF_A_PAGE))
        database, whole = [], []
        for page in sorted({1, (last + 1) // 2, last}):
            told = asking.get(f"{path}&p={page}").content.decode()
            assert f"Page {page} of {last}" in told, "the list is of another number"
            database.append(min(queries(asking, f"{path}&p={page}")[1] for _ in range(5)) * 1000)
            whole.append(fastest(lambda page=page, path=path: asking.get(f"{path}&p={page}")) * 1000)  # type: ignore[misc]
        found = f"database {shown(database)} ms; request {shown(whole)} ms (a bare admin page {bare * 1000:.0f})"
        say(f"list of {row.figures.overdue:,} overdue, {name}", found, "≤ 30 ms")


def shown(times: list[float]) -> str:
    return ", ".join(f"{one:.0f}" for one in times)

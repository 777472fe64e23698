"""Queries, requests a second and weight of the pages that matter, as ratios to bare pages on the same server.

make demo                                   # once, and stop it again: it makes the data
.venv/bin/python -m benchmarks.pages        # prints a table
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

SECONDS = float(os.environ.get("SECONDS", "4"))
PORT = 8765
ROOT = Path(__file__).resolve().parents[1]
CEILINGS = {"My learning": 10, "a lesson": 10, "office report": 12, "clearance": 2}


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    os.environ.setdefault("REDIS_URL", "redis://localhost:1/0")
    import django

    django.setup()
    targets, headers = prepare()
    counted = queries(targets, headers)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "lms.site.wsgi", "--bind", f"127.0.0.1:{PORT}", "--workers", "1",
         "--threads", "2", "--log-level", "error"],
        cwd=ROOT, env=os.environ,
    )  # fmt: skip
    try:
        wait()
        rates = {name: rate(path, headers.get(name, {})) for name, path in targets.items()}
        weights = {name: weight(path, headers.get(name, {})) for name, path in targets.items()}
    finally:
        server.terminate()
        server.wait()
    report(targets, counted, rates, weights)
    return int(any(counted[name] > most for name, most in CEILINGS.items()))


def prepare() -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Addresses by name, and the headers that each needs: cookies of signed-in people, a token."""
    from django.contrib.auth.models import User
    from django.test import Client
    from wagtail.models import Page, Site

    from courses.enrolling import enrol
    from courses.models import LessonPage
    from lms.people.models import Person
    from lms.tokens.models import AccessToken

    demo = json.loads((ROOT / "var" / "demo.json").read_text())
    accounts = demo["accounts"]
    root = Site.objects.get(is_default_site=True).root_page
    if not Page.objects.filter(slug="bare").exists():
        root.add_child(instance=Page(title="Bare", slug="bare"))
    cookies = {}
    for role in ("learner", "hr"):
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(username=accounts[role]["username"]))
        cookies[role] = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
    lesson = LessonPage.objects.live().order_by("path").first()
    enrol(person=Person.objects.get(number=accounts["learner"]["person"]), page=lesson.course)
    token = AccessToken.issue(name="benchmark")
    targets = {
        "bare page": "/bare/",
        "bare JSON": "/bare-json/",
        "My learning": "/learning/",
        "a lesson": lesson.url,
        "office report": "/admin/compliance/",
        "clearance": f"/api/v1/clearance/{accounts['learner']['person']}?gate=onboarding",
    }
    headers = {
        "My learning": cookies["learner"],
        "a lesson": cookies["learner"],
        "office report": cookies["hr"],
        "clearance": {"Authorization": f"Bearer {token}"},
    }
    return targets, headers


def queries(targets: dict[str, str], headers: dict[str, dict[str, str]]) -> dict[str, int]:
    """Queries of the second request: the first one fills what stays in memory."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    counted = {}
    for name, path in targets.items():
        client = Client(headers={"host": "localhost", **headers.get(name, {})})
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        assert answer.status_code == 200, (name, answer.status_code)
        counted[name] = len(captured)
    return counted


def wait() -> None:
    for _ in range(100):
        try:
            ask("/bare-json/", {})
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def ask(path: str, headers: dict[str, str], connection: http.client.HTTPConnection | None = None) -> bytes:
    connection = connection or http.client.HTTPConnection("127.0.0.1", PORT)
    connection.request("GET", path, headers={"Host": "localhost", **headers})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (path, answer.status)
    return body


def rate(path: str, headers: dict[str, str]) -> float:
    """Requests a second of two clients that ask one after the other."""
    done = [0, 0]
    end = time.monotonic() + SECONDS

    def run(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        while time.monotonic() < end:
            ask(path, headers, connection)
            done[place] += 1

    ask(path, headers)
    threads = [threading.Thread(target=run, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


def weight(path: str, headers: dict[str, str]) -> int:
    """Bytes of the page itself, compressed as a browser would get it behind a compressing proxy."""
    import gzip

    return len(gzip.compress(ask(path, headers)))


def report(targets: dict[str, str], counted: dict[str, int], rates: dict[str, float], weights: dict[str, int]) -> None:
    print(f"{'':14}{'queries':>8}{'ceiling':>8}{'req/s':>8}{'÷ page':>8}{'÷ JSON':>8}{'gz bytes':>10}")
    for name in targets:
        print(
            f"{name:14}{counted[name]:8}{CEILINGS.get(name, ''):>8}{rates[name]:8.0f}"
            f"{rates[name] / rates['bare page']:8.2f}{rates[name] / rates['bare JSON']:8.2f}{weights[name]:10}"
        )


if __name__ == "__main__":
    raise SystemExit(main())

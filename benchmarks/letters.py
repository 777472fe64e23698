"""The sending of reminders beside bare loops over SMTP; ``benchmarks.reminders`` runs it.

No worker can be faster than a loop that waits for the disk once a message, and the promise of one doubtful message at most
asks for that. So such a loop is told beside the bare one, and beside four workers a bare loop over four connections: the
mail server is one process, and shares the machine.
"""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

LETTERS = int(os.environ.get("LETTERS", "4000"))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PORT = 8767

SERVER = """
import asyncio, sys
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

class Takes:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"

controller = Controller(Takes(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
asyncio.new_event_loop().run_forever()
"""

Rendered = list[tuple[str, list[str], bytes]]


def letters(write: Callable[[str], Any]) -> None:
    """One worker, then four, and each time what the machine does without us."""
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(PORT)])
    time.sleep(2)
    try:
        rendered = beforehand()
        bare, kept = bare_loop(rendered), bare_loop(rendered, after_each=commit())
        one = rate(work(LETTERS))
        write(f"bare smtplib loop {bare:,.0f}/s; one worker {one:,.0f}/s: {one / bare:.2f} x; ")
        write(f"bare loop with one commit a message {kept:,.0f}/s: {one / kept:.2f} x\n")
        bare_four = four_loops(rendered)
        four = rate(work(2 * LETTERS, workers=4))
        write(f"four workers {four:,.0f}/s: {four / one:.2f} x one; ")
        write(f"bare loop over four connections {bare_four:,.0f}/s: {bare_four / bare:.2f} x one\n")
    finally:
        server.terminate()
        server.wait()


def beforehand() -> Rendered:
    """As many messages, whole, as they go over the wire. Sending them also loads what a process loads once."""
    from django.core import mail
    from django.test.utils import override_settings

    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        work(LETTERS)
    return [(item.from_email, item.recipients(), item.message().as_bytes(linesep="\r\n")) for item in mail.outbox]


def work(count: int, *, workers: int = 0) -> datetime:
    """Let so many wait, and send them: here, or in so many processes that begin at one moment. From when on."""
    from django.utils import timezone

    from reminders.models import Message
    from reminders.sending import send_waiting

    ready = Message.objects.filter(state="ready")
    ready.update(not_before=NOW + timedelta(days=365))
    ready.filter(pk__in=list(ready.order_by("pk").values_list("pk", flat=True)[:count])).update(not_before=NOW)
    crew = [Worker() for _ in range(workers)]
    begun = timezone.now()
    if not crew:
        assert send_waiting(at=NOW) == count
    for worker in crew:
        worker.go()
    for worker in crew:
        worker.wait()
    assert Message.objects.filter(sent_at__gte=begun).count() == count
    return begun


class Worker:
    """A process that has loaded everything and waits for the word."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.letters"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._word, answer = self._process.stdin, self._process.stdout
        assert answer.readline() == b"ready\n"

    def go(self) -> None:
        self._word.close()

    def wait(self) -> None:
        assert self._process.wait() == 0


def rate(begun: datetime) -> float:
    """Messages a second, from the first that was sent since then to the last."""
    from django.db.models import Count, Max, Min

    from reminders.models import Message

    found = Message.objects.filter(sent_at__gte=begun).aggregate(
        n=Count("pk"), first=Min("sent_at"), last=Max("sent_at")
    )
    return float(found["n"] / (found["last"] - found["first"]).total_seconds())


def bare_loop(rendered: Rendered, after_each: Callable[[], Any] = bool) -> float:
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", PORT) as server:
        for sender, recipients, message in rendered:
            server.sendmail(sender, recipients, message)
            after_each()
    return len(rendered) / (time.perf_counter() - begun)


def four_loops(rendered: Rendered) -> float:
    """At once, over four connections. Threads are enough: the client does little but wait for the server."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(bare_loop, [rendered[number::4] for number in range(4)]))
    return len(rendered) / (time.perf_counter() - begun)


def commit() -> Callable[[], Any]:
    """The shortest thing that a database can keep for certain."""
    from django.db import connection

    cursor = connection.cursor()
    cursor.execute("CREATE TABLE benchmark_commits (at timestamptz)")
    return lambda: cursor.execute("INSERT INTO benchmark_commits VALUES (now())")


def main() -> None:
    """One of the four workers."""
    import django

    django.setup()
    from django.urls import reverse

    from reminders.sending import send_waiting

    reverse("lms:learning")  # loads every page, as a worker does before its first job
    print("ready", flush=True)
    sys.stdin.read()
    send_waiting(at=NOW)


if __name__ == "__main__":
    main()

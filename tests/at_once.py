"""Does several things at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(*works: Callable[[], T]) -> list[T]:
    """What each answers, in their order; what one of them raises, once all are through."""
    together = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        try:
            together.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        futures = [threads.submit(run, work) for work in works]
    return [future.result() for future in futures]

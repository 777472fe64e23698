"""What the parts of the compliance benchmark share: how many people, how a line is told, how a page is asked."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

PEOPLE = int(os.environ.get("PEOPLE", "20000"))
ROUNDS = 5


def say(name: str, found: str, goal: str = "") -> None:
    sys.stdout.write(f"{name:44} {found:58} {goal}\n")
    sys.stdout.flush()


def fastest(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def client(*, superuser: bool = True) -> Any:
    """Signed in as an administrator, or as HR who may see every office."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from lms.people.models import Office, OfficeAccess

    name = "bench" if superuser else "bench-hr"
    user, made = get_user_model().objects.get_or_create(username=name, is_superuser=superuser, is_staff=True)
    if made and not superuser:
        user.groups.set([hr()])
        OfficeAccess.objects.create(user=user, office=Office.objects.order_by("path")[0])
    found = Client(headers={"host": "localhost"})
    found.force_login(user)
    return found


def hr() -> Any:
    from django.contrib.auth.models import Group, Permission

    group = Group.objects.create(name="bench-hr")
    wanted = ("access_admin", "view_compliance", "view_agreement", "add_agreement", "change_agreement")
    group.permissions.set(Permission.objects.filter(codename__in=wanted))
    return group


def queries(asking: Any, path: str) -> tuple[int, float]:
    """How many, and how many seconds the database took for them."""
    from django.db import connection

    spent = [0, 0.0]

    def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[0] += 1
            spent[1] += time.perf_counter() - begun

    with connection.execute_wrapper(timed):
        answer = asking.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return int(spent[0]), spent[1]

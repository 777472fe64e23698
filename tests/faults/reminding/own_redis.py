"""A Redis of its own, always at the same address, that can be killed and started again."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from redis import Redis

from lms.site.demo.redis_server import _die_with_parent, binary


class OwnRedis:
    """Keeps what it is told on disk, as in production."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="sg-"))
        self.url = f"unix://{self._folder / 's'}?db=0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        socket = self._folder / "s"
        socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [binary(), "--port", "0", "--unixsocket", str(socket), "--appendonly", "yes", "--save", "", "--dir",
             str(self._folder), "--loglevel", "warning"], preexec_fn=_die_with_parent, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        while not socket.exists():
            assert self._process.poll() is None, "Redis does not start"
            time.sleep(0.02)

    def flush(self) -> None:
        with Redis.from_url(self.url) as client:
            client.flushall()

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

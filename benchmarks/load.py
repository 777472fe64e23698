"""A client that asks one server as fast as it answers, and takes little of the machine for itself."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16
Call = tuple[str, str, bytes]


@dataclass(frozen=True)
class Measured:
    """Things a second, CPU seconds of the server for each, and the seconds that 99 of 100 calls keep within."""

    rate: float
    cpu: float
    p99: float


class Load:
    """Sixteen connections to one server; its CPU is that of the processes in ``pids``."""

    def __init__(self, port: int, pids: list[int], headers: Mapping[str, str]) -> None:
        self.port, self.pids = port, pids
        self.headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    def cpu(self) -> float:
        ticks = 0
        for pid in self.pids:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """What the processes hold, in MB."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids)
        return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000

    def run(self, calls: list[Call], seconds: float, each: int = 1) -> Measured:
        """Until the calls or the time are through; ``each``: how many things one call does."""
        waiting = iter([self._request(*call) for call in calls])
        times, lock = list[float](), threading.Lock()
        stop = time.monotonic() + seconds

        def ask() -> None:
            connection = None
            while time.monotonic() < stop:
                with lock:
                    request = next(waiting, None)
                if request is None:
                    break
                begun = time.monotonic()
                connection = connection or socket.create_connection(("127.0.0.1", self.port))
                connection.sendall(request)
                stays = _answer(connection)
                times.append(time.monotonic() - begun)
                if not stays:
                    connection = connection.close()
            if connection:
                connection.close()

        before, begun = self.cpu(), time.monotonic()
        threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done = len(times) * each
        return Measured(
            done / (time.monotonic() - begun), (self.cpu() - before) / done, sorted(times)[int(len(times) * 0.99)]
        )

    def _request(self, method: str, path: str, body: bytes) -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{self.headers}Content-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


def _answer(connection: socket.socket) -> bool:
    """Read one answer whole; whether the connection stays open. Anything but success is a fault of the benchmark."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(1 << 18)
        assert part, "the server closed the connection"
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    status, length = int(head[9:12]), 0
    assert status in (200, 204), got[:500]
    for line in head.lower().split(b"\r\n")[1:]:
        if line.startswith(b"content-length:"):
            length = int(line[15:])
    missing = length - len(body)
    while missing > 0:
        missing -= len(connection.recv(min(missing, 1 << 20), socket.MSG_WAITALL))
    return b"\r\nconnection: close" not in head.lower()

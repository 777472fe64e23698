"""Asks a scanner that speaks ClamAV's INSTREAM whether a file is harmful. Without a scanner nothing is asked.

The protocol: ``zINSTREAM\\0``, then chunks of four bytes of length and that many bytes, then a length of nought; the
answer ends with ``\\0``.
"""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlsplit

from courses.conf import conf

CONNECT, ANSWER, CHUNK, MOST_ANSWER = 3.0, 60.0, 64 * 1024, 4096


class Unscanned(Exception):
    """There is a scanner, and it did not say; nobody opens the file until it has."""


def is_scanned() -> bool:
    return bool(conf.SCANNER)


def is_harmless(content: bytes) -> bool:
    """Raises Unscanned."""
    try:
        with _connected() as scanner:
            scanner.settimeout(ANSWER)
            scanner.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                scanner.sendall(struct.pack("!L", len(chunk)) + chunk)
            scanner.sendall(struct.pack("!L", 0))
            answer = _answer(scanner)
    except (OSError, ValueError) as error:
        raise Unscanned(type(error).__name__) from error
    if answer == "stream: OK":
        return True
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return False
    raise Unscanned("an answer that was not understood")


def _connected() -> socket.socket:
    where = conf.SCANNER
    if where.startswith("tcp://"):
        parts = urlsplit(where)
        return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=CONNECT)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(CONNECT)
        sock.connect(where)
    except BaseException:
        sock.close()
        raise
    return sock


def _answer(scanner: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < MOST_ANSWER:
        more = scanner.recv(1024)
        if not more:
            break
        said += more
    return said.partition(b"\0")[0].decode(errors="replace").strip()

"""Speaks to an address that somebody typed in, and to nowhere that it must not lead (SSRF; ASVS 5.0, 1.3.6 and 15.3.2).

Only https, only hosts that the caller names. The host is resolved once, refused where any answer is no public address, and
the connection goes to what was resolved; its certificate is checked against the name. No redirect is followed. All of it
takes fifteen seconds at most, however slowly the other side speaks, and little of the answer is read.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

PORTS = {"https": 443, "http": 80}
CONNECT, WHOLE, MOST = 5.0, 15.0, 4096
HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
PLAIN = re.compile(r"[!-~]+")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


class Forbidden(Exception):
    """Nothing may be sent to that address."""


class Unreachable(Exception):
    """Nothing was handed over."""


class NoAnswer(Exception):
    """All was handed over; whether it was accepted is not known."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    retry_after: str


@dataclass(frozen=True)
class Target:
    """An address that may be spoken to, in its parts."""

    scheme: str
    host: str
    port: int
    path: str
    is_stand_in: bool

    @property
    def host_header(self) -> str:
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"


def is_named(host: str, names: Iterable[str]) -> bool:
    """``*.example.org`` stands for whatever is below example.org, not for itself."""
    wanted = [name.lower() for name in names]
    return any(host.endswith(name[1:]) if name.startswith("*.") else host == name for name in wanted)


def target_of(address: str, *, hosts: Iterable[str], stand_in: str = "") -> Target:
    """Raises Forbidden. Looks at the address only, and asks no name server.

    ``hosts`` are those that may be spoken to; ``stand_in`` is the origin of a server on this machine that may be as well,
    of the demo or the tests.
    """
    if not PLAIN.fullmatch(address):
        raise Forbidden("characters that no address has")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise Forbidden("no address") from error
    host = parts.hostname or ""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if stand_in and f"{parts.scheme}://{parts.netloc}" == stand_in:
        return Target(parts.scheme, host, port or PORTS[parts.scheme], path, True)
    if parts.scheme != "https" or port not in (None, 443):
        raise Forbidden("not https")
    if "@" in parts.netloc or parts.fragment or not HOST.fullmatch(host) or not is_named(host, hosts):
        raise Forbidden("a host that is not named as one to speak to")
    return Target("https", host, 443, path, False)


def post(target: Target, body: bytes, *, content_type: str = "application/json", within: float = WHOLE) -> Answer:
    """Raises Forbidden, Unreachable or NoAnswer. Their texts hold no part of the address but its host."""
    return _ask("POST", target, body, {"Content-Type": content_type}, within)


def get(target: Target, *, within: float = WHOLE, most: int = MOST) -> Answer:
    """The same, asking for what is there, and reading ``most`` bytes of it. Nothing that a page says is followed."""
    return _ask("GET", target, None, {}, within, most)


def _ask(
    method: str, target: Target, body: bytes | None, more: Mapping[str, str], within: float, most: int = MOST
) -> Answer:
    until = monotonic() + within
    connection = http.client.HTTPSConnection(target.host, target.port)
    headers = {"Host": target.host_header, **more, "User-Agent": "Safeguard", "Connection": "close"}
    try:
        sock = _connected(target, until)
    except (OSError, UnicodeError) as error:
        raise Unreachable(type(error).__name__) from error
    with sock:
        connection.sock = _Hurried(sock, until)
        try:
            connection.request(method, target.path, body=body, headers=headers)
        except OSError as error:
            raise Unreachable(type(error).__name__) from error
        try:
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(type(error).__name__) from error
        return Answer(response.status, _beginning(response, most), response.getheader("Retry-After") or "")


def is_public(address: str) -> bool:
    """False for what is this machine's, a private network's or a link's own, in whatever form it is written."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None or found in NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        elif found in SIX_TO_FOUR or found.teredo is not None:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _connected(target: Target, until: float) -> socket.socket:
    """To one of the addresses that were resolved, and to no other."""
    found = [str(item[4][0]) for item in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)]
    if not target.is_stand_in and not all(is_public(item) for item in found):
        raise Forbidden(f"{target.host} leads to an address that is not public")
    failed = OSError("no address")
    for item in dict.fromkeys(found):
        try:
            sock = socket.create_connection((item, target.port), timeout=max(min(CONNECT, until - monotonic()), 0.1))
        except OSError as error:
            failed = error
            continue
        return _secured(sock, target, until) if target.scheme == "https" else sock
    raise failed


def _secured(sock: socket.socket, target: Target, until: float) -> socket.socket:
    try:
        sock.settimeout(max(until - monotonic(), 0.1))
        return ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise


def _beginning(response: http.client.HTTPResponse, most: int) -> str:
    """The status is known already: a body that does not come changes nothing."""
    try:
        return response.read(most).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return ""


class _Hurried(io.RawIOBase):
    """A socket as ``http.client`` uses it, until a moment; a time-out of its own holds for each read only."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def _hurry(self) -> None:
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)

    def sendall(self, data: bytes) -> None:
        self._hurry()
        self._sock.sendall(data)

    def makefile(self, mode: str) -> Any:
        return io.BufferedReader(_Hurried(self._sock, self._until))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._hurry()
        return self._sock.recv_into(buffer)

"""Pure: statements with attachments as multipart/mixed, taken apart and put together (part three, 1.5.2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any

from lms.lrs.receiving import Received
from lms.lrs.rules.values import InvalidStatement

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
MOST_PARTS = 1000
BOUNDARY = re.compile(r"^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
HASHES = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
BOUNDARY_OUT = "safeguard-7f2c91d0e5"


@dataclass(frozen=True)
class Part:
    """One part of a multipart body; header names in lower case."""

    headers: dict[str, str]
    body: bytes


def boundary_of(content_type: str) -> bytes:
    """The boundary parameter of the header. Raises InvalidStatement."""
    message = Message()
    message["Content-Type"] = content_type
    found = message.get_boundary()
    if not found or not BOUNDARY.fullmatch(found):
        raise InvalidStatement("Content-Type names no boundary.")
    return found.encode()


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """The parts between the boundaries (RFC 2046, 5.1). Raises InvalidStatement."""
    line = b"--" + boundary_of(content_type)
    pieces = (b"\r\n" + body).split(b"\r\n" + line)
    if len(pieces) < 2 or len(pieces) > MOST_PARTS:
        raise InvalidStatement("The body does not hold the parts that its boundary announces.")
    if not pieces[-1].startswith(b"--"):
        raise InvalidStatement("The body ends before its last boundary.")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, found, body = piece.partition(b"\r\n\r\n")
    if not found:
        raise InvalidStatement("A part has no empty line behind its headers.")
    headers = {}
    for line in head.decode("latin-1").split("\r\n"):
        if CONTROL.search(line):
            raise InvalidStatement("A header of a part holds a control character.")
        name, colon, value = line.partition(":")
        if line.strip() and colon:
            headers[name.strip().lower()] = value.strip()
    return Part(headers, body)


def split(parts: Sequence[Part]) -> tuple[bytes, dict[str, Part]]:
    """The statements' JSON, and the attachments by hash. Raises InvalidStatement."""
    if not parts or parts[0].headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise InvalidStatement("The first part must be the statements, as application/json.")
    found: dict[str, Part] = {}
    for part in parts[1:]:
        if part.headers.get("content-transfer-encoding", "").lower() != "binary":
            raise InvalidStatement("An attachment needs Content-Transfer-Encoding: binary.")
        sha2 = part.headers.get("x-experience-api-hash", "").lower()
        algorithm = HASHES.get(len(sha2))
        if algorithm is None or hashlib.new(algorithm, part.body).hexdigest() != sha2:
            raise InvalidStatement("An attachment's X-Experience-API-Hash is not the SHA-2 of its content.")
        found[sha2] = part
    return parts[0].body, found


def check(received: Iterable[Received], given: dict[str, Part]) -> None:
    """Each attachment is either sent along or names a fileUrl, and nothing else is sent. Raises InvalidStatement."""
    announced = set()
    for statement in received:
        for attachment in declared(statement.data):
            sha2 = attachment["sha2"].lower()
            announced.add(sha2)
            if sha2 not in given and "fileUrl" not in attachment:
                raise InvalidStatement(f"Attachment {sha2} is neither sent along nor named by a fileUrl.")
    if given.keys() - announced:
        raise InvalidStatement("The body holds a part that no statement declares.")


def declared(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The attachments of a statement and of the statement within it."""
    found: list[dict[str, Any]] = list(data.get("attachments", []))
    if data["object"].get("objectType") == "SubStatement":
        found += data["object"].get("attachments", [])
    return found


def joined(text: str, contents: Iterable[tuple[str, str, bytes]]) -> tuple[bytes, str]:
    """A multipart body of the statements' JSON and (hash, type, bytes) each, and its Content-Type."""
    parts = [b"Content-Type: application/json\r\n\r\n" + text.encode()]
    parts += [
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n\r\n".encode()
        + bytes(content)
        for sha2, kind, content in contents
    ]
    boundary = BOUNDARY_OUT
    while any(boundary.encode() in part for part in parts):
        boundary += "x"
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return body, f'multipart/mixed; boundary="{boundary}"'

"""Pure: checkpoints as signed notes (C2SP tlog-checkpoint and signed-note), so that tools of others read them.

Three lines (whose log, how many leaves, the root in base64), an empty line, and a line for each signature: Ed25519 over the
three lines. Imports no Django.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
LONGEST = 10_000


class NotANote(ValueError):
    """The text is no checkpoint."""


@dataclass(frozen=True)
class Note:
    """``origin`` names the log; ``signatures``: key hash and signature by name of the key."""

    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...] = ()

    @property
    def body(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def is_signed_by(self, name: str, public: bytes) -> bool:
        """Whether one of the signatures is that of the key."""
        wanted = key_hash(name, public)
        for known, hashed, signature in self.signatures:
            if (known, hashed) != (name, wanted):
                continue
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(signature, self.body.encode())
            except (InvalidSignature, ValueError):
                continue
            return True
        return False


def write(note: Note, *, seed: bytes = b"") -> str:
    """The text; signed by the key with that seed (32 bytes) under the log's name, where one is given."""
    lines = ""
    if seed:
        key = Ed25519PrivateKey.from_private_bytes(seed)
        told = key_hash(note.origin, public_of(seed)) + key.sign(note.body.encode())
        lines = f"— {note.origin} {base64.b64encode(told).decode()}\n"
    return f"{note.body}\n{lines}"


def read(text: str) -> Note:
    """Raises NotANote."""
    body, _, signatures = text[:LONGEST].replace("\r\n", "\n").partition("\n\n")
    lines = body.split("\n")
    if len(lines) < 3 or not lines[0] or not lines[1].isascii() or not lines[1].isdecimal():
        raise NotANote("A checkpoint begins with a name, a number and a hash.")
    root = _decoded(lines[2])
    if len(root) != 32:
        raise NotANote("The hash of a checkpoint has 32 bytes.")
    return Note(lines[0], int(lines[1][:18]), root, tuple(_signature(line) for line in signatures.split("\n") if line))


def public_of(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def key_hash(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """The key as it is handed to whoever verifies: name, hash and public key in one line."""
    return f"{name}+{key_hash(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def _signature(line: str) -> tuple[str, bytes, bytes]:
    mark, _, rest = line.partition(" ")
    name, _, told = rest.rpartition(" ")
    decoded = _decoded(told)
    if mark != "—" or not name or len(decoded) < 5:
        raise NotANote("The line of a signature is a dash, a name and base64.")
    return name, decoded[:4], decoded[4:]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotANote("What should be base64 is none.") from error

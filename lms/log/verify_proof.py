"""Checks a proof of the log without the site that gave it: plain Python, nothing to install, no network.

    python verify_proof.py proof.json
    python verify_proof.py proof.json --checkpoint kept.txt --key learn.example.org/log+1a2b3c4d+AbCd…

``proof.json`` comes from ``manage.py log_proof`` (that a fact is in the log) or ``manage.py log_checkpoint --since`` (that
a log continues an earlier one). ``kept.txt`` is a checkpoint that you kept; ``--key`` is the line that the site's operator
gave you on another way. Exit 0: it holds; 1: it does not; 2: it is no proof.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

# Ed25519 (RFC 8032 section 5.1), for verifying only: nothing here is secret, so that its time may tell everything.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


class Fails(Exception):
    """The proof does not hold; the text says where."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Checks a proof of the log.")
    parser.add_argument("proof", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--key", default="")
    given = parser.parse_args(arguments)
    try:
        proof = json.loads(given.proof.read_text(encoding="utf-8"))
        kept = given.checkpoint.read_text(encoding="utf-8") if given.checkpoint else ""
        told = check(proof, kept=kept, key=given.key)
    except Fails as error:
        sys.stdout.write(f"DOES NOT HOLD: {error}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        sys.stdout.write(f"NO PROOF: {type(error).__name__}: {error}\n")
        return 2
    sys.stdout.write("\n".join(told) + "\n")
    return 0


def check(proof: dict[str, Any], *, kept: str = "", key: str = "") -> list[str]:
    """What holds, in sentences. Raises Fails."""
    told = [_signature(proof["checkpoint"], key)]
    origin, size, root = _read(proof["checkpoint"])
    told += _continuation(proof, size, root) if "consistency" in proof else _fact(proof, size, root)
    if kept:
        wanted = _read(kept)
        known = [(origin, size, root)] + ([_read(proof["old"])] if "old" in proof else [])
        if wanted not in known:
            raise Fails(
                f"it is about other checkpoints than the one that was kept, of {wanted[1]} leaves of {wanted[0]}"
            )
        told.append("It is about the checkpoint that was kept.")
    return told


def _fact(proof: dict[str, Any], size: int, root: bytes) -> list[str]:
    commitment = bytes.fromhex(proof["commitment"])
    told = [f"Leaf {proof['index']} of {size}: {proof['kind']}."]
    if proof["key"] is None:
        told.append("The fact was erased; the log shows that there was one.")
    else:
        text = json.dumps({"kind": proof["kind"], "record": proof["record"]}, sort_keys=True, separators=(",", ":"),
                          ensure_ascii=False)  # fmt: skip
        if not hmac.compare_digest(hmac.digest(bytes.fromhex(proof["key"]), text.encode(), "sha256"), commitment):
            raise Fails("the record is not what the leaf commits to")
        told.append("The record is what the leaf commits to.")
    found = hashlib.sha256(b"\x00" + commitment).digest()
    path = [bytes.fromhex(step) for step in proof["inclusion"]]
    if _climb(proof["index"], size, found, path) != root:
        raise Fails("the leaf does not lead to the root of the checkpoint")
    return [*told, "The leaf is in the log of the checkpoint."]


def _climb(index: int, size: int, found: bytes, path: list[bytes]) -> bytes:
    """From the leaf to the root, by the way that the two numbers tell (RFC 6962 section 2.1.1, taken apart anew)."""
    if size == 1 and index == 0 and not path:
        return found
    if not 0 <= index < size or not path:
        raise Fails("the way to the root has another length")
    half = 1 << ((size - 1).bit_length() - 1)
    *rest, beside = path
    if index < half:
        return _node(_climb(index, half, found, rest), beside)
    return _node(beside, _climb(index - half, size - half, found, rest))


def _continuation(proof: dict[str, Any], size: int, root: bytes) -> list[str]:
    _, old, old_root = _read(proof["old"])
    if not 0 < old <= size:
        raise Fails("the earlier log is the longer one")
    path = [bytes.fromhex(step) for step in proof["consistency"]]
    then, now, rest = (old_root, old_root, path) if old == size else _both(old, size, path, old_root, True)
    if rest or then != old_root or now != root:
        raise Fails("the later log does not begin with the earlier one: leaves were changed or cut off")
    return [f"The log of {size} leaves begins with that of {old}."]


def _both(old: int, size: int, path: list[bytes], old_root: bytes, whole: bool) -> tuple[bytes, bytes, list[bytes]]:
    """Roots of the earlier and of the later part, and what is left of the way (RFC 6962 section 2.1.2, backwards)."""
    if old == size:
        return (old_root, old_root, path) if whole else (path[0], path[0], path[1:])
    half = 1 << ((size - 1).bit_length() - 1)
    if old <= half:
        then, now, rest = _both(old, half, path, old_root, whole)
        return then, _node(now, rest[0]), rest[1:]
    then, now, rest = _both(old - half, size - half, path, old_root, False)
    return _node(rest[0], then), _node(rest[0], now), rest[1:]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _read(text: str) -> tuple[str, int, bytes]:
    origin, size, root = text.split("\n\n", 1)[0].split("\n")[:3]
    return origin, int(size), base64.b64decode(root, validate=True)


def _signature(text: str, key: str) -> str:
    if not key:
        return "The signature of the checkpoint was not checked: no --key was given."
    name, hashed, told = key.split("+", 2)
    public = base64.b64decode(told, validate=True)
    if public[:1] != b"\x01" or hashlib.sha256(name.encode() + b"\n" + public).digest()[:4].hex() != hashed:
        raise Fails("the key is none")
    body, _, lines = text.partition("\n\n")
    for line in lines.split("\n"):
        _dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.rpartition(" ")
        if signer == name and encoded:
            found = base64.b64decode(encoded, validate=True)
            if found[:4].hex() == hashed and _is_signed(public[1:], f"{body}\n".encode(), found[4:]):
                return f"The checkpoint is signed by {name}."
    raise Fails("the checkpoint is not signed by the key")


def _is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    base = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert base is not None
    left, right = _times(scalar, base), _add(commitment, _times(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _add(one: Point, other: Point) -> Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        found = _add(found, point) if number & 1 else found
        point, number = _add(point, point), number >> 1
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Statements with attachments as a client sends and reads them: multipart/mixed, put together by hand; signatures."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import HTTP
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
BOUNDARY = "a boundary'of(ours)"
KIND = f'multipart/mixed; boundary="{BOUNDARY}"'


def sha2(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def declared(content: bytes, **changes: Any) -> dict[str, Any]:
    """What a statement says of an attachment."""
    return {
        "usageType": "https://example.org/proof", "display": {"en": "Proof"}, "contentType": "image/png",
        "length": len(content), "sha2": sha2(content), **changes,
    }  # fmt: skip


def part(content: bytes, **changes: str) -> bytes:
    headers = {
        "Content-Type": "image/png", "Content-Transfer-Encoding": "binary", "X-Experience-API-Hash": sha2(content),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }  # fmt: skip
    lines = [f"{name}: {value}" for name, value in headers.items() if value]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def body(statements: Any, *parts: bytes) -> bytes:
    first = b"Content-Type: application/json\r\n\r\n" + json.dumps(statements).encode()
    return joined(first, *parts)


def joined(*parts: bytes) -> bytes:
    line = b"--" + BOUNDARY.encode()
    return b"".join(line + b"\r\n" + piece + b"\r\n" for piece in parts) + line + b"--\r\n"


def read(answer: Any) -> tuple[Any, dict[str, bytes]]:
    """An answer taken apart by Python's own e-mail parser: the JSON, and the attachments by hash."""
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    message: Any = message_from_bytes(head + answer.content, policy=HTTP)
    first, *rest = message.get_payload()
    found = {}
    for piece in rest:
        assert piece["Content-Transfer-Encoding"] == "binary"
        found[piece["X-Experience-API-Hash"]] = piece.get_payload(decode=True)
    return json.loads(first.get_payload(decode=True)), found


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """A certificate that a key gives itself, in DER."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A system")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now,
                                      now + timedelta(days=1))  # fmt: skip
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def token(payload: Any, *, key: rsa.RSAPrivateKey, x5c: Any = None, alg: Any = "RS256") -> bytes:
    """A JSON Web Signature in its compact form (RFC 7515, 7.1)."""
    header = {"alg": alg, **({} if x5c is None else {"x5c": x5c})}
    message = _base64(json.dumps(header).encode()) + b"." + _base64(json.dumps(payload).encode())
    algorithm = {"RS384": hashes.SHA384(), "RS512": hashes.SHA512()}.get(str(alg), hashes.SHA256())
    return message + b"." + _base64(key.sign(message, padding.PKCS1v15(), algorithm))


def _base64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def signed(statement: dict[str, Any], jws: bytes) -> bytes:
    """The request body: the statement with its signature attached."""
    signature = declared(jws, usageType=SIGNATURE, contentType="application/octet-stream")
    return body({**statement, "attachments": [signature]}, part(jws, Content_Type="application/octet-stream"))

"""Pure: statements that are signed with a JSON Web Signature as an attachment (xAPI 1.0.3 part two, 2.6)."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lms.lrs.attachments import SIGNATURE, Part
from lms.lrs.comparing import same
from lms.lrs.receiving import Received
from lms.lrs.rules.statements import statement
from lms.lrs.rules.values import InvalidStatement

ALGORITHMS: dict[str, type[hashes.HashAlgorithm]] = {
    "RS256": hashes.SHA256,
    "RS384": hashes.SHA384,
    "RS512": hashes.SHA512,
}


def check(received: Received, given: dict[str, Part]) -> None:
    """Each signature sent along is one, of an algorithm that is allowed, and of this statement. Raises InvalidStatement."""
    for attachment in received.data.get("attachments", []):
        if attachment["usageType"] == SIGNATURE:
            if attachment["contentType"].partition(";")[0].strip() != "application/octet-stream":
                raise InvalidStatement("A signature is of type application/octet-stream.")
            part = given.get(attachment["sha2"].lower())
            if part is None:
                raise InvalidStatement("A signature is sent along, not named by a fileUrl.")
            _check(received.data, part.body)


def _check(data: dict[str, Any], token: bytes) -> None:
    try:
        head, payload, signature = token.decode("ascii").split(".")
        header = json.loads(_decoded(head))
        signed = json.loads(_decoded(payload))
        algorithm = ALGORITHMS[header["alg"]]
        chain = header.get("x5c", [])
        if chain:
            _verify(chain[0], algorithm, f"{head}.{payload}".encode(), _decoded(signature))
    except InvalidSignature as error:
        raise InvalidStatement("The signature does not belong to the certificate that it names.") from error
    except KeyError as error:
        raise InvalidStatement(f"A signature must be made with one of {', '.join(ALGORITHMS)}.") from error
    except UnsupportedAlgorithm as error:
        raise InvalidStatement("The certificate of the signature holds no RSA key.") from error
    except (ValueError, UnicodeDecodeError, binascii.Error, AttributeError, TypeError, RecursionError) as error:
        raise InvalidStatement("The signature is not a JSON Web Signature.") from error
    statement(signed, "the signed statement", family="2.0")
    if "id" not in signed or "id" not in data:  # given by the store, or by the client after signing
        signed, data = ({**either, "id": ""} for either in (signed, data))
    if not same(signed, data):
        raise InvalidStatement("The signature is of another statement.")


def _verify(certificate: str, algorithm: type[hashes.HashAlgorithm], message: bytes, signature: bytes) -> None:
    """With the public key of the leaf certificate (RFC 7515, 4.1.6). Who issued it is the auditor's question."""
    key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")
    key.verify(signature, message, padding.PKCS1v15(), algorithm())


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

"""Where files of proofs lie: outside of what is served, under random names, for this process alone to read."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from courses.conf import conf
from courses.models import ProofFile
from courses.players.external.scanning import is_scanned


def can_store() -> bool:
    return bool(conf.PROOF_ROOT)


def store(content: bytes) -> str:
    """The name under which it lies, which tells nothing and cannot be guessed."""
    name = secrets.token_hex(20)
    return _storage().save(f"{name[:2]}/{name[2:]}", ContentFile(content))


def read(name: str) -> bytes:
    """Raises OSError where it is gone."""
    with _storage().open(name) as file:
        found: bytes = file.read()
    return found


def may_open(file: ProofFile) -> bool:
    """It is there, and the scanner found nothing; or there is no scanner."""
    is_clean = file.scan == ProofFile.Scan.CLEAN or (file.scan == ProofFile.Scan.NONE and not is_scanned())
    return bool(file.stored_as) and is_clean


def forget(name: str) -> None:
    """Safe to repeat."""
    if name:
        _storage().delete(name)


def _storage() -> FileSystemStorage:
    return FileSystemStorage(
        location=Path(conf.PROOF_ROOT), base_url=None, file_permissions_mode=0o600, directory_permissions_mode=0o700
    )

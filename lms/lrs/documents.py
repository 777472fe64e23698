"""Documents change here, and only here: put, merged, deleted, each under its precondition (part three, 2.2 and 3.1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lms.lrs.models import Document
from lms.lrs.models.documents import NOTHING
from lms.lrs.rules.json_text import decode
from lms.lrs.rules.values import InvalidStatement

CONDITIONS = ("If-Match", "If-None-Match")


class PreconditionFailed(Exception):
    """The ETag that the client names is not that of the document (412)."""


class Conflict(Exception):
    """The document is there, and the client does not say which one it means to replace (409)."""


@dataclass(frozen=True)
class Place:
    """Where a document lies. What does not apply to its kind is ``NOTHING``."""

    kind: str
    activity: UUID = NOTHING
    agent: UUID = NOTHING
    registration: UUID | None = None
    name: str = ""

    def found(self) -> QuerySet[Document]:
        """The one document of this name, without a registration unless one is named."""
        return self.shelf().filter(name=self.name, registration=self.registration or NOTHING)

    def shelf(self) -> QuerySet[Document]:
        """All documents of the context; of every registration unless one is named (part three, 2.3)."""
        rows = Document.objects.filter(kind=self.kind, activity=self.activity, agent=self.agent)
        return rows if self.registration is None else rows.filter(registration=self.registration)


@dataclass(frozen=True)
class Content:
    """What the client sends."""

    body: bytes
    content_type: str

    @property
    def is_json(self) -> bool:
        return self.content_type.partition(";")[0].strip().lower() == "application/json"


def etag(document: Document) -> str:
    """Quoted SHA-1 of the content (part three, 3.1)."""
    return f'"{hashlib.sha1(bytes(document.content), usedforsecurity=False).hexdigest()}"'


def put(place: Place, content: Content, headers: Mapping[str, str], *, careful: bool) -> Document:
    """Store or replace. ``careful``: a document that is there is replaced only by who names its ETag.

    Raises PreconditionFailed or Conflict; InvalidStatement for JSON that is none.
    """
    if content.is_json:
        decode(content.body)
    return _write(place, content, headers, careful=careful, merge=False)


def merge(place: Place, content: Content, headers: Mapping[str, str]) -> Document:
    """Lay a JSON object over the one that is there, one level deep; store it when there is none (part three, 2.2).

    Raises PreconditionFailed; InvalidStatement when either of the two is not a JSON object.
    """
    if content.is_json:
        _object(content.body, "The document")
    return _write(place, content, headers, careful=False, merge=True)


def delete(place: Place, headers: Mapping[str, str]) -> None:
    """One document. Raises PreconditionFailed."""
    with transaction.atomic():
        document = place.found().select_for_update().first()
        _check(document, headers)
        if document is not None:
            document.delete()


def conditional(headers: Mapping[str, str]) -> bool:
    """The client says which document it means."""
    return any(name in headers for name in CONDITIONS)


def delete_all(place: Place) -> None:
    """Every document of the context."""
    place.shelf().delete()


def _write(place: Place, content: Content, headers: Mapping[str, str], *, careful: bool, merge: bool) -> Document:
    try:
        with transaction.atomic():
            document = place.found().select_for_update().first()
            _check(document, headers)
            if document is None:
                return Document.objects.create(
                    kind=place.kind, activity=place.activity, agent=place.agent, name=place.name,
                    registration=place.registration or NOTHING, content=content.body,
                    content_type=content.content_type, updated=timezone.now(),
                )  # fmt: skip
            if careful and not conditional(headers):
                raise Conflict
            document.content = _merged(document, content) if merge else content.body
            document.content_type = content.content_type
            document.updated = _after(document.updated)
            document.save(update_fields=["content", "content_type", "updated"])
            return document
    except IntegrityError as error:  # somebody else stored the first one at the same moment
        raise Conflict from error


def _check(document: Document | None, headers: Mapping[str, str]) -> None:
    current = etag(document) if document is not None else None
    wanted, unwanted = (_tags(headers.get(name)) for name in CONDITIONS)
    if wanted is not None and (current is None or ("*" not in wanted and current.strip('"') not in wanted)):
        raise PreconditionFailed
    if unwanted is not None and current is not None and ("*" in unwanted or current.strip('"') in unwanted):
        raise PreconditionFailed


def _tags(header: str | None) -> set[str] | None:
    if header is None:
        return None
    return {part.strip().removeprefix("W/").strip('"') for part in header.split(",")}


def _merged(document: Document, content: Content) -> bytes:
    if not content.is_json or document.content_type.partition(";")[0].strip().lower() != "application/json":
        raise InvalidStatement("Documents are merged only where both are application/json.")
    before = _object(bytes(document.content), "The document that is there")
    return json.dumps({**before, **_object(content.body, "The document")}, ensure_ascii=False).encode()


def _object(body: bytes, what: str) -> dict[str, Any]:
    found = decode(body)
    if not isinstance(found, dict):
        raise InvalidStatement(f"{what} is not a JSON object.")
    return found


def _after(moment: datetime) -> datetime:
    """Now, and in any case later than the last change, so that ``since`` misses nothing."""
    return max(timezone.now(), moment)

"""Which facts the log holds, and the leaf that each of them is given in the transaction that writes it."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.signals import post_save

from lms.log.models import Leaf

Record = Callable[[Any], Mapping[str, Any]]
BATCH = 1000


@dataclass(frozen=True)
class Kind:
    """``record``: what is committed to, plain values that never change. ``related``: what reading it needs besides."""

    name: str
    model: type[models.Model]
    record: Record
    related: tuple[str, ...] = ()

    def commitment(self, row: Any, key: bytes) -> bytes:
        return commitment(self.name, self.record(row), key)

    def rows(self) -> Any:
        return self.model._default_manager.select_related(*self.related)


_kinds: dict[str, Kind] = {}


def kinds() -> Mapping[str, Kind]:
    return _kinds


def log_facts(name: str, *, model: type[models.Model], record: Record, related: tuple[str, ...] = ()) -> None:
    """Registers the rows of a model as facts; each new one gets its leaf as it is saved."""
    kind = _kinds[name] = Kind(name, model, record, related)

    def on_save(instance: Any, created: bool, raw: bool, **_: Any) -> None:
        if created and not raw:
            Leaf.objects.bulk_create([_leaf(kind, instance)])

    post_save.connect(on_save, sender=model, weak=False, dispatch_uid=f"lms.log {name}")


def enter_missing() -> int:
    """Give leaves to facts without one: those from before there was a log, and those written by the thousand."""
    entered = 0
    for kind in _kinds.values():
        known = Leaf.objects.filter(kind=kind.name, row=OuterRef("pk"))
        missing = kind.rows().filter(~Exists(known)).order_by("pk")
        while batch := list(missing[:BATCH]):
            entered += len(Leaf.objects.bulk_create([_leaf(kind, row) for row in batch], ignore_conflicts=True))
    return entered


def commitment(kind: str, record: Mapping[str, Any], key: bytes) -> bytes:
    """HMAC-SHA-256 over kind and record as canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps({"kind": kind, "record": record}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.digest(key, text.encode(), hashlib.sha256)


def _leaf(kind: Kind, row: Any) -> Leaf:
    key = secrets.token_bytes(32)
    return Leaf(kind=kind.name, row=row.pk, key=key, commitment=kind.commitment(row, key))

"""Writes very many entries of Wagtail's log at once, each as ``wagtail.log_actions.log`` would have written it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from wagtail.log_actions import get_active_log_context, registry
from wagtail.models import ModelLogEntry

BATCH = 1000


def log_all(entries: Iterable[tuple[Model, dict[str, Any]]], action: str) -> None:
    """``entries``: what was changed, with the data of its entry. Of models that have no log of their own."""
    assert registry.action_exists(action), action
    context, now = get_active_log_context(), timezone.now()
    ModelLogEntry.objects.bulk_create(
        [
            ModelLogEntry(
                content_type=ContentType.objects.get_for_model(instance, for_concrete_model=False),
                object_id=str(instance.pk), label=str(instance), action=action, timestamp=now, data=data,
                user=context.user, uuid=context.uuid,
            )
            for instance, data in entries
        ],
        batch_size=BATCH,
    )  # fmt: skip

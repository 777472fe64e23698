"""Registers a tool for a course: from then on its word completes that course, and no other."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from courses.models import Tool
from lms.lrs.models import Credential, Scope
from lms.requirements.models import Activity


def register(*, tool: Tool, by: Any = None) -> Tool:
    """Gives it its ids, and a credential that may claim and do nothing else; its secret is thrown away unseen, since what
    it says comes in through ``scoring`` alone. The course trusts it as it trusts other systems."""
    with transaction.atomic():
        tool.credential, _secret = Credential.issue(
            name=f"LTI 1.3: {tool.activity.name}"[:200], scopes=[Scope.CLAIM.value]
        )
        tool.client_id = secrets.token_urlsafe(16)
        tool.deployment_id = secrets.token_urlsafe(8)
        tool.save()
        part = Activity.objects.select_for_update().get(part_of=tool.activity, kind="proof")
        part.word = Activity.Word.TRUSTED
        part.save(update_fields=["word"])
        part.trusted.add(tool.credential)
        log(tool, "lms.tool.register", user=by, data={"client_id": tool.client_id})
    return tool

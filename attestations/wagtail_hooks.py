"""What attestations add to Wagtail's admin."""

from __future__ import annotations

from wagtail import hooks

from attestations.admin import AttestationsGroup


@hooks.register("register_admin_viewset")
def attestations() -> AttestationsGroup:
    return AttestationsGroup()

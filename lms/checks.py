"""System checks: settings that contradict each other, with a hint each."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from lms.conf import conf


@register(Tags.security)
def gates_leave_the_way_open(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A gate that shuts the way to the courses, or to help, could never be passed."""
    from lms.gate.middleware import always_open

    found: list[CheckMessage] = []
    for path, gate in conf.GATED_PATHS.items():
        if not path.startswith("/"):
            found.append(Error(f"LMS_GATED_PATHS: {path!r} does not begin with a slash.", id="lms.E001"))
        elif path == "/" or always_open(path) or any(prefix.startswith(path) for prefix in conf.GATE_NEVER_BLOCKS):
            found.append(
                Error(
                    f"LMS_GATED_PATHS puts {path!r} behind the gate {gate!r}, but it must never be blocked.",
                    hint="Gate only what onboarding gives access to; courses, sign-in and help stay open.",
                    id="lms.E002",
                )
            )
    return found


@register()
def iri_base_is_usable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Statements keep this address for ever."""
    base = conf.IRI_BASE
    if base.startswith(("https://", "http://")) and not base.endswith("/"):
        return []
    return [Error("LMS_IRI_BASE is no address, or ends with a slash.", id="lms.E003")]


@register(Tags.security)
def log_key_is_one(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Found on the day on which the first checkpoint is made it would be found too late."""
    from lms.log.checkpoints import seed

    try:
        seed()
    except ValueError as error:
        return [Error(str(error), id="lms.E004")]
    return []

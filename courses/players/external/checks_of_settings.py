"""System checks: files of proofs must not lie where a server hands them out, and keys must be keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from courses.conf import conf


@register(Tags.security)
def proofs_are_private(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    served = [folder for folder in (settings.MEDIA_ROOT, settings.STATIC_ROOT) if folder]
    if conf.PROOF_ROOT and any(_is_below(Path(conf.PROOF_ROOT), Path(folder)) for folder in served):
        found.append(
            Error(
                "LMS_PROOF_ROOT lies inside of a folder that is served.",
                hint="Certificates of people would be handed out by name. Give a folder beside it.",
                id="lms_courses.E001",
            )
        )
    if conf.SCANNER and not conf.SCANNER.startswith(("tcp://", "/")):
        found.append(
            Error(
                "LMS_SCANNER is neither tcp://host:port nor the path of a socket.",
                hint="Nobody could open a file of a proof, since none would ever be scanned.",
                id="lms_courses.E002",
            )
        )
    return found


@register(Tags.security)
def lti_keys_are_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Found when the first learner is sent to a tool it would be found too late."""
    from courses.players.external.lti.keys import read_keys

    try:
        read_keys()
    except ValueError as error:
        return [Error(str(error), id="lms_courses.E003")]
    return []


def _is_below(folder: Path, parent: Path) -> bool:
    return folder.resolve().is_relative_to(parent.resolve())

"""System checks: settings that give files of proofs away, let nobody open them, or hold no key; with a hint each."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from courses.conf import conf
from lms.conf import conf as site


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
        return [Error(str(error), id="lms_courses.E004")]
    return []


@register(Tags.security)
def files_come_from_another_origin(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """One at which nobody can be signed in, and which this site answers."""
    if not conf.PROOF_ORIGIN:
        return []
    scheme, host, *rest = urlsplit(conf.PROOF_ORIGIN)
    own = urlsplit(site.SITE_URL).hostname
    is_origin = scheme in ("https", "http") and host and "@" not in host and not any(part.strip("/") for part in rest)
    if is_origin and urlsplit(conf.PROOF_ORIGIN).hostname != own:
        return []
    return [
        Error(
            f"LMS_PROOF_ORIGIN is no other origin than that of the site: {conf.PROOF_ORIGIN}",
            hint="Give a host that stands for nothing else, such as https://proofs.example.org; add it to ALLOWED_HOSTS.",
            id="lms_courses.E003",
        )
    ]


@register(Tags.security, deploy=True)
def there_is_another_origin(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if conf.PROOF_ORIGIN or not conf.PROOF_ROOT:
        return []
    return [
        Warning(
            "Files that strangers hand in are saved from the origin at which reviewers are signed in.",
            hint="Set LMS_PROOF_ORIGIN to another host of this site (docs/external.md).",
            id="lms_courses.W001",
        )
    ]


def _is_below(folder: Path, parent: Path) -> bool:
    return folder.resolve().is_relative_to(parent.resolve())

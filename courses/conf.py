"""Every LMS_* setting of courses. A site sets them in its Django settings."""

from __future__ import annotations

from lms.conf import Setting


class CourseSettings:
    """Settings of courses."""

    PROOF_ROOT = Setting(
        "",
        "Folder in which files of proofs are kept, outside of what is served; empty: no file can be handed in "
        "(docs/external.md).",
    )
    PROOF_ORIGIN = Setting(
        "",
        "Another origin of this site, such as https://files.example.org, from which reviewers save files of proofs; empty: "
        "they come from the site's own.",
    )
    SCANNER = Setting(
        "",
        "Where a scanner listens that speaks ClamAV's INSTREAM: tcp://host:3310, or the path of a socket; empty: files "
        "are not scanned.",
    )


conf = CourseSettings()

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
    SCANNER = Setting(
        "",
        "Where a scanner listens that speaks ClamAV's INSTREAM: tcp://host:3310, or the path of a socket; empty: files "
        "are not scanned.",
    )


conf = CourseSettings()

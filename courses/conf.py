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
        "Another origin of this site, such as https://proofs.example.org, from which reviewers save files of proofs; "
        "empty: they come from the site's own.",
    )
    SCANNER = Setting(
        "",
        "Where a scanner listens that speaks ClamAV's INSTREAM: tcp://host:3310, or the path of a socket; empty: files "
        "are not scanned.",
    )
    LTI_KEYS = Setting(
        "",
        "Keys that sign launches by LTI 1.3, apart by spaces: the first signs, all are published; manage.py lti_key makes "
        "one (docs/external.md). Empty: nobody is sent to a tool.",
    )
    LTI_STAND_IN = Setting(
        "", "Origin of a tool on this machine, such as http://127.0.0.1:8090; heeded by the demo and the tests only."
    )


conf = CourseSettings()

"""The groups that come with Safeguard; a site may add its own."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission

from lms.people.models import AUDITORS

HR, HEADS, FACILITATORS = "HR", "Heads of office", "Facilitators"
MAINTAINED_BY_HR = ("requirement", "headship", "officeaccess", "organisation", "agreement", "holiday", "ladder",
                    "reportsubscription", "bounce", "channeladdress")  # fmt: skip
HELD = {
    HR: [
        "view_compliance", "add_waiverrequest", "add_invitation", "accept_claim", "decide_waiver", "view_activity",
        "see_who_looked", "merge_person", "plan_session", "reopen_session", "view_checkpoint",
        "decide_proof",
    ],
    HEADS: ["view_compliance", "add_waiverrequest", "plan_session", "keep_roster"],
    FACILITATORS: ["plan_session"],
    AUDITORS: ["view_compliance", "take_auditor_pack", "view_checkpoint"],
}  # fmt: skip


def ensure_groups() -> dict[str, Group]:
    """Made where missing, and given the permissions that they need; nothing is taken away."""
    found = {name: Group.objects.get_or_create(name=name)[0] for name in HELD}
    admin = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    for name, group in found.items():
        held = Permission.objects.filter(content_type__app_label__startswith="lms", codename__in=HELD[name])
        group.permissions.add(*(admin | held))
    found[HR].permissions.add(*Permission.objects.filter(content_type__model__in=MAINTAINED_BY_HR))
    return found

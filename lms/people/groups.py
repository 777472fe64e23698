"""The groups that come with Safeguard; a site may add its own."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission

HR, HEADS = "HR", "Heads of office"
MAINTAINED_BY_HR = (
    "requirement",
    "headship",
    "officeaccess",
    "organisation",
    "agreement",
    "ladder",
    "reportsubscription",
)


def ensure_groups() -> dict[str, Group]:
    """Made where missing, and given the permissions that they need; nothing is taken away."""
    found = {name: Group.objects.get_or_create(name=name)[0] for name in (HR, HEADS)}
    reading = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    reading |= Permission.objects.filter(
        content_type__app_label="lms", codename__in=["view_compliance", "add_waiverrequest"]
    )
    for group in found.values():
        group.permissions.add(*reading)
    keeping = Permission.objects.filter(content_type__model__in=MAINTAINED_BY_HR)
    keeping |= Permission.objects.filter(
        content_type__app_label="lms",
        codename__in=["add_invitation", "accept_claim", "decide_waiver", "view_activity"],
    )
    found[HR].permissions.add(*keeping)
    return found

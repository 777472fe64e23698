"""The rules of the fictitious organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from courses.registering import course_iri
from lms.requirements.approving import record
from lms.requirements.models import AcceptedActivity, Activity, Requirement
from lms.site.demo_organisation import classroom, external

IN_FORCE_DAYS = 900


@dataclass(frozen=True)
class Rule:
    code: str
    title: str
    why: str
    days: int
    months: int
    gate: str = ""
    managers_only: bool = False
    in_classroom: bool = False
    elsewhere: bool = False


RULES = (
    Rule(
        "sea", "Preventing sexual exploitation and abuse",
        "Training on protection from sexual exploitation and abuse is mandatory for all personnel: staff, consultants, "
        "individual contractors, stand-by personnel, volunteers and interns. The Secretary-General's bulletin "
        "ST/SGB/2003/13 says what sexual exploitation and sexual abuse are (section 1) and whom the rules cover "
        "(section 2).\n\nRule of this organisation: completed before the first day of work, and again every two years.",
        0, 24, gate="onboarding",
    ),
    Rule(
        "respect", "Respect at work",
        "ST/SGB/2019/8 names discrimination, harassment, including sexual harassment, and abuse of authority as "
        "prohibited conduct. It covers staff and non-staff personnel.\n\nRule of this organisation: completed within 30 "
        "days of joining, and again every two years. People who pass onboarding have completed it.",
        30, 24, gate="onboarding", in_classroom=True,
    ),
    Rule(
        "ethics", "Ethics and integrity",
        "Training in ethics and integrity is mandatory, and new staff take it within three months. It is about the "
        "standards of conduct of the international civil service (International Civil Service Commission, 2013; General "
        "Assembly resolution 67/257).\n\nRule of this organisation: completed within 90 days of joining, and "
        "again every three years. People who pass onboarding have completed it.",
        90, 36, gate="onboarding", elsewhere=True,
    ),
    Rule(
        "sea-managers", "Preventing sexual exploitation and abuse: for heads and supervisors",
        "The mandatory training has a part of its own for managers and heads of office."
        "\n\nRule of this organisation: within 90 days of taking up the duty, and again every two years.",
        90, 24, managers_only=True,
    ),
    Rule(
        "respect-managers", "Respect at work: for supervisors",
        "The mandatory training has a part of its own for people who supervise others."
        "\n\nRule of this organisation: within 90 days of taking up the duty, and again every two years.",
        90, 24, managers_only=True,
    ),
)  # fmt: skip


def lay_down(today: date) -> list[Requirement]:
    """The requirements, made where they are missing. Those there belong to HR."""
    found = []
    for rule in RULES:
        requirement, created = Requirement.objects.get_or_create(
            code=rule.code,
            defaults={
                "title": rule.title,
                "why": rule.why,
                "due_days": rule.days,
                "gate": rule.gate,
                "audience": [("manager", {"opposite": False})] if rule.managers_only else [],
                "applies_from": today - timedelta(days=IN_FORCE_DAYS),
            },
        )
        if created:
            activity = Activity.objects.get(iri=course_iri(rule.code))
            AcceptedActivity.objects.create(requirement=requirement, activity=activity, valid_months=rule.months)
            if rule.in_classroom:
                AcceptedActivity.objects.create(
                    requirement=requirement, activity=classroom.publish(), valid_months=rule.months
                )
            if rule.elsewhere:
                AcceptedActivity.objects.create(
                    requirement=requirement, activity=external.publish(), valid_months=rule.months
                )
            record(requirement=requirement)
        found.append(requirement)
    return found

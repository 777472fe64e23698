"""The rules of the fictitious organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from courses.registering import course_iri
from lms.requirements.models import AcceptedActivity, Activity, Requirement

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


RULES = (
    Rule(
        "sea", "Preventing sexual exploitation and abuse",
        "Training on protection from sexual exploitation and abuse is mandatory for all personnel: staff, consultants, "
        "volunteers and interns. The Secretary-General's bulletin ST/SGB/2003/13 binds everybody who works for the "
        "organisation, on duty and off duty.\n\nOrganisation policy on protection, paragraph 12: completed before the "
        "first day of work, and again every two years.",
        0, 24, gate="onboarding",
    ),
    Rule(
        "respect", "Respect at work",
        "Everybody has a right to a workplace free of harassment, sexual harassment, discrimination and abuse of authority "
        "(ST/SGB/2019/8).\n\nOrganisation policy on prohibited conduct, paragraph 8: completed within 30 days of joining, "
        "and again every two years. People who pass onboarding have completed it.",
        30, 24, gate="onboarding",
    ),
    Rule(
        "ethics", "Ethics and integrity",
        "The standards of conduct of the international civil service bind everybody who works for the organisation.\n\n"
        "Organisation policy on ethics, paragraph 5: completed within 90 days of joining, and again every three years. "
        "People who pass onboarding have completed it.",
        90, 36, gate="onboarding",
    ),
    Rule(
        "sea-managers", "Preventing sexual exploitation and abuse: for heads and supervisors",
        "Heads and supervisors have added duties to keep an environment that prevents sexual exploitation and abuse."
        "\n\nOrganisation policy on protection, paragraph 14: within 90 days of taking up the duty.",
        90, 24, managers_only=True,
    ),
    Rule(
        "respect-managers", "Respect at work: for supervisors",
        "Supervisors have an added duty to prevent prohibited conduct and to act promptly.\n\nOrganisation policy on "
        "prohibited conduct, paragraph 11: within 90 days of taking up the duty.",
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
                "managers_only": rule.managers_only,
                "applies_from": today - timedelta(days=IN_FORCE_DAYS),
            },
        )
        if created:
            activity = Activity.objects.get(iri=course_iri(rule.code))
            AcceptedActivity.objects.create(requirement=requirement, activity=activity, valid_months=rule.months)
        found.append(requirement)
    return found

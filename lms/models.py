"""Gathers the models of the areas, where Django looks for them."""

from lms.gate.models import AccessToken
from lms.lrs.models import (
    ActivityDefinition,
    AgentName,
    Attachment,
    Credential,
    Document,
    Effect,
    Mention,
    Reference,
    Scope,
    Statement,
)
from lms.people.models import (
    Agreement,
    Category,
    Headship,
    Invitation,
    Leave,
    Office,
    OfficeAccess,
    Organisation,
    Person,
)
from lms.periodic_models import PeriodicRun
from lms.requirements.models import AcceptedActivity, Activity, Assignment, Completion, Requirement, Waiver
from lms.signposts.models import SignpostCard

__all__ = [
    "AcceptedActivity",
    "AccessToken",
    "Activity",
    "ActivityDefinition",
    "AgentName",
    "Agreement",
    "Assignment",
    "Attachment",
    "Category",
    "Completion",
    "Credential",
    "Document",
    "Effect",
    "Headship",
    "Invitation",
    "Leave",
    "Mention",
    "Office",
    "OfficeAccess",
    "Organisation",
    "PeriodicRun",
    "Person",
    "Reference",
    "Requirement",
    "Scope",
    "SignpostCard",
    "Statement",
    "Waiver",
]

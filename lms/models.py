"""Gathers the models of the areas, where Django looks for them."""

from lms.compliance.models import ReportSubscription
from lms.gate.models import AccessToken
from lms.lrs.models import (
    ActivityDefinition,
    AgentName,
    Attachment,
    Credential,
    Document,
    Effect,
    ForwardingTarget,
    Launch,
    Mention,
    Outgoing,
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
from lms.requirements.models import (
    AcceptedActivity,
    Activity,
    Assignment,
    Claim,
    Completion,
    Requirement,
    Waiver,
    WaiverRequest,
)
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
    "Claim",
    "Completion",
    "Credential",
    "Document",
    "Effect",
    "ForwardingTarget",
    "Headship",
    "Invitation",
    "Launch",
    "Leave",
    "Mention",
    "Office",
    "OfficeAccess",
    "Organisation",
    "Outgoing",
    "PeriodicRun",
    "Person",
    "Reference",
    "ReportSubscription",
    "Requirement",
    "Scope",
    "SignpostCard",
    "Statement",
    "Waiver",
    "WaiverRequest",
]

"""Models of what is owed and what was done, one file for each concept."""

from lms.requirements.models.activities import Activity
from lms.requirements.models.assignments import Assignment
from lms.requirements.models.claims import Claim
from lms.requirements.models.known import KnownAssignment
from lms.requirements.models.ledger import Completion, proof_of
from lms.requirements.models.rules import AcceptedActivity, Requirement
from lms.requirements.models.versions import RuleToApply, RuleVersion, SecondPersonApproval
from lms.requirements.models.waivers import Extension, Waiver, WaiverRequest

__all__ = [
    "AcceptedActivity",
    "Activity",
    "Assignment",
    "Claim",
    "Completion",
    "Extension",
    "KnownAssignment",
    "Requirement",
    "RuleToApply",
    "RuleVersion",
    "SecondPersonApproval",
    "Waiver",
    "WaiverRequest",
    "proof_of",
]

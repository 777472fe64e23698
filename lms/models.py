"""Gathers the models of the areas, where Django looks for them."""

from lms.compliance.auditing.models import AuditorPack
from lms.compliance.models import ReportSubscription
from lms.compliance.tally_models import Tally, TallyLine, TallySum
from lms.log.models import Block, Checkpoint, Head, Leaf
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
from lms.partners.models import Agreement, AgreementMember, PartnerInvitation, ReadyOverride, RegistrationLink
from lms.people.history_models import KnownLeave, KnownOffice, KnownPerson, KnownPosting, Posting
from lms.people.link_models import SignInLink
from lms.people.models import (
    Category,
    Headship,
    Holiday,
    Invitation,
    Leave,
    Office,
    OfficeAccess,
    Organisation,
    Person,
)
from lms.people.scim.models import ProviderAccount
from lms.periodic_models import PeriodicRun
from lms.requirements.models import (
    AcceptedActivity,
    Activity,
    Assignment,
    Claim,
    Completion,
    Extension,
    KnownAssignment,
    Requirement,
    RuleToApply,
    RuleVersion,
    SecondPersonApproval,
    Waiver,
    WaiverRequest,
)
from lms.signposts.models import SignpostCard
from lms.tokens.models import AccessToken
from lms.verification_models import VerificationRun

__all__ = [
    "AcceptedActivity",
    "AccessToken",
    "Activity",
    "ActivityDefinition",
    "AgentName",
    "Agreement",
    "AgreementMember",
    "Assignment",
    "Attachment",
    "AuditorPack",
    "Block",
    "Category",
    "Checkpoint",
    "Claim",
    "Completion",
    "Credential",
    "Document",
    "Effect",
    "Extension",
    "ForwardingTarget",
    "Head",
    "Headship",
    "Holiday",
    "Invitation",
    "KnownAssignment",
    "KnownLeave",
    "KnownOffice",
    "KnownPerson",
    "KnownPosting",
    "Launch",
    "Leaf",
    "Leave",
    "Mention",
    "Office",
    "OfficeAccess",
    "Organisation",
    "Outgoing",
    "PartnerInvitation",
    "PeriodicRun",
    "Person",
    "Posting",
    "ProviderAccount",
    "ReadyOverride",
    "Reference",
    "RegistrationLink",
    "ReportSubscription",
    "Requirement",
    "RuleToApply",
    "RuleVersion",
    "Scope",
    "SecondPersonApproval",
    "SignInLink",
    "SignpostCard",
    "Statement",
    "Tally",
    "TallyLine",
    "TallySum",
    "VerificationRun",
    "Waiver",
    "WaiverRequest",
]

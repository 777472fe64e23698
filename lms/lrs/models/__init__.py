"""What was said, who may say it, and what clients keep beside it."""

from lms.lrs.models.credentials import Credential, Scope
from lms.lrs.models.documents import Document
from lms.lrs.models.forwarding import ForwardingTarget, Outgoing
from lms.lrs.models.launches import Launch
from lms.lrs.models.statements import ActivityDefinition, AgentName, Attachment, Effect, Mention, Reference, Statement

__all__ = [
    "ActivityDefinition",
    "AgentName",
    "Attachment",
    "Credential",
    "Document",
    "Effect",
    "ForwardingTarget",
    "Launch",
    "Mention",
    "Outgoing",
    "Reference",
    "Scope",
    "Statement",
]

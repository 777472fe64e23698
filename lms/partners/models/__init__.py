"""Models of the partner desk: agreements, who is named under them, how those people come in."""

from lms.partners.models.agreements import Agreement, AgreementMember, ReadyOverride
from lms.partners.models.invitations import PartnerInvitation, RegistrationLink

__all__ = ["Agreement", "AgreementMember", "PartnerInvitation", "ReadyOverride", "RegistrationLink"]

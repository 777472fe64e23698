"""Models of attestations: what is attested, its wordings, the signatures, the undertakings of partners."""

from attestations.models.signatures import Signature
from attestations.models.texts import Attestation, AttestationText, Meaning
from attestations.models.undertakings import Undertaking

__all__ = ["Attestation", "AttestationText", "Meaning", "Signature", "Undertaking"]

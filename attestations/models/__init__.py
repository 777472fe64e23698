"""Models of attestations: what is attested, its wordings, the signatures."""

from attestations.models.signatures import Signature
from attestations.models.texts import Attestation, AttestationText, Meaning

__all__ = ["Attestation", "AttestationText", "Meaning", "Signature"]

"""``completion_recorded`` goes up: the ledger has a new entry. Sent inside its transaction with ``completion``."""

from django.dispatch import Signal

completion_recorded = Signal()

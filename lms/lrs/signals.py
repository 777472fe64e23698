"""``statement_recorded`` goes up: a statement was stored; whoever makes a completion of it listens.

Sent inside the transaction that stores the statement, with ``statement`` (the row).
"""

from django.dispatch import Signal

statement_recorded = Signal()

"""What goes up from the record store, since nothing here may import what stands above.

``statements_arrived`` (``entries``: what was just stored) is answered with those of them that lead to something.
``statement_recorded`` (``statement``: one such row) lets it follow; a completion is made of it. Both are sent inside the
transaction that stores the statement; the second again by the clock for as long as it fails (``lms.lrs.effects``).
"""

from django.dispatch import Signal

statements_arrived = Signal()
statement_recorded = Signal()

"""What other rooms are told of agreements: sent inside the transaction that made it so.

Both signals carry `agreement` (the row), `subject` (a Reference) and `actor`. A receiver that fails
takes the whole change back.
"""

from __future__ import annotations

from django.dispatch import Signal

agreement_in_force = Signal()
# Declined, lapsed or withdrawn: its state says which.
agreement_ended = Signal()

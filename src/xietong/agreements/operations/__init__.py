"""The writes of agreements, one verb each, by subject."""

from xietong.agreements.operations.consenting import consent, meet_condition
from xietong.agreements.operations.ending import (
    lapse_agreements,
    lapse_overdue,
    withdraw_agreement,
)
from xietong.agreements.operations.opening import open_agreement
from xietong.agreements.operations.queueing import queue_for
from xietong.agreements.operations.verifying import verify_agreement

__all__ = [
    "consent",
    "lapse_agreements",
    "lapse_overdue",
    "meet_condition",
    "open_agreement",
    "queue_for",
    "verify_agreement",
    "withdraw_agreement",
]

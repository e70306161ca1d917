"""Reconciling: is what our book says what Stripe says, and does anything wait that should not.

A file for each group of detectors. What a detector sees rings as an alarm, once for each cause.
"""

from payments.reconciling.alarms import AlarmAnswered, acknowledge, answer, steps_of, tell_administrators
from payments.reconciling.watching import watch, watch_clock

__all__ = [
    "AlarmAnswered",
    "acknowledge",
    "answer",
    "steps_of",
    "tell_administrators",
    "watch",
    "watch_clock",
]

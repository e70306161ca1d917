"""Reconciling: is what our book says what Stripe says, and does anything wait that should not.

A file for each group of detectors. What a detector sees rings as an alarm, once for each cause.
"""

from payments.reconciling.alarms import AlarmAnswered, acknowledge, answer, steps_of, tell_administrators
from payments.reconciling.jobs import NOT_NOW, run_checks, run_job, run_jobs
from payments.reconciling.treasury import plan_payout, send_payouts
from payments.reconciling.watching import watch, watch_clock

__all__ = [
    "NOT_NOW",
    "AlarmAnswered",
    "acknowledge",
    "answer",
    "plan_payout",
    "run_checks",
    "run_job",
    "run_jobs",
    "send_payouts",
    "steps_of",
    "tell_administrators",
    "watch",
    "watch_clock",
]

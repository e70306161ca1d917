"""Money calls as rows: planned in the rule's transaction, then claimed, sent or looked up, and finished.

A rule plans; its door may call `run_now`, so that a person need not wait for the worker; `run_due` does the
rest. Everything may be called twice.
"""

from payments.operations.adding import BeingCharged
from payments.operations.adding import end as end_more_work
from payments.operations.adding import end_open as end_open_more_work
from payments.operations.alarms import follow, ring, ring_all
from payments.operations.catching_up import look_for_open
from payments.operations.charging_back import record_dispute
from payments.operations.comparing import compare_banks
from payments.operations.ending import conclude, end_offer, is_over, leave_page
from payments.operations.finishing import finish
from payments.operations.planning import (
    next_fee,
    plan_account,
    plan_anew,
    plan_capture,
    plan_checkout,
    plan_leaving,
    plan_refund,
    plan_share_refund,
    plan_void,
    promise_transfer,
    undo_release,
)
from payments.operations.promising import Part, Promise, lock_parts, promise_all, read_of
from payments.operations.recording import page_expired, record_intent
from payments.operations.reversing import plan_clawback_refund, plan_reversal
from payments.operations.running import run, run_due, run_now, run_open
from payments.operations.starting import start_clocks
from payments.operations.stopping import guards_changed, may_send, send_again, stop_sending
from payments.operations.watching import (
    BeingChecked,
    WorkStopped,
    check_may_pay,
    check_not_stopped,
    note_card,
    record_warning,
)

__all__ = [
    "BeingCharged",
    "BeingChecked",
    "Part",
    "Promise",
    "WorkStopped",
    "check_may_pay",
    "check_not_stopped",
    "compare_banks",
    "conclude",
    "end_more_work",
    "end_offer",
    "end_open_more_work",
    "finish",
    "follow",
    "guards_changed",
    "is_over",
    "leave_page",
    "lock_parts",
    "look_for_open",
    "may_send",
    "next_fee",
    "note_card",
    "page_expired",
    "plan_account",
    "plan_anew",
    "plan_capture",
    "plan_checkout",
    "plan_clawback_refund",
    "plan_leaving",
    "plan_refund",
    "plan_reversal",
    "plan_share_refund",
    "plan_void",
    "promise_all",
    "promise_transfer",
    "read_of",
    "record_dispute",
    "record_intent",
    "record_warning",
    "ring",
    "ring_all",
    "run",
    "run_due",
    "run_now",
    "run_open",
    "send_again",
    "start_clocks",
    "stop_sending",
    "undo_release",
]

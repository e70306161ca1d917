"""What happens by the clock: each due appointment, in the order of its time."""

import logging
from collections.abc import Callable
from dataclasses import replace

from payments.sandbox import money, performing
from payments.sandbox.errors import ApiError
from payments.sandbox.objects import (
    accounts,
    balances,
    chargebacks,
    charges,
    fraud_warnings,
    intents,
    payouts,
    refunds,
    sessions,
    topups,
)
from payments.sandbox.sandbox import Context

logger = logging.getLogger(__name__)

ACTIONS: dict[str, Callable[[Context, str], None]] = {
    "authorisation_expires": intents.authorisation_expired,
    "available": balances.became_available,
    "charge_booked": charges.booked,
    "dispute_due": chargebacks.ran_out,
    "disputed_by_card": chargebacks.by_card,
    "inquiry_closes": chargebacks.dropped,
    "late_request": performing.roll_forward,
    "payout": payouts.nightly,
    "payout_arrives": payouts.arrived,
    "payout_leaves": payouts.left,
    "refund_answered": refunds.answered,
    "session_expires": sessions.ran_out,
    "topup_arrives": topups.arrived,
    "verified": accounts.verified,
    "warned_by_card": fraud_warnings.by_card,
    "written_off": money.write_off,
}


def fire_due(ctx: Context) -> int:
    """Let everything due happen, each at its own moment; returns how many things did."""
    fired = 0
    while row := ctx.store.row(
        "SELECT due, action, ref FROM timer WHERE due <= ? ORDER BY due, seq", ctx.now
    ):
        ctx.not_at(row["action"], row["ref"])
        moment = replace(ctx, now=row["due"], request_id=None, idempotency_key=None)
        try:
            ACTIONS[row["action"]](moment, row["ref"])
        except ApiError as refusal:  # a request that is rolled forward may have become impossible
            logger.info("%s %s: %s", row["action"], row["ref"], refusal)
        fired += 1
    return fired

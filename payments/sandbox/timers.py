"""What happens by the clock: each due appointment, in the order of its time."""

from collections.abc import Callable
from dataclasses import replace

from payments.sandbox.objects import accounts, balances, charges, intents, payouts, sessions
from payments.sandbox.sandbox import Context

ACTIONS: dict[str, Callable[[Context, str], None]] = {
    "authorisation_expires": intents.authorisation_expired,
    "available": balances.became_available,
    "charge_booked": charges.booked,
    "payout": payouts.nightly,
    "payout_arrives": payouts.arrived,
    "session_expires": sessions.ran_out,
    "verified": accounts.verified,
}


def fire_due(ctx: Context) -> int:
    """Let everything due happen, each at its own moment; returns how many things did."""
    fired = 0
    while row := ctx.store.row(
        "SELECT due, action, ref FROM timer WHERE due <= ? ORDER BY due, seq", ctx.now
    ):
        ctx.not_at(row["action"], row["ref"])
        ACTIONS[row["action"]](replace(ctx, now=row["due"]), row["ref"])
        fired += 1
    return fired

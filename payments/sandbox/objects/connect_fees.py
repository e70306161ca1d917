"""What Stripe asks a platform for its connected accounts, where the sandbox is told to ask for it."""

from payments.sandbox import money
from payments.sandbox.clock import rfc3339
from payments.sandbox.money import Movement
from payments.sandbox.sandbox import PLATFORM, Context
from payments.sandbox.store import Body

ACTIVE_MONTH_CENTS = 200  # for each account in a month in which it is paid out, by the list price
EACH_PAYOUT_CENTS = 25


def of_payout(ctx: Context, payout: Body, account_id: str) -> None:
    """Take the fees of a payout from the platform, under a transaction of their own."""
    if not ctx.store.meta("connect_fees", "yes" if ctx.config.connect_fees else ""):
        return
    fee = EACH_PAYOUT_CENTS + (payout["amount"] + 200) // 400  # and a quarter of a percent
    _take(ctx, fee, payout["currency"], f"Payout fee ({account_id})")
    month = f"active:{account_id}:{rfc3339(ctx.now)[:7]}"
    if not ctx.store.meta(month):
        ctx.store.set_meta(month, "yes")
        _take(ctx, ACTIVE_MONTH_CENTS, payout["currency"], f"Active account ({account_id})")


def _take(ctx: Context, cents: int, currency: str, why: str) -> None:
    money.book(
        ctx,
        Movement(
            PLATFORM,
            "stripe_fee",
            -cents,
            currency,
            money.FEES,
            None,
            ctx.now,
            description=why,
            category="fee",
        ),
    )

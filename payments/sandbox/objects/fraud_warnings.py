"""Early fraud warnings: the card network suspects a charge before anybody disputes it."""

from stripe import radar

from payments.sandbox import events, listing
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

KIND = "radar.early_fraud_warning"
TYPES = (
    *("card_never_received", "fraudulent_card_application", "made_with_counterfeit_card"),
    *("made_with_lost_card", "made_with_stolen_card", "misc", "unauthorized_use_of_card"),
)


def list_warnings(ctx: Context, params: Body) -> Body:
    url = "/v1/radar/early_fraud_warnings"
    return listing.page(ctx, KIND, params, url=url, fields=("charge", "payment_intent"))


def retrieve(ctx: Context, params: Body, warning: str) -> Body:
    return present(ctx, ctx.need(KIND, warning))


def warn(ctx: Context, charge: Body, fraud_type: str = "misc") -> Body:
    """Raises ValueError for a charge that was never taken, or a kind of fraud that Stripe has no word for."""
    if not charge["captured"] or fraud_type not in TYPES:
        raise ValueError(f"A warning is about a captured charge, and its type one of {', '.join(TYPES)}.")
    warning = ctx.make(
        radar.EarlyFraudWarning,
        id=ctx.new_id("issfr_"),
        actionable=_actionable(charge),
        charge=charge["id"],
        created=ctx.now,
        fraud_type=fraud_type,
        livemode=False,
        payment_intent=charge["payment_intent"],
    )
    events.emit(ctx, f"{KIND}.created", warning)
    return warning


def _actionable(charge: Body) -> bool:
    return not charge["disputed"] and not charge["refunded"]


def settle(ctx: Context, charge_id: str) -> None:
    """After a full refund or a dispute there is nothing to be done about a warning any more."""
    charge = ctx.need("charge", charge_id)
    for warning in ctx.store.find(KIND, charge=charge_id):
        if warning["actionable"] and not _actionable(charge):
            warning["actionable"] = False
            ctx.store.save(warning)
            events.emit(ctx, f"{KIND}.updated", warning, before={"actionable": True})


def by_card(ctx: Context, charge_id: str) -> None:
    """Timer: a test card that stands for a warning was charged."""
    warn(ctx, ctx.need("charge", charge_id))

"""The only modules that talk to Stripe: our words in, plain facts out, and what each answer means.

The real SDK everywhere; without keys it talks to the sandbox, chosen by configuration alone. No call is made
inside an open transaction, and no amount is ever taken from a person's browser.
"""

from payments.stripe_gateway.answers import Answer, StripeFailed
from payments.stripe_gateway.asking import (
    account,
    account_link,
    bank_accounts,
    dispute,
    early_warning,
    intent,
    intent_of,
    login_link,
    one_try,
    payout,
    refund,
    refunds_of,
    reversals_of,
    session,
    sessions_since,
    transfer,
    transfers_in,
)
from payments.stripe_gateway.balancing import (
    Funds,
    Moved,
    balance,
    balance_transactions,
    pay_out,
    payouts_since,
)
from payments.stripe_gateway.connecting import client
from payments.stripe_gateway.facts import (
    Booking,
    DisputeFacts,
    Done,
    Intent,
    PayeeFacts,
    Payout,
    Session,
    Try,
    Warned,
)
from payments.stripe_gateway.sending import send
from payments.stripe_gateway.signatures import ForgedEvent, verify
from payments.stripe_gateway.telling import (
    SUBSCRIBED,
    Told,
    account_events_since,
    described,
    events_since,
    thin_events_since,
)

__all__ = [
    "SUBSCRIBED",
    "Answer",
    "Booking",
    "DisputeFacts",
    "Done",
    "ForgedEvent",
    "Funds",
    "Intent",
    "Moved",
    "PayeeFacts",
    "Payout",
    "Session",
    "StripeFailed",
    "Told",
    "Try",
    "Warned",
    "account",
    "account_events_since",
    "account_link",
    "balance",
    "balance_transactions",
    "bank_accounts",
    "client",
    "described",
    "dispute",
    "early_warning",
    "events_since",
    "intent",
    "intent_of",
    "login_link",
    "one_try",
    "pay_out",
    "payout",
    "payouts_since",
    "refund",
    "refunds_of",
    "reversals_of",
    "send",
    "session",
    "sessions_since",
    "thin_events_since",
    "transfer",
    "transfers_in",
    "verify",
]

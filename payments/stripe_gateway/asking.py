"""Questions to Stripe: what is there, whoever made it. Asking twice harms nobody, so the SDK may repeat it."""

from datetime import datetime, timedelta
from typing import Any

from payments.stripe_gateway import facts
from payments.stripe_gateway.connecting import calling
from payments.stripe_gateway.sending import Params

REPEAT: Any = {"max_network_retries": 2}
BOOKED: Any = {"expand": ["balance_transaction"]}
BOOKED_TWICE = ["balance_transaction", "failure_balance_transaction"]  # out, and back where a bank refused it
CLOCKS_APART = timedelta(minutes=1)


def transfers_in(group: str) -> list[facts.Done]:
    params: Any = {"transfer_group": group, "limit": 100, "expand": ["data.balance_transaction"]}
    with calling() as c:
        return [facts.done(o.to_dict()) for o in c.v1.transfers.list(params, REPEAT).auto_paging_iter()]


def transfer(id_: str) -> facts.Done:
    with calling() as c:
        return facts.done(c.v1.transfers.retrieve(id_, BOOKED, REPEAT).to_dict())


def reversals_of(transfer: str) -> list[facts.Done]:
    params: Any = {"limit": 100, "expand": ["data.balance_transaction"]}
    with calling() as c:
        pages = c.v1.transfers.reversals.list(transfer, params, REPEAT)
        return [facts.done(o.to_dict()) for o in pages.auto_paging_iter()]


def refunds_of(intent: str) -> list[facts.Done]:
    expand = [f"data.{booking}" for booking in BOOKED_TWICE]
    params: Any = {"payment_intent": intent, "limit": 100, "expand": expand}
    with calling() as c:
        return [facts.done(o.to_dict()) for o in c.v1.refunds.list(params, REPEAT).auto_paging_iter()]


def refund(id_: str) -> facts.Done:
    with calling() as c:
        return facts.done(c.v1.refunds.retrieve(id_, {"expand": BOOKED_TWICE}, REPEAT).to_dict())


def sessions_since(created: datetime) -> list[facts.Done]:
    params: Any = {"created": {"gte": int((created - CLOCKS_APART).timestamp())}, "limit": 100}
    with calling() as c:
        pages = c.v1.checkout.sessions.list(params, REPEAT)
        return [facts.done(o.to_dict()) for o in pages.auto_paging_iter()]


def session(id_: str) -> facts.Session:
    with calling() as c:
        return facts.session(c.v1.checkout.sessions.retrieve(id_, {}, REPEAT).to_dict())


def intent(id_: str) -> facts.Intent:
    params: Any = {"expand": ["latest_charge.balance_transaction"]}
    with calling() as c:
        return facts.intent(c.v1.payment_intents.retrieve(id_, params, REPEAT).to_dict())


def one_try(charge: str) -> facts.Try:
    """What one card did."""
    with calling() as c:
        return facts.one_try(c.v1.charges.retrieve(charge, {}, REPEAT).to_dict())


def intent_of(charge: str) -> str | None:
    """The card payment that a charge belongs to."""
    with calling() as c:
        found: Any = c.v1.charges.retrieve(charge, {}, REPEAT).to_dict()
    return str(found["payment_intent"]) if found.get("payment_intent") else None


def dispute(id_: str) -> facts.DisputeFacts:
    """A chargeback and the balance transactions of its own, whose money is read from them alone."""
    with calling() as c:
        found: Any = c.v1.disputes.retrieve(id_, {}, REPEAT).to_dict()
        moves = [booking_of(c, o) for o in found["balance_transactions"]]
    return facts.dispute(found, moves)


def booking_of(c: Any, known: Any) -> facts.Booking:
    """One balance transaction; some answers bring it whole, others its id."""
    whole = (
        known if isinstance(known, dict) else c.v1.balance_transactions.retrieve(known, {}, REPEAT).to_dict()
    )
    booking = facts.booked(whole)
    assert booking is not None
    return booking


def payout(id_: str, *, account: str) -> facts.Payout:
    """One payout of a connected account to its bank."""
    options: Any = {**REPEAT, "stripe_account": account}
    params: Any = {"payout": id_, "limit": 100, "expand": ["data.source"]}
    with calling() as c:
        found: Any = c.v1.payouts.retrieve(id_, {}, options).to_dict()
        rows = c.v1.balance_transactions.list(params, options).auto_paging_iter()
        return facts.payout(found, [row.to_dict() for row in rows])


def early_warning(id_: str) -> facts.Warned:
    """What a card network suspects about one charge."""
    with calling() as c:
        found: Any = c.v1.radar.early_fraud_warnings.retrieve(id_, {}, REPEAT).to_dict()
    return facts.Warned(found["id"], found["charge"], found["fraud_type"], bool(found["actionable"]))


def account(id_: str) -> facts.PayeeFacts:
    params: Any = {"include": ["configuration.recipient", "requirements"]}
    with calling() as c:
        return facts.payee(c.v2.core.accounts.retrieve(id_, params, REPEAT).to_dict())


def bank_accounts(id_: str) -> list[str]:
    """The fingerprints of the bank accounts and debit cards that an account is paid out to; never a number.

    Across all accounts of a platform the same account has the same fingerprint (Stripe, "detect duplicate bank
    accounts"). The v1 API takes the ids of v2 accounts.
    """
    with calling() as c:
        pages = c.v1.accounts.external_accounts.list(id_, {"limit": 100}, REPEAT)
        found = [o.to_dict().get("fingerprint") for o in pages.auto_paging_iter()]
    return sorted({str(fingerprint) for fingerprint in found if fingerprint})


def account_link(id_: str, *, return_url: str, refresh_url: str) -> str:
    """A single-use address of the set-up pages. It is a key: redirect to it, never store or log it."""
    onboarding = {"return_url": return_url, "refresh_url": refresh_url}
    params: Params = {
        "account": id_,
        "use_case": {"type": "account_onboarding", "account_onboarding": onboarding},
    }
    with calling() as c:
        return str(c.v2.core.account_links.create(params).url)  # type: ignore[arg-type]


def login_link(id_: str) -> str:
    """A single-use address of the payee's own pages at Stripe: payouts, bank account. Never store or log it."""
    with calling() as c:
        return str(c.v1.accounts.login_links.create(id_).url)

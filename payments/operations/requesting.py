"""What exactly is asked of Stripe for an operation: built at its first claim, then frozen with the row."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from payments.models import Chargeback, Hold, Operation, Payee
from payments.operations import planning


class NotReady(Exception):
    """The request must wait for somebody. `reason` becomes the operation's `blocked_reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def needs_a_person(self) -> bool:
        return self.reason == OTHER_ACCOUNT


OTHER_ACCOUNT = "other_account"  # the request names an account that is not the payee's any more


def check(operation: Operation) -> None:
    """Whether the request may go out now, asked before each key's first use. Raises NotReady."""
    if operation.kind == Operation.Kind.REFUND:
        check_refund(operation)
    if operation.kind != Operation.Kind.TRANSFER:
        return
    hold = the_hold(operation)
    if hold.hold_reason:
        raise NotReady(hold.hold_reason)
    payee = Payee.objects.filter(user_id=hold.engagement.student_id).first()
    if payee is None or not payee.is_ready:
        raise NotReady("no_payee")
    if operation.params is not None and operation.params["destination"] != payee.stripe_account:
        raise NotReady(OTHER_ACCOUNT)


def check_refund(operation: Operation) -> None:
    """Nothing goes back to a card whose bank has the money already; another payment is not concerned."""
    disputed = the_hold(operation).hold_reason == Hold.Reason.BANK_DISPUTE
    if disputed and planning.unapplied_payment(operation) is None:
        raise NotReady(Hold.Reason.BANK_DISPUTE)


def request_for(operation: Operation) -> dict[str, Any]:
    """The parameters of the call, as JSON."""
    return BUILDERS[Operation.Kind(operation.kind)](operation)


def idempotency_key(operation: Operation) -> str:
    """Made of the row and its epoch only: never of a date or an amount."""
    return f"fh:{settings.STRIPE_MODE}:{operation.pk}:{operation.epoch}"


def labels(operation: Operation) -> dict[str, str]:
    """What every object carries, so that a look-up finds it."""
    marks = {"fh_op": str(operation.pk), "fh_env": settings.STRIPE_MODE}
    if operation.hold is not None:
        marks |= {"fh_hold": str(operation.hold_id), "fh_engagement": operation.hold.engagement.public_id}
    return marks


def account(operation: Operation) -> dict[str, Any]:
    payee = operation.payee
    assert payee is not None
    wanted = {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}}
    return {
        "contact_email": payee.user.email,
        "display_name": str(payee.user),
        "dashboard": "express",
        "identity": {"country": payee.country.lower(), "entity_type": "individual"},
        "configuration": wanted,
        "defaults": {
            "currency": settings.CURRENCY,
            "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
        },
        "include": ["configuration.recipient", "requirements"],
        "metadata": labels(operation),
    }


def checkout(operation: Operation) -> dict[str, Any]:
    """A page that reserves the card; after a failed capture, one that charges it at once (PAYMENTS 0.3)."""
    hold = the_hold(operation)
    engagement = hold.engagement
    again = hold.history.filter(to_status=Hold.Status.CAPTURE_FAILED).exists()
    page, after, key, payer = "pay", "checkout_return", [engagement.public_id], engagement.offered_by.email
    title = engagement.terms["title"]
    if hold.number > 1:
        more = hold.more_work
        page, after, key = "pay_more_work", "more_work_return", [engagement.public_id, str(more.number)]
        payer, title = more.proposed_by.email, f"{title}: {more.title}"
    if hold.is_opened_by_payer:
        request = hold.payment_request
        page, after, key, payer = "pay_for", "paid_for", [request.token], request.email
    product = {"name": f"{title} ({engagement.student})"}
    price = {"currency": operation.currency, "unit_amount": operation.amount_cents, "product_data": product}
    return {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "allowed_payment_method_types": ["card"],
        "payment_intent_data": {
            "capture_method": "automatic" if again else "manual",
            "transfer_group": hold.transfer_group,
            "metadata": labels(operation),
        },
        "client_reference_id": str(hold.pk),
        "customer_email": payer,
        "metadata": labels(operation),
        "success_url": settings.SITE_URL + reverse(f"payments:{after}", args=key),
        "cancel_url": settings.SITE_URL + reverse(f"payments:{page}", args=key),
    }


def capture(operation: Operation) -> dict[str, Any]:
    return {"intent": the_hold(operation).payment_intent, "amount_to_capture": operation.amount_cents}


def void(operation: Operation) -> dict[str, Any]:
    hold = the_hold(operation)
    intent = planning.refused_payment(operation) or hold.payment_intent
    if intent:
        return {"intent": intent}
    return {"session": hold.checkout_session}


def transfer(operation: Operation) -> dict[str, Any]:
    hold = the_hold(operation)
    return {
        "amount": operation.amount_cents,
        "currency": operation.currency,
        "destination": Payee.objects.get(user_id=hold.engagement.student_id).stripe_account,
        **source_of(hold),
        "transfer_group": hold.transfer_group,
        "description": str(hold.engagement)[:200],
        "metadata": labels(operation),
        "expand": ["balance_transaction"],
    }


def source_of(hold: Hold) -> dict[str, Any]:
    """The charge that pays for it; where a bank took that back for good, the platform's own balance does."""
    lost = hold.chargebacks.filter(status=Chargeback.Status.LOST).exists()
    return {} if lost else {"source_transaction": hold.charge}


def refund(operation: Operation) -> dict[str, Any]:
    """Of the payment that funded the hold, or of the one that its slot names: one that nobody waited for."""
    return {
        "payment_intent": planning.unapplied_payment(operation) or the_hold(operation).payment_intent,
        "amount": operation.amount_cents,
        "reason": "requested_by_customer",
        "metadata": labels(operation),
        "expand": ["balance_transaction"],
    }


def reversal(operation: Operation) -> dict[str, Any]:
    finding = operation.fraud_finding
    assert finding is not None
    return {
        "transfer": finding.release.operation.stripe_id,
        "amount": operation.amount_cents,
        "metadata": labels(operation),
        "expand": ["balance_transaction"],
    }


def the_hold(operation: Operation) -> Hold:
    assert operation.hold is not None
    return operation.hold


BUILDERS = {
    Operation.Kind.ACCOUNT: account,
    Operation.Kind.CHECKOUT: checkout,
    Operation.Kind.CAPTURE: capture,
    Operation.Kind.VOID: void,
    Operation.Kind.TRANSFER: transfer,
    Operation.Kind.REVERSAL: reversal,
    Operation.Kind.REFUND: refund,
}

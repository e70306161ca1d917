"""Comparing bank accounts of students: asked of Stripe, and again later where it refuses to say."""

from datetime import datetime

from payments import stripe_gateway
from payments.models import Payee, PayeeReading
from payments.operations import watching

BANKS = PayeeReading.What.BANKS


def compare_banks(payee: Payee, *, at: datetime) -> None:
    """Keep where somebody is paid, and look who else is paid there.

    A refusal must not keep a student from their money: the question is owed from then on (`PayeeReading`), rings, and
    is asked again. Call it outside a transaction. Raises StripeFailed where Stripe just did not answer.
    """
    assert payee.stripe_account is not None
    try:
        banks = stripe_gateway.bank_accounts(payee.stripe_account)
    except stripe_gateway.StripeFailed as failure:
        if not failure.is_refusal:
            raise
        PayeeReading.objects.failed(payee, BANKS, failure.in_short, at=at)
        return
    watching.note_banks(payee, banks, at=at)
    PayeeReading.objects.filter(payee=payee, what=BANKS).delete()

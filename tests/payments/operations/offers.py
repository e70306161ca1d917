"""One offer on a reserved card, for what becomes of its payment."""

from django.utils import timezone

from payments import funding, ledger, operations, stripe_gateway
from payments.ledger import Code
from payments.models import Hold, Operation
from projects.models import Engagement
from tests.payments import steps

FLOAT = 100_000
CAPTURE = {"method": "POST", "path": "/v1/payment_intents/*/capture"}


class Offer:
    """One offer on a reserved card, and what its two books show."""

    def __init__(self, sandbox, at):
        self.sandbox, self.at = sandbox, at
        self.made = Engagement.objects.get()

    @property
    def engagement(self):
        return Engagement.objects.get(pk=self.made.pk)

    @property
    def hold(self):
        return self.made.holds.get()

    def accept(self):
        steps.accept(self.engagement, at=self.at)
        self.work_off()

    def accept_refused(self):
        """Accepted, and the bank refuses the charge."""
        self.sandbox.break_("402", **CAPTURE)
        self.accept()
        assert self.hold.status == Hold.Status.CAPTURE_FAILED

    def refuse(self):
        """The same, seen before anything else is done: the payment whose reservation stands on the card."""
        self.sandbox.break_("402", **CAPTURE)
        steps.accept(self.engagement, at=self.at)
        operations.run_due(at=self.at)
        return Operation.objects.get(kind="capture").params["intent"]

    def open_page(self):
        """The employer clicks to pay again: a page that charges at once."""
        funding.retry_payment(self.engagement, by=self.made.offered_by, at=self.at)
        self.work_off()
        return self.hold.checkout_session

    def charge(self, **params):
        """Somebody charges the reservation in Stripe's Dashboard."""
        stripe_gateway.client().v1.payment_intents.capture(self.hold.payment_intent, params)

    def work_off(self):
        self.at = steps.work_off(self.sandbox, at=self.at)

    def hear(self):
        steps.hear(self.sandbox, at=self.at)
        self.at = max(self.at, timezone.now())  # what was heard may be due only now
        self.work_off()

    def everything_went_back(self):
        """Nothing of what came in is held or owed: Stripe's fees apart, the platform has what it began with."""
        assert ledger.balances_of(self.hold.pk) == ledger.HoldBalances()
        fees = ledger.balance(Code.PROCESSING_FEE).cents
        assert self.sandbox.books()["platform"]["usd"] == FLOAT - fees
        steps.books_agree(self.sandbox, own=FLOAT)
        return True

"""Whatever is done in whatever order, every cent is somewhere, and every answer is as Stripe has it."""

import random

import pytest
import stripe

from payments.sandbox.errors import ApiError
from payments.sandbox.objects import chargebacks
from payments.sandbox.objects.cards import CARDS
from payments.sandbox.objects.sessions import NotOpen
from tests.deep import DEEP

ACTS = 300 if DEEP else 60
REFUSALS = (stripe.StripeError, ApiError, ValueError, NotOpen)


class Walk:
    """Acts at random on what there is; what is refused is a step too."""

    def __init__(self, world, seed):
        self.world, self.chance = world, random.Random(seed)
        self.v1, self.control = world.client.v1, world.control

    def some(self, kind):
        found = self.world.app.sandbox.store.rows(
            "SELECT id FROM object WHERE kind = ? AND account = 'platform' ORDER BY seq", kind
        )
        return self.chance.choice(found)["id"] if found else f"no_{kind}"

    def cents(self):
        return self.chance.choice([1, 50, 999, 5000, 33000, 80000])

    def open_a_page(self):
        self.world.session(max(self.cents(), 50), manual=self.chance.random() < 0.5)

    def pay(self):
        self.control.pay(self.some("checkout.session"), card=self.chance.choice(list(CARDS)))

    def capture(self):
        self.v1.payment_intents.capture(self.some("payment_intent"))

    def cancel(self):
        self.v1.payment_intents.cancel(self.some("payment_intent"))

    def open_an_account(self):
        self.world.account(ready=self.chance.random() < 0.9)

    def send(self):
        charge = self.some("charge") if self.chance.random() < 0.8 else None
        self.world.transfer(self.cents(), to=self.some("v2.core.account"), charge=charge)

    def take_back(self):
        self.v1.transfers.reversals.create(self.some("transfer"), {"amount": self.cents()})

    def refund(self):
        self.v1.refunds.create({"charge": self.some("charge"), "amount": self.cents()})

    def fail_a_refund(self):
        self.control.fail_refund(self.some("refund"))

    def dispute(self):
        about = {"cents": self.cents(), "inquiry": self.chance.random() < 0.3, "countered_fee_cents": 1500}
        self.control.dispute(self.some("charge"), **about)

    def answer(self):
        self.v1.disputes.update(self.some("dispute"), {"evidence": {"uncategorized_text": "Done."}})

    def decide(self):
        self.control.decide(self.some("dispute"), self.chance.choice(list(chargebacks.NEXT)))

    def pay_out(self):
        self.v1.payouts.create({"amount": self.cents(), "currency": "usd"})

    def fail_a_payout(self):
        self.control.fail_payout(self.some("payout"))

    def change_a_bank(self):
        self.control.bank(self.some("v2.core.account"), self.chance.choice(["", "account_closed"]))

    def top_up(self):
        self.v1.topups.create({"amount": self.cents(), "currency": "usd"})

    def change_the_rules(self):
        self.control.reserves(allowed=self.chance.random() < 0.5)
        self.control.fees(asked=self.chance.random() < 0.5)

    def wait(self):
        self.control.advance(**self.chance.choice([{"minutes": 1}, {"hours": 8}, {"days": 1}, {"days": 40}]))

    def step(self):
        # What makes things happens more often than what undoes them.
        makes = [self.open_a_page, self.pay, self.pay, self.capture, self.send, self.send, self.wait]
        others = [
            *(self.cancel, self.open_an_account, self.take_back, self.refund, self.fail_a_refund),
            *(self.dispute, self.answer, self.decide, self.pay_out, self.fail_a_payout),
            *(self.change_a_bank, self.top_up, self.change_the_rules),
        ]
        act = self.chance.choice(makes * 2 + others)
        try:
            act()
        except REFUSALS as refused:
            return act.__name__, type(refused).__name__
        return act.__name__, ""


@pytest.mark.parametrize("seed", range(20 if DEEP else 1))
def test_any_acts_in_any_order_lose_no_cent(make_world, seed):
    world = make_world(float_cents=50_000)
    walk = Walk(world, seed)
    walk.open_an_account()
    done = []
    for _ in range(ACTS):
        done.append(walk.step())
        world.control.report()  # which adds everything up afresh
    assert len({name for name, refusal in done if not refusal}) > 8, done
    booked = [t.net for t in world.client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter()]
    balance = world.client.v1.balance.retrieve()
    has = sum(part.amount for part in [*balance.available, *balance.pending])
    assert has == sum(booked)

"""The letter that ends the way of the money: it is in the student's bank."""

from datetime import datetime

from marketplace.kernel import mail
from marketplace.kernel.letters import About
from marketplace.kernel.models import Topic
from payments.models import Payout


def payout_arrived(payout: Payout, *, at: datetime) -> None:
    why = "you are paid for work that you found here"
    about = About("/money/", "See your money", why, Topic.MONEY)
    key, to = f"payout-arrived:{payout.pk}", payout.payee.user
    mail.send("payments/payout_arrived", to=to, key=key, at=at, about=about, amount=payout.amount)

"""Letters about payments that a bank takes back."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.kernel.models import Topic
from payments.emails import to_company, to_student
from payments.models import Chargeback
from projects.models import Engagement


def payment_taken_back(chargeback: Chargeback, engagement: Engagement, *, at: datetime) -> None:
    """The student is told to stop at once (PRODUCT.md); the company hears that everything stands still."""
    key = f"chargeback:{chargeback.pk}:stopped:{at:%Y%m%d%H%M%S}"
    to_student("stop_working", engagement, key=key, at=at, topic=Topic.MONEY)
    to_company("payment_taken_back", engagement, key=key, at=at, topic=Topic.MONEY, amount=chargeback.amount)


def work_goes_on(chargeback: Chargeback, engagement: Engagement, *, at: datetime) -> None:
    key = f"chargeback:{chargeback.pk}:goes-on:{at:%Y%m%d%H%M%S}"
    to_student("work_goes_on", engagement, key=key, at=at, topic=Topic.MONEY)
    to_company("work_goes_on", engagement, key=key, at=at, topic=Topic.MONEY)


def bank_kept_it(
    chargeback: Chargeback, engagement: Engagement, *, ended: Sequence[str], at: datetime
) -> None:
    key = f"chargeback:{chargeback.pk}:lost:{at:%Y%m%d%H%M%S}"
    to_student("bank_kept_payment", engagement, key=key, at=at, topic=Topic.MONEY, ended=list(ended))
    sums = {"amount": chargeback.amount}
    to_company("you_got_it_back", engagement, key=key, at=at, topic=Topic.MONEY, ended=list(ended), **sums)

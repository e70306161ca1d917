"""The net under webhooks of students' accounts: what each account's own list has, read where somebody waits for it.

Reads at Stripe are counted (PAYMENTS.md 1.3: 500 for each payment of 30 days, 10,000 a month at least). An account
is read while money is held for it or on its way to its bank, daily or every six hours; others are not. So a
payment that takes ten days to its bank costs some 60 reads, and a site on which nothing happens none.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import models
from django.db.models import F, FilteredRelation, Q

from marketplace.kernel.failpoints import reach
from payments import operations, stripe_gateway
from payments.models import Hold, LeavingPay, Payee, PayeeReading, Payout, Release, StripeEvent
from payments.reconciling import polling
from payments.stripe_gateway import StripeFailed

EVENTS, BANKS = PayeeReading.What.EVENTS, PayeeReading.What.BANKS
AWAITED_EVERY, IN_USE_EVERY = timedelta(hours=6), timedelta(days=1)
SOON_THERE = timedelta(days=10)  # so long what was sent is asked for often: Stripe pays out within days
AWAITED_FOR = timedelta(days=60)  # payouts may be monthly
A_RUN = 40  # accounts, each of one read unless it has a hundred events
IN_A_ROW = 3  # failures, after which it is not the accounts
UNREAD_FOR = timedelta(days=1)
NAMED = 5  # accounts in one alarm

Read = Callable[[Payee], None]


def read_accounts(*, at: datetime) -> None:
    """Keep what is missing of those whose turn it is, for the inbox to handle. Raises StripeFailed; see `each`."""
    each(list(due_accounts(at=at)[:A_RUN]), EVENTS, partial(read_account, at=at), at=at)
    rows = PayeeReading.objects.filter(what=EVENTS, failing_since__lte=at - UNREAD_FOR)
    still = rows.filter(due_at__gt=at - 2 * PayeeReading.LATEST)  # whoever is in use no more is not read
    still = still.exclude(payee__stripe_account=None)
    operations.follow("accounts_unread", by_error(still), at=at)


def compare_owed(*, at: datetime) -> None:
    """Ask again for bank accounts that Stripe refused to list, or whose changes nobody may have told us of."""
    rows = PayeeReading.objects.filter(what=BANKS)
    rows.filter(payee__stripe_account=None).delete()
    owed = [row.payee for row in rows.due(BANKS, at=at).select_related("payee")[:A_RUN]]
    each(owed, BANKS, partial(operations.compare_banks, at=at), at=at)
    operations.follow("banks_unread", by_error(rows.exclude(failing_since=None)), at=at)


def each(payees: list[Payee], what: str, read: Read, *, at: datetime) -> None:
    """One that fails is asked again later and does not stop the rest; where all fail, so does this."""
    failed = 0
    for payee in payees:
        try:
            read(payee)
        except StripeFailed as failure:
            PayeeReading.objects.failed(payee, what, failure.in_short, at=at)
            failed += 1
            if failed == IN_A_ROW:
                raise
        else:
            failed = 0
        reach("account_read")


def read_account(payee: Payee, *, at: datetime) -> None:
    """One account from where it was read to. Raises StripeFailed; its place stays then, so that nothing is lost."""
    account = str(payee.stripe_account)
    row, _ = PayeeReading.objects.get_or_create(payee=payee, what=EVENTS, defaults={"due_at": at})
    try:
        listed = partial(stripe_gateway.account_events_since, account)
        read_until = polling.poll(listed, row.read_until, at=at)
    except StripeFailed as failure:
        if failure.is_shut_out:
            tell_of_refusal(account, at=at)
        raise
    reach("account_events_kept")
    if (
        row.read_at is None or at - row.read_at > polling.REACH
    ):  # more happened than is listed: look at it itself
        PayeeReading.objects.get_or_create(payee=payee, what=BANKS, defaults={"due_at": at})
    PayeeReading.objects.filter(pk=row.pk).update(
        read_until=read_until,
        read_at=at,
        due_at=at + (AWAITED_EVERY if is_awaited(payee, at=at) else IN_USE_EVERY),
        failing_since=None,
        last_error="",
    )


def tell_of_refusal(account: str, *, at: datetime) -> None:
    """That we were cut off stands in the account's own list, which we may not read any more. So it is kept as if we
    had been told, once a day; whoever handles it asks before it is believed.
    """
    told = {"id": f"refused_{account}_{at:%Y%m%d}", "type": "account.application.deauthorized"}
    StripeEvent.objects.keep_missing([(told | {"endpoint": "connect", "account": account}, b"")], at=at)


# Whose turn it is


def due_accounts(*, at: datetime) -> models.QuerySet[Payee]:
    """Those in use that are due, the longest unread first."""
    payees = Payee.objects.exclude(stripe_account=None).filter(user__in=people_in_use(at=at))
    of_events = FilteredRelation("readings", condition=Q(readings__what=EVENTS))
    due = payees.annotate(reading=of_events).filter(Q(reading=None) | Q(reading__due_at__lte=at))
    return due.order_by(F("reading__due_at").asc(nulls_first=True), "pk")


def people_in_use(*, at: datetime) -> models.QuerySet[Any, Any]:
    """Students for whom money is held, or to whom some was sent that their bank is not known to have.

    Each of the four is found by an index of what is under way, however much is over.
    """
    held = Hold.objects.filter(status=Hold.Status.FUNDED).values("engagement__student")
    left = LeavingPay.objects.filter(sent_at__gt=at - SOON_THERE).values("hold__engagement__student")
    going = Payout.objects.filter(status__in=Payout.UNDER_WAY, heard_at__gt=at - AWAITED_FOR)
    sent = sent_since(at - AWAITED_FOR).values("share__hold__engagement__student")
    return held.union(left, sent, going.values("payee__user"), all=True)


def sent_since(moment: datetime) -> models.QuerySet[Release]:
    """What was sent and is not known to be in a bank."""
    sent = Release.objects.filter(sent_at__gt=moment)
    return sent.filter(Q(payout=None) | ~Q(payout__status=Payout.Status.PAID))


def is_awaited(payee: Payee, *, at: datetime) -> bool:
    lately = sent_since(at - SOON_THERE).filter(share__hold__engagement__student=payee.user_id)
    return lately.exists()


def by_error(rows: models.QuerySet[PayeeReading]) -> dict[str, str]:
    """What fails for one reason is one cause."""
    causes = {}
    for error in rows.order_by("last_error").values_list("last_error", flat=True).distinct():
        accounts = rows.filter(last_error=error).order_by("pk")
        named = ", ".join(map(str, accounts.values_list("payee__stripe_account", flat=True)[:NAMED]))
        causes[error] = f"{accounts.count()} accounts, first {named}."
    return causes

"""External accounts: the bank account that a recipient is paid out to; the same number has the same fingerprint."""

import hashlib
from dataclasses import replace

import stripe

from payments.sandbox import annotations, events, listing
from payments.sandbox.errors import missing
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

KIND = "bank_account"
SHOWN_DIGITS = 4


def list_accounts(ctx: Context, params: Body, account: str) -> Body:
    if ctx.store.get(account, kind="v2.core.account") is None:
        raise missing("account", account, param="account")
    ctx.reach(account)
    url = f"/v1/accounts/{account}/external_accounts"
    return listing.page(replace(ctx, account=account), KIND, params, url=url)


def id_of(ctx: Context, owner: str) -> str:
    """Where payouts of this account go; something is named even where no number was ever told."""
    return ctx.store.meta(f"bank_account:{owner}", f"ba_{owner.removeprefix('acct_')}")


def has_one(ctx: Context, owner: str) -> bool:
    return bool(ctx.store.meta(f"bank_account:{owner}"))


def own_number(account: str) -> str:
    """A test number that nobody else is given."""
    return f"000{int(hashlib.sha256(account.encode()).hexdigest(), 16) % 10**9:09}"


def fingerprint(number: str) -> str:
    """Of the digits alone, and for every account of the platform the same."""
    return hashlib.sha256(f"bank {_digits(number)}".encode()).hexdigest()[:16]


def _digits(number: str) -> str:
    return "".join(filter(str.isdecimal, number))


def give(ctx: Context, account: Body, number: str) -> None:
    """The person has typed this number, which replaces the one before; the same again changes nothing.

    Raises ValueError for one without digits. Nothing of it is kept but its fingerprint and last four digits.
    """
    if not _digits(number):
        raise ValueError("Enter the number of a bank account.")
    owner = account["id"]
    before = ctx.store.get(id_of(ctx, owner), kind=KIND)
    if before is not None and before["fingerprint"] == fingerprint(number):
        return
    if before is not None:
        ctx.store.run("DELETE FROM object WHERE id = ?", before["id"])
        events.emit(ctx, "account.external_account.deleted", before, owner=owner)
    bank = annotations.blank(
        stripe.BankAccount,
        id=ctx.new_id("ba_"),
        account=owner,
        available_payout_methods=["standard"],
        bank_name="STRIPE TEST BANK",
        country=(account["identity"]["country"] or "us").upper(),
        currency=account["defaults"]["currency"] or "usd",
        default_for_currency=True,
        fingerprint=fingerprint(number),
        last4=_digits(number)[-SHOWN_DIGITS:].zfill(SHOWN_DIGITS),
        metadata={},
        routing_number="110000000",
        status="new",
    )
    ctx.store.add(bank, account=owner, created=ctx.now)
    ctx.store.set_meta(f"bank_account:{owner}", bank["id"])
    events.emit(ctx, "account.external_account.created", bank, owner=owner)

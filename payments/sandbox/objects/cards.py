"""Test cards: which numbers do what. No real card is ever accepted."""

import re
from dataclasses import dataclass

from payments.sandbox.clock import rfc3339


@dataclass(frozen=True)
class Card:
    number: str
    brand: str = "visa"
    asks: bool = False  # a second step, as 3-D Secure has it
    declined: str | None = None  # the bank's reason
    disputed: str | None = None  # soon after it is charged, for this reason; or as an inquiry
    warned: bool = False  # an early fraud warning follows soon
    refund: str | None = None  # what becomes of a refund a day later: `fails`, or `succeeds` only then
    at_once: bool = False  # what it brings is available at once

    @property
    def last4(self) -> str:
        return self.number[-4:]


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("5555555555554444", brand="mastercard"),
        Card("4000002500003155", asks=True),
        Card("4000000000009995", declined="insufficient_funds"),
        Card("4000000000000002", declined="generic_decline"),
        Card("4000000000000259", disputed="fraudulent"),
        Card("4000000000002685", disputed="product_not_received"),
        Card("4000000000001976", disputed="inquiry"),
        Card("4000000000005423", warned=True),
        Card("4000000000005126", refund="fails"),
        Card("4000000000007726", refund="succeeds"),
        Card("4000000000000077", at_once=True),
    )
}
EXPLAINED = (
    ("4242 4242 4242 4242", "pays"),
    ("4000 0025 0000 3155", "asks for a second step at the bank"),
    ("4000 0000 0000 9995", "is declined: not enough money"),
    ("4000 0000 0000 0259", "pays, and disputes it as fraud a minute later"),
    ("4000 0000 0000 1976", "pays, and its bank asks about it a minute later"),
    ("4000 0000 0000 5423", "pays, and the network warns of fraud a minute later"),
    ("4000 0000 0000 5126", "pays; a refund to it fails a day later"),
    ("4000 0000 0000 0077", "pays, and the money is available at once"),
)
DECLINES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "generic_decline": "Your card was declined.",
}


@dataclass(frozen=True)
class Details:
    """What was typed into the card page, as it was typed."""

    number: str = ""
    expiry: str = ""
    code: str = ""
    name: str = ""


def read(details: Details, *, now: int) -> tuple[Card | None, dict[str, str]]:
    """The card, or a sentence for each field that is wrong."""
    wrong = {}
    digits = re.sub(r"[ -]", "", details.number)
    card = CARDS.get(digits)
    if not re.fullmatch(r"\d{12,19}", digits, re.ASCII):
        wrong["number"] = "Enter the whole card number."
    elif card is None:
        wrong["number"] = "Only test cards work here. Use one of the numbers below."
    if sentence := _expiry_problem(details.expiry, now):
        wrong["expiry"] = sentence
    if not re.fullmatch(r"\d{3,4}", details.code.strip(), re.ASCII):
        wrong["code"] = "Enter the 3 or 4 digits of the security code."
    if not details.name.strip():
        wrong["name"] = "Enter the name on the card."
    return (None, wrong) if wrong else (card, {})


def expiry(text: str) -> tuple[int, int] | None:
    """`"12 / 34"` → (12, 2034)."""
    found = re.fullmatch(r"\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*", text, re.ASCII)
    if not found or not 1 <= int(found[1]) <= 12:
        return None
    year = int(found[2])
    return int(found[1]), year if year > 99 else 2000 + year


def _expiry_problem(text: str, now: int) -> str | None:
    found = expiry(text)
    if found is None:
        return "Enter the expiry date as month and year, for example 12/34."
    month, year = found
    today = rfc3339(now)
    if (year, month) < (int(today[:4]), int(today[5:7])):
        return "This card has expired."
    return None

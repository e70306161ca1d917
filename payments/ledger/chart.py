"""The chart of accounts (PAYMENTS.md 3.1): what each account means and whose it is."""

from enum import IntEnum, StrEnum

DEBIT, CREDIT = 1, -1


class Scope(StrEnum):
    """What an account is kept for: one each per scope id, the platform's own only once."""

    PLATFORM = "platform"
    HOLD = "hold"
    PAYEE = "payee"
    COMPANY = "company"
    DISPUTE = "dispute"
    PAYMENT = "payment"


class Code(IntEnum):
    """One kind of account. The database holds the same table in `ledger_in_chart`; a test compares them."""

    side: int
    scope: Scope
    guarded: bool

    def __new__(
        cls, code: int, side: int = DEBIT, scope: Scope = Scope.PLATFORM, guard: str = "may go below zero"
    ) -> "Code":
        member = int.__new__(cls, code)
        member._value_ = code
        member.side = side
        member.scope = scope
        member.guarded = guard == "never below zero"
        return member

    STRIPE_BALANCE = 1000, DEBIT
    """Our money at Stripe, pending and available; a full refund leaves it short by Stripe's fee."""
    STRIPE_RESERVED = 1100, DEBIT
    """What Stripe sets aside for connected accounts that are below zero."""
    DISPUTE_SUSPENSE = 1200, DEBIT, Scope.DISPUTE
    """Debited by a bank for a chargeback that is not decided yet."""
    RECEIVABLE_STUDENT = 1300, DEBIT, Scope.PAYEE
    """What a student owes after a fraud finding."""
    RECEIVABLE_EMPLOYER = 1310, DEBIT, Scope.COMPANY
    """What a company owes, such as a chargeback on fairly delivered work."""
    BANK = 1900, DEBIT
    """The platform's own bank account."""
    HELD = 2000, CREDIT, Scope.HOLD, "never below zero"
    """Captured and undecided: neither the student's nor the employer's yet."""
    STUDENT_PAYABLE = 2100, CREDIT, Scope.HOLD, "never below zero"
    """Promised to the student; the transfer does not exist at Stripe yet."""
    REFUND_PAYABLE = 2200, CREDIT, Scope.HOLD, "never below zero"
    """Promised to the employer; the refund is not booked at Stripe yet."""
    CLAWBACK_HELD = 2300, CREDIT, Scope.HOLD, "never below zero"
    """Back from a reversed transfer, not refunded yet."""
    UNAPPLIED = 2500, CREDIT, Scope.PAYMENT, "never below zero"
    """Paid to us without a place to go: a second payment, or one that came after the hold was void."""
    OWNER = 3000, CREDIT
    """What the owners put in."""
    PLATFORM_FEE = 4000, CREDIT
    """Earned with each release."""
    PROCESSING_FEE = 5000, DEBIT
    """Stripe's fee on a payment, as its balance transaction says it."""
    DISPUTE_FEE = 5100, DEBIT
    """Stripe's fee on a chargeback."""
    CHARGEBACK_LOSS = 5200, DEBIT
    """Lost chargebacks that the platform bears."""
    CONNECT_FEE = 5300, DEBIT
    """Stripe's fees for payees' accounts and payouts."""
    BAD_DEBT = 5400, DEBIT
    """Receivables given up."""
    GOODWILL = 5500, DEBIT
    """What the platform paid without owing it."""
    QUARANTINE = 9999, CREDIT
    """Movements at Stripe that nothing explains yet. Anything but zero rings an alarm."""

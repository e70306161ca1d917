"""The double-entry book: ids and amounts only, guarded in SQL, written through `post` alone.

Signs: a line's cents are positive for a debit and negative for a credit. A balance is counted in its
account's own direction, so 330.00 held reads as +330.00. Every function that writes must be called
inside the rule's transaction.

What happened, a function per kind of journal (`payments.ledger.journals`), each idempotent by its key:

    funded(hold=, payment=, gross=, processing_fee=, stripe_bt=, occurred_at=, operation=, actor=)
    unapplied(hold=, payment=, gross=, processing_fee=, stripe_bt=, occurred_at=, actor=)
    release_decided(hold=, operation=, share=, fee=, occurred_at=, actor=)
    releases_decided([release(hold=, operation=, share=, fee=), …], occurred_at=, actor=)    many new ones at once
    release_undone(operation=, occurred_at=, actor=)
    leaving_decided(hold=, operation=, amount=, occurred_at=, actor=)
    transferred(hold=, operation=, transfer=, amount=, stripe_bt=, occurred_at=)
    refund_decided(hold=, operation=, amount=, occurred_at=, actor=)
    unapplied_refund_decided(hold=, operation=, payment=, amount=, occurred_at=, actor=)
    refund_undone(operation=, occurred_at=, actor=)
    refund_booked(hold=, operation=, refund=, amount=, stripe_bt=, occurred_at=)
    refund_failed(hold=, operation=, refund=, amount=, stripe_bt=, occurred_at=)
    dispute_moved(hold=, dispute=, booking=)                   `payments.ledger.disputes`
    dispute_lost(hold=, dispute=, number=, from_held=, loss=, occurred_at=, actor=)
    dispute_recovered(hold=, dispute=, number=, to_loss=, to_held=, occurred_at=, actor=)
    reversed_(hold=, operation=, reversal=, amount=, stripe_bt=, occurred_at=)      `payments.ledger.reversals`
    reversal_refused(hold=, operation=, payee=, amount=, occurred_at=)
    clawback_refund_decided(hold=, operation=, share=, fee=, occurred_at=)
    clawback_kept(hold=, operation=, amount=, occurred_at=)
    bank_moved(bt), fee_charged(bt), reserve_moved(bt), quarantined(bt)   `payments.ledger.platform`

What stands in the book:

    balance(code, scope) -> Money
    balances_of(hold_id) -> HoldBalances(held, student_payable, refund_payable, clawback_held)
    balances_of_holds(hold_ids) -> dict[UUID, HoldBalances]   one query for a list
    released_so_far(hold_id) -> Released(share, fee)           what `fee_part` needs
    released_of_holds(hold_ids) -> dict[UUID, Released]        one query for many
    trial_balance() -> TrialBalance
    verify() -> list[Discrepancy]                              empty when the book agrees with itself
    seal() -> Seal, broken_seals() -> list[Broken]             what is sealed stays as it was

Underneath: `post(kind, business_key, [debit(code, money, scope), credit(…)], …) -> Journal`.
`payments.ledger.guards` compares the guards in the database with the SQL files.
"""

from payments.ledger.chart import Code, Scope
from payments.ledger.disputes import dispute_lost, dispute_moved, dispute_recovered, lost_of
from payments.ledger.journals import (
    funded,
    leaving_decided,
    refund_booked,
    refund_decided,
    refund_failed,
    refund_paid_otherwise,
    refund_undone,
    release,
    release_decided,
    release_undone,
    releases_decided,
    transferred,
    unapplied,
    unapplied_refund_decided,
)
from payments.ledger.models import Journal
from payments.ledger.platform import bank_moved, fee_charged, quarantined, reserve_moved
from payments.ledger.posting import JournalMismatch, Line, Overdrawn, Unbalanced, credit, debit, post
from payments.ledger.reading import (
    Discrepancy,
    HoldBalances,
    Released,
    TrialBalance,
    balance,
    balances_of,
    balances_of_holds,
    released_of_holds,
    released_so_far,
    trial_balance,
    verify,
)
from payments.ledger.reversals import clawback_kept, clawback_refund_decided, reversal_refused, reversed_
from payments.ledger.sealing import Broken, broken_seals, seal
from payments.ledger.standing import Standing, changes_of, standing_of, standing_of_each

__all__ = [
    "Broken",
    "Code",
    "Discrepancy",
    "HoldBalances",
    "Journal",
    "JournalMismatch",
    "Line",
    "Overdrawn",
    "Released",
    "Scope",
    "Standing",
    "TrialBalance",
    "Unbalanced",
    "balance",
    "balances_of",
    "balances_of_holds",
    "bank_moved",
    "broken_seals",
    "changes_of",
    "clawback_kept",
    "clawback_refund_decided",
    "credit",
    "debit",
    "dispute_lost",
    "dispute_moved",
    "dispute_recovered",
    "fee_charged",
    "funded",
    "leaving_decided",
    "lost_of",
    "post",
    "quarantined",
    "refund_booked",
    "refund_decided",
    "refund_failed",
    "refund_paid_otherwise",
    "refund_undone",
    "release",
    "release_decided",
    "release_undone",
    "released_of_holds",
    "released_so_far",
    "releases_decided",
    "reserve_moved",
    "reversal_refused",
    "reversed_",
    "seal",
    "standing_of",
    "standing_of_each",
    "transferred",
    "trial_balance",
    "unapplied",
    "unapplied_refund_decided",
    "verify",
]

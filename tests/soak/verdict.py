"""The end of a soak: our ledger and rows against the stand-in's books, object by object, and what was measured."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db.models import Sum

from payments import ledger
from payments.ledger import Code
from payments.ledger.models import Entry, Journal
from payments.models import Alarm, Chargeback, Hold, Operation, OperationAttempt, Refund, Release, StripeEvent
from projects.models import Deliverable

EXPECTED_ALARMS = {
    "operation_stuck",  # more tries than 20, under so many faults
    "operation_rejected",  # refused four times over
    *(
        "operation_unknown",
        "operation_late",
        "event_backlog",
        "untold",
        "deadline_late",
        "clock_silent",
        "journal_without_bt",
        "bt_unmatched",
    ),  # after each leap of the clock
    "unapplied_payment",  # a page that was paid as it was being closed: it was given back
    "second_payment",
    "reversal_refused",  # the student's bank has the money already
    "hold_is_old",
    *("chargeback", "chargeback_lost"),
    "chargeback_is_due",  # nobody of the soak answers a bank
    "balance_insufficient",  # as a fault says, and at times a bank has taken what was there
}


@dataclass
class Verdict:
    """Counts of operations and objects that do not match, and the cents by which books differ."""

    double_paid: int = 0
    unpaid: int = 0
    cents_off: int = 0
    wrong: list = field(default_factory=list)

    def __str__(self):
        return f"double-paid {self.double_paid}, unpaid {self.unpaid}, cents off {self.cents_off}"

    @property
    def is_clean(self):
        return not (self.double_paid or self.unpaid or self.cents_off or self.wrong)


def judge(remote):
    """Compare everything."""
    report, verdict = remote.report(), Verdict()
    for kind in (Operation.Kind.TRANSFER, Operation.Kind.REVERSAL, Operation.Kind.REFUND):
        compare(kind, report[f"{kind}s"], verdict)
    captures(report, verdict)
    chargebacks(report, verdict)
    promises(verdict)
    cents(report, verdict)
    loose_ends(verdict)
    return verdict


def compare(kind, objects, verdict):
    """Each operation that should have an object has one, of its amount; nobody has two."""
    made = defaultdict(list)
    for id_, one in objects.items():
        if one["status" if kind == "refund" else "amount"] not in ("failed", "canceled") and one["amount"]:
            made[one["metadata"].get("fh_op", "")].append((id_, one["amount"]))
    if kind == Operation.Kind.REFUND:
        made.pop("", None)  # what a cancelled reservation leaves: no money moved
    for operation in Operation.objects.filter(kind=kind):
        found = made.pop(str(operation.pk), [])
        wanted = operation.status not in (Operation.Status.CANCELLED, Operation.Status.FAILED)
        if len(found) > 1:
            verdict.double_paid += 1
            verdict.wrong.append(f"{kind} {operation.pk}: {found}")
        elif wanted and not found:
            verdict.unpaid += 1
            verdict.wrong.append(f"{kind} {operation.pk} is {operation.status}: {operation.last_error}")
        elif found and (not wanted or found[0] != (operation.stripe_id, operation.amount_cents)):
            verdict.wrong.append(
                f"{kind} {operation.pk} is {operation.status} {operation.stripe_id}: {found}"
            )
            verdict.cents_off += abs(found[0][1] - (operation.amount_cents if wanted else 0))
    verdict.wrong += [f"{kind} of nobody: {found}" for found in made.values()]
    verdict.double_paid += len(made)


def captures(report, verdict):
    """Each funded hold has its charge, of its gross; any other charge that was captured was given back in full."""
    taken = {id_: one for id_, one in report["charges"].items() if one["captured"]}
    for hold in Hold.objects.exclude(charge=None):
        charge = taken.pop(hold.charge, None)
        if charge is None or charge["amount_captured"] != hold.gross_cents:
            verdict.unpaid += 1
            verdict.wrong.append(f"the charge of {hold.pk}: {charge}")
    for id_, charge in taken.items():
        if charge["amount_refunded"] != charge["amount_captured"]:
            verdict.double_paid += 1
            verdict.wrong.append(f"{id_} was charged for nothing: {charge}")


def chargebacks(report, verdict):
    """Each dispute at a bank stands in our book as it ended, with every cent that it took or brought back."""
    known = dict(Chargeback.objects.values_list("pk", "status"))
    for id_, one in report["disputes"].items():
        if (ours := known.pop(id_, None)) != one["status"]:
            verdict.wrong.append(f"dispute {id_} is {one['status']} at Stripe, {ours} here")
        booked = set(Journal.objects.filter(stripe_id=id_).values_list("stripe_bt", flat=True)) - {None}
        if booked != set(one["balance_transactions"]):
            verdict.wrong.append(
                f"dispute {id_} was booked as {booked}, and is {one['balance_transactions']}"
            )
        if left := ledger.balance(Code.DISPUTE_SUSPENSE, id_).cents:
            verdict.cents_off += abs(left)
            verdict.wrong.append(f"dispute {id_} still holds {left}")
    verdict.wrong += [f"a dispute that nobody opened: {id_}" for id_ in known]


def promises(verdict):
    """Each promise to a student stands on a transfer that was made, each decided refund on one that is booked."""
    unsent = Release.objects.standing().exclude(operation__status="succeeded", sent_at__isnull=False)
    unbooked = Refund.objects.exclude(operation__status="succeeded")
    verdict.unpaid += unsent.count() + unbooked.count()
    verdict.wrong += [f"promised and not sent: {row.operation_id}" for row in unsent]
    verdict.wrong += [f"promised and not given back: {row.operation_id}" for row in unbooked]


def cents(report, verdict):
    """The book agrees with itself, with what the platform has at Stripe, and with what every student got there."""
    verdict.wrong += [str(found) for found in ledger.verify()]
    verdict.cents_off += sum(abs(cents) for cents in ledger.trial_balance().difference.values())
    # What the platform put in and took out stands in our book once it was compared with Stripe's; at Stripe always.
    at_stripe = report["balances"]["platform"].get("usd", {}).get("total", 0)
    at_stripe += report["outside"].get("bank:platform", {}).get("usd", 0)
    ours = ledger.balance(Code.STRIPE_BALANCE).cents + ledger.balance(Code.BANK).cents
    verdict.cents_off += abs(ours - at_stripe)
    for kind in (Journal.Kind.TRANSFER, Journal.Kind.REVERSAL):
        moved = sum(one["amount"] for one in report[f"{kind}s"].values())
        book = Entry.objects.filter(journal__kind=kind, amount_cents__gt=0)
        verdict.cents_off += abs((book.aggregate(cents=Sum("amount_cents"))["cents"] or 0) - moved)
    for code in (Code.HELD, Code.STUDENT_PAYABLE, Code.REFUND_PAYABLE, Code.CLAWBACK_HELD, Code.UNAPPLIED):
        left = Entry.objects.filter(account__code=code).aggregate(cents=Sum("amount_cents"))["cents"] or 0
        if left:
            verdict.wrong.append(f"{code.name} still holds {-left}")
            verdict.cents_off += abs(left)


def loose_ends(verdict):
    ends = (*Operation.ENDS,)
    stuck = Operation.objects.exclude(status__in=ends).values_list("kind", "status", "blocked_reason")
    verdict.wrong += [f"not finished: {row}" for row in stuck]
    events = StripeEvent.objects.exclude(status__in=["handled", "ignored"])
    verdict.wrong += [f"event {row.type} is {row.status}: {row.last_error}" for row in events]
    alarms = Counter(Alarm.objects.waiting().exclude(kind__in=EXPECTED_ALARMS).values_list("kind", flat=True))
    verdict.wrong += [f"alarm {kind}: {number}" for kind, number in alarms.items()]


# What was measured


def recoveries(since, until, pace):
    """How long, in the site's seconds, each operation lay whose worker died before it could say anything."""
    watched = [datetime.fromtimestamp(true, UTC) for true in (since, until)]
    tries = OperationAttempt.objects.filter(outcome="", sent_at__range=watched)
    times = []
    for one in tries.select_related("operation"):
        later = one.operation.tries.filter(number=one.number + 1).first()
        if later is not None:
            times.append((later.sent_at - one.sent_at).total_seconds() * pace)
    return times


def after_wipes(wipes, pace):
    """How long each operation lay that was due and untaken when Valkey was wiped."""
    times = []
    for at, waiting in wipes:
        tries = OperationAttempt.objects.filter(operation__in=waiting, number=1)
        times += [max(one.sent_at.timestamp() - at, 0) * pace for one in tries]
    return times


def silences():
    """How long after its end each silent review was approved, in the site's seconds, and when it was."""
    approved = Deliverable.objects.filter(status=Deliverable.Status.AUTO_APPROVED)
    rows = approved.values_list("approved_at", "review_ends_at")
    return [(at.timestamp(), (at - end).total_seconds()) for at, end in rows]

"""The money of one person, from the side of the student and from that of a company, never mixed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models import Sum as Summed
from django.db.models.functions import Cast, Ceil, Coalesce

from accounts.models import Company, User
from marketplace.kernel.money import Money
from payments import ledger
from payments.accounting.statements import years_of
from payments.ledger import Code, Standing
from payments.ledger.models import Account
from payments.models import Hold, Journal

EXACT = DecimalField(max_digits=40, decimal_places=12)


@dataclass(frozen=True)
class Sum:
    """One figure: what it is in a word, how much, what that means, and the tone of its mark."""

    name: str
    label: str
    amount: Money
    note: str
    tone: str


@dataclass(frozen=True)
class Totals:
    """Figures that add up to `whole`; what stands beside them counts in none of them."""

    figures: list[Sum]
    whole: Sum
    beside: list[Sum]


def standing_of_holds(holds: "QuerySet[Hold]") -> Standing:
    return ledger.standing_of(Journal.objects.filter(hold_id__in=holds.values("pk")))


def students_part_of_held(holds: "QuerySet[Hold]") -> Money:
    """What of the money still held is the students', in one query.

    `held` falls with each share s by s and by its part of the platform fee, floor(F * sum of s / S) in all (PAYMENTS
    0.2). Read backwards, the shares that have left are ceil((G - held) * S / G), and the rest is the student's.
    """
    held = Account.objects.filter(
        code=Code.HELD, currency=OuterRef("currency"), scope_id=Cast(OuterRef("pk"), Account.scope_id.field)
    ).values("balance__posted_cents")
    rows = holds.filter(funded_at__isnull=False).annotate(held=Coalesce(Subquery(held[:1]), Value(0)))
    gross, fee = Cast("gross_cents", EXACT), Cast("student_fee_cents", EXACT)
    left = F("student_fee_cents") - Ceil((gross - Cast("held", EXACT)) * fee / gross)
    return Money(int(rows.aggregate(cents=Summed(left, output_field=EXACT))["cents"] or 0))


def students_part(hold: Hold, held: Money) -> Money:
    """The same of one hold: `held` is what the book still holds of it."""
    left = -((held.cents - hold.gross_cents) * hold.student_fee_cents // hold.gross_cents)
    return hold.student_fee - Money(left)


def totals_of_student(user: User) -> Totals:
    """In three queries, however much there is."""
    holds = Hold.objects.earned_by(user)
    now, held = standing_of_holds(holds), students_part_of_held(holds)
    figures = [
        Sum(
            "held",
            "Held for you",
            held,
            "Charged and set aside; yours as each part is approved.",
            "held",
        ),
        Sum("promised", "Released, on its way", now.promised, "Approved, not sent yet.", "waiting"),
        Sum("sent", "Sent to your account", now.sent, "Left here for your bank.", "released"),
    ]
    whole = Sum("all", "Yours in all", held + now.student, "", "")
    return Totals(figures, whole, [])


def waits_for(user: User) -> Money:
    """What was released to this student and is not sent yet."""
    return standing_of_holds(Hold.objects.earned_by(user)).promised


def totals_of_employer(user: User) -> Totals:
    holds = Hold.objects.paid_for_by(user)
    now = standing_of_holds(holds)
    reserved = holds.filter(status__in=[Hold.Status.AUTHORISED, Hold.Status.CAPTURING])
    cents = reserved.aggregate(cents=Summed("gross_cents"))["cents"] or 0
    figures = [
        Sum("held", "Held", now.held, "Charged, and not decided yet.", "held"),
        Sum("students", "Paid to students", now.student, "Released by you or by silence.", "released"),
        Sum("fees", "Platform fee", now.fee, "Earned with each release.", "brand"),
        Sum("back", "Given back", now.back, "Back on the card, or on its way there.", "waiting"),
    ]
    if now.bank or now.borne:
        figures.append(
            Sum("bank", "Taken back by a bank", now.bank + now.borne, "After a chargeback.", "trouble")
        )
    whole = Sum("charged", "Charged to your cards", now.charged, "", "")
    aside = Sum(
        "reserved", "Reserved", Money(cents), "On a card, charged only if the student accepts.", "waiting"
    )
    return Totals(figures, whole, [aside])


@dataclass(frozen=True)
class Side:
    """One side's totals, payments and statements; `name` is `student`, `employer` or `moderator`.

    A statement is a company's slug (none on the side of the student), its name and a year.
    """

    name: str
    holds: "QuerySet[Hold]"
    totals: Totals | None
    statements: list[tuple[str, str, int]]


def student_side(user: User, *, at: datetime) -> Side:
    holds = Hold.objects.earned_by(user)
    papers = [("", "", year) for year in years_of(holds, at=at)]
    return Side("student", holds, totals_of_student(user), papers)


def employer_side(user: User, *, at: datetime) -> Side:
    holds = Hold.objects.paid_for_by(user)
    years = years_of(holds, at=at)
    companies = Company.objects.of(user).order_by("name", "pk").values_list("slug", "name")
    papers = [(slug, name, year) for slug, name in companies for year in years]
    return Side("employer", holds, totals_of_employer(user), papers)


def sides_of(user: User, *, at: datetime) -> list[Side]:
    """Every side that this person has; a moderator who has none looks at all payments."""
    sides = [student_side(user, at=at)] if user.is_student else []
    if user.is_employer:
        sides.append(employer_side(user, at=at))
    if not sides and user.is_staff:
        sides.append(Side("moderator", Hold.objects.visible_to(user), None, []))
    return sides

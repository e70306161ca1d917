"""Watching for fraud: cards that are tried out, a card of two companies, one device or one bank account of two people.

PRODUCT.md: shared cards, bank accounts or devices go to a fraud check; 5 failed cards a day stop a company. A check
decides nothing and loses nobody's money: it stops what it is about until a person has looked.
"""

import ipaddress
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Q

from accounts.models import Company, User
from marketplace.kernel import casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case, Risk
from marketplace.kernel.transactions import locked, relock
from payments.models import BankSeen, CardSeen, FraudCheck, Hold, Payee
from payments.stripe_gateway import Warned
from projects import cases
from projects.models import Engagement

Kind = FraudCheck.Kind


class BeingChecked(RuleViolation):
    """Something about the company waits for a person."""

    code = "being_checked"

    def __init__(self) -> None:
        super().__init__(
            "Somebody looks at your payments first, within a business day. Nothing is lost: offers that stand "
            "and work under way go on."
        )


def check_may_pay(company: Company) -> None:
    """Raises BeingChecked where cards of this company were refused too often, or worse was found."""
    if FraudCheck.objects.standing().filter(company=company, kind=Kind.CARDS).exists():
        raise BeingChecked


def note_card(hold: Hold, *, charge: str, fingerprint: str, failed: bool, at: datetime) -> None:
    """Keep what a card did, once, and look what that means. Call it on a locked hold."""
    _, is_new = CardSeen.objects.get_or_create(
        charge=charge, defaults={"hold": hold, "fingerprint": fingerprint, "failed": failed, "at": at}
    )
    if not is_new:
        return
    company = hold.engagement.company
    if failed:
        count_failures(company, at=at)
    elif fingerprint:
        look_at_owners(hold, fingerprint, at=at)


def count_failures(company: Company, *, at: datetime) -> None:
    tries = list(CardSeen.objects.failed_lately(company, at=at).values_list("fingerprint", flat=True))
    if len(tries) >= settings.FAILED_CARDS_A_DAY:
        open_check(Kind.CARDS, company, at=at, tries=len(tries), cards=len(set(tries)))


def look_at_owners(hold: Hold, fingerprint: str, *, at: datetime) -> None:
    """The same card at a company that is no kin of this one."""
    company = hold.engagement.company
    kin = Company.objects.kin_of(company)
    others = CardSeen.objects.filter(fingerprint=fingerprint).exclude(hold__engagement__company__in=kin)
    other = others.values_list("hold__engagement__company__public_id", flat=True).order_by("pk").first()
    if other:
        open_check(Kind.SHARED_CARD, company, hold=hold, at=at, other=other)


class WorkStopped(RuleViolation):
    """A bank took the payment back, and nothing about the work is decided until it has decided."""

    code = "work_stopped"

    def __init__(self) -> None:
        super().__init__(
            "The bank took the payment for this work back, so everything stands still until it has decided. "
            "No clock runs meanwhile."
        )


def check_not_stopped(engagement: Engagement) -> None:
    """Raises WorkStopped while a chargeback is open. The engagement is locked."""
    if engagement.holds.filter(hold_reason=Hold.Reason.BANK_DISPUTE).exists():
        raise WorkStopped


def record_warning(hold: Hold, warned: Warned, *, at: datetime) -> None:
    """The card network suspects fraud: the payment is stopped until a person has looked (PAYMENTS 2.2).

    While nothing is released, a full refund costs less than the chargeback that would follow.
    """
    with locked(hold.engagement) as engagement:
        hold = relock(hold)
        hold.engagement = engagement
        known = FraudCheck.objects.filter(kind=Kind.EARLY_WARNING, hold=hold)
        if warned.actionable and not known.filter(detail__warning=warned.id).exists():
            detail: dict[str, Any] = {"warning": warned.id, "says": warned.fraud_type}
            open_check(Kind.EARLY_WARNING, engagement.company, hold=hold, at=at, **detail)


def look_at_devices(hold: Hold, *, at: datetime) -> None:
    """Whether the student logs in from the very device of somebody who acts for the company."""
    student, company = hold.engagement.student, hold.engagement.company
    theirs = devices_of(company.members_now())
    if theirs & devices_of(User.objects.filter(pk=student.pk)):
        open_check(Kind.SHARED_DEVICE, company, hold=hold, at=at)


def devices_of(people: Any) -> set[tuple[str, str]]:
    """Public addresses with the browser that was there: a house or a school shares the one, not both for long."""
    rows = UserSession.objects.filter(user__in=people).values_list("ip", "user_agent")
    return {(ip, agent) for ip, agent in rows if agent and ipaddress.ip_address(ip).is_global}


def note_banks(payee: Payee, fingerprints: Iterable[str], *, at: datetime) -> None:
    """Keep where somebody is paid, and look at what is held for them and for whoever is paid there too.

    Call it outside a transaction: of two who tell of one account at once, the later then sees both.
    """
    for fingerprint in fingerprints:
        BankSeen.objects.get_or_create(payee=payee, fingerprint=fingerprint, defaults={"at": at})
    people = [payee.user_id, *sharers([payee.user_id]).values_list("pk", flat=True)]
    held = Hold.objects.filter(status=Hold.Status.FUNDED, engagement__student__in=people)
    for hold in held.select_related("engagement__student", "engagement__company").order_by("pk"):
        if shared_with(hold):
            with locked(hold.engagement) as engagement:
                hold = relock(hold)
                hold.engagement = engagement
                look_at_banks(hold, at=at)


def sharers(people: Iterable[int]) -> Any:
    """Who else is, or ever was, paid to a bank account of these."""
    banks = BankSeen.objects.of(people).values("fingerprint")
    return User.objects.filter(payee__banks_seen__fingerprint__in=banks).exclude(pk__in=people).distinct()


def shared_with(hold: Hold) -> dict[str, list[str]]:
    """Who else is paid to a bank account of the student's, and which cards of the company lead there, if any."""
    student, company = hold.engagement.student_id, hold.engagement.company
    banks = BankSeen.objects.of([student]).values("fingerprint")
    cards = CardSeen.objects.of_company(company).filter(fingerprint__in=banks).exclude(fingerprint="")
    found = {
        "sharing": sorted(sharers([student]).values_list("public_id", flat=True)),
        "cards": sorted(set(cards.values_list("fingerprint", flat=True))),
    }
    return found if any(found.values()) else {}


def look_at_banks(hold: Hold, *, at: datetime) -> None:
    """Whether the student and somebody else are paid to one bank account. Call it on a locked hold.

    What a person has looked at is not asked again: a couple may share an account and work for one company.
    """
    found = shared_with(hold)
    if not found:
        return
    engagement = hold.engagement
    looked = FraudCheck.objects.filter(
        Q(hold=hold) | Q(status=FraudCheck.Status.CLEARED),
        kind=Kind.SHARED_BANK,
        company=engagement.company,
        hold__engagement__student=engagement.student,
        decided_at__isnull=False,
    )
    if any(all(set(found[name]) <= set(check.detail[name]) for name in found) for check in looked):
        return
    people = User.objects.filter(public_id__in=found["sharing"]).values_list("pk", flat=True)
    open_check(Kind.SHARED_BANK, engagement.company, hold=hold, at=at, people=people, **found)


def open_check(
    kind: str,
    company: Company,
    *,
    at: datetime,
    hold: Hold | None = None,
    people: Iterable[int] = (),
    **detail: Any,
) -> FraudCheck:
    """Let a person look, once; a payment that it is about is stopped until then."""
    known = {"kind": kind, "company": company, "hold": hold, "status": FraudCheck.Status.WAITING}
    check, is_new = FraudCheck.objects.get_or_create(**known, defaults={"detail": detail, "at": at})
    if is_new:
        if hold is not None and not hold.hold_reason:
            hold.hold_reason = Hold.Reason.FRAUD_REVIEW
            hold.save(update_fields=["hold_reason"])
        casework.put(
            Case.Kind.FRAUD,
            check,
            words=str(check),
            at=at,
            due_at=cases.due(at),
            weight=casework.Weight(Risk.GRAVE, [kind]),
            company_ids=[company.pk],
            people=[*people, *([check.person.pk] if check.person else [])],
        )
    return check

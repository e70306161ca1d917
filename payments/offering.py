"""The offer: made on a reserved card, accepted, declined, withdrawn or expired."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Sum

from accounts import restraining
from accounts.models import Company, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import Money
from marketplace.kernel.transactions import locked, relock
from payments import emails, operations
from payments.models import Deadline, Hold, Payee, Share
from projects import matching
from projects.models import Application, Deliverable, Engagement, Project, PromisedMaterial


class NoSeatLeft(RuleViolation):
    """Every seat has a live offer or an engagement."""

    code = "no_seat_left"

    def __init__(self) -> None:
        super().__init__("Every seat of this project has an offer or is taken.")


class ProjectIsOver(RuleViolation):
    """Offers are made while a project is open, paused or closed to applications."""

    code = "project_is_over"

    def __init__(self) -> None:
        super().__init__("Offers can no longer be made for this project.")


class OfferStands(RuleViolation):
    """This applicant has a live offer or engagement already."""

    code = "offer_stands"

    def __init__(self) -> None:
        super().__init__("There is an offer to this applicant already.")


class OverUnprovenLimit(RuleViolation):
    """A company that is not proven yet may have only so much reserved or held."""

    code = "over_unproven_limit"

    def __init__(self) -> None:
        limit = Money(settings.UNPROVEN_LIMIT_CENTS)
        super().__init__(f"Until your company is proven, at most {limit} can be reserved or held at a time.")


class OfferIsOver(RuleViolation):
    """The offer's time ended before the answer."""

    code = "offer_is_over"

    def __init__(self) -> None:
        super().__init__("The time for this offer is over.")


class CountryUnknown(RuleViolation):
    """Nobody knows yet whether the student can be paid where they are."""

    code = "country_unknown"

    def __init__(self) -> None:
        super().__init__(
            "Say in which country your bank account is before you accept, so that you can be paid."
        )


OFFERABLE = (Project.Status.OPEN, Project.Status.PAUSED, Project.Status.CLOSED)
OVER = (Hold.Status.VOID, Hold.Status.SETTLED)


def make_offer(
    application: Application,
    *,
    by: User,
    at: datetime,
    version: int | None = None,
    pays_by: datetime | None = None,
) -> Engagement:
    """Choose an applicant for a seat and open the payment page; the offer stands once the card is reserved.

    With `pays_by` no page is opened yet: somebody else opens it, until then.

    Raises NoSeatLeft, OfferStands, ProjectIsOver, OverUnprovenLimit, Restrained, BeingChecked, StalePage,
    InvalidTransition.
    """
    with locked(application.project) as project:
        if not project.company.has_member(by):
            raise PermissionDenied
        application = relock(application)
        application.expect_version(version)
        if project.status not in OFFERABLE:
            raise ProjectIsOver
        if application.engagements.live().exists():
            raise OfferStands
        restraining.check_free(by, project.company, at=at)
        operations.check_may_pay(project.company)
        seat = free_seat(project)
        check_limit(project.company, project.total_price)
        if application.status == Application.Status.SUBMITTED:
            named_at = application.named_at or at
            application.become(
                Application.Status.SHORTLISTED, by=by, at=at, answered_at=at, named_at=named_at
            )
        if not application.can_become(Application.Status.OFFERED):
            application.become(Application.Status.OFFERED, by=by, at=at)  # says why not
        engagement = draw_up(project, application, seat=seat, by=by, at=at)
        hold = open_hold(engagement, at=at)
        if pays_by is None:
            operations.plan_checkout(hold, by=by, at=at)
        ends_at = pays_by or at + timedelta(minutes=settings.CHECKOUT_MINUTES)
        Deadline.objects.create(kind=Deadline.Kind.CHECKOUT_ENDS, engagement=engagement, due_at=ends_at)
    return engagement


def free_seat(project: Project) -> int:
    taken = set(Engagement.objects.live().filter(project=project).values_list("seat", flat=True))
    free = [seat for seat in range(1, project.seats + 1) if seat not in taken]
    if not free:
        raise NoSeatLeft
    return free[0]


def check_limit(company: Company, price: Money) -> None:
    if company.is_proven:
        return
    relock(company)  # two offers of one company at once would each see only the other's past
    holds = Hold.objects.filter(engagement__company=company).exclude(status__in=OVER)
    bound = holds.aggregate(cents=Sum("gross_cents"))["cents"] or 0
    if bound + price.cents > settings.UNPROVEN_LIMIT_CENTS:
        raise OverUnprovenLimit


def draw_up(project: Project, application: Application, *, seat: int, by: User, at: datetime) -> Engagement:
    """The engagement and its deliverables, copied from the project as it is now."""
    assert project.fee_cents is not None
    assert project.platform_fee_cents is not None
    assert project.hours is not None
    engagement = Engagement.objects.create(
        project=project,
        application=application,
        company=project.company,
        student=application.student,
        seat=seat,
        terms=application.snapshot_terms(),
        currency=project.currency,
        fee_cents=project.fee_cents,
        platform_fee_cents=project.platform_fee_cents,
        hours=project.hours,
        created_at=at,
        offered_by=by,
    )
    Deliverable.objects.bulk_create(
        Deliverable(
            engagement=engagement,
            number=part.number,
            title=part.title,
            criteria=part.criteria,
            share_cents=part.share_cents,
            due_days=part.due_days,
        )
        for part in project.planned_deliverables.order_by("number")
    )
    PromisedMaterial.objects.bulk_create(
        PromisedMaterial(engagement=engagement, number=number, words=words)
        for number, words in enumerate(project.promised_materials, 1)
    )
    return engagement


def open_hold(engagement: Engagement, *, at: datetime) -> Hold:
    hold = Hold.objects.create(
        engagement=engagement,
        currency=engagement.currency,
        student_fee_cents=engagement.fee_cents,
        platform_fee_cents=engagement.platform_fee_cents,
        gross_cents=engagement.fee_cents + engagement.platform_fee_cents,
        created_at=at,
    )
    Share.objects.bulk_create(
        Share(hold=hold, deliverable=part, amount_cents=part.share_cents)
        for part in engagement.deliverables.order_by("number")
    )
    return hold


def accept_offer(engagement: Engagement, *, by: User, at: datetime, version: int | None = None) -> Engagement:
    """Say yes: the reserved card is charged, and the work starts when the money is held.

    Raises OfferIsOver, NotEligible, EligibilityUnknown, CountryUnknown, StalePage, InvalidTransition.
    """
    with locked(engagement) as engagement:
        if by.pk != engagement.student_id:
            raise PermissionDenied
        engagement.expect_version(version)
        engagement.become(Engagement.Status.FUNDING, by=by, at=at, accepted_at=at)
        if engagement.offer_expires_at is None or at >= engagement.offer_expires_at:
            raise OfferIsOver
        matching.check_eligible(engagement.eligibility_kind, by)  # the answer may be another one by now
        if not Payee.objects.filter(user=by).exists():
            raise CountryUnknown
        Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
        operations.plan_capture(relock(engagement.holds.get(number=1)), by=by, at=at)
    return engagement


def decline_offer(engagement: Engagement, *, by: User, at: datetime) -> Engagement:
    """Say no: the reservation goes back to the card. Raises InvalidTransition."""
    with locked(engagement) as engagement:
        if by.pk != engagement.student_id:
            raise PermissionDenied
        reason = "The student declined the offer."
        operations.end_offer(engagement, Engagement.Status.DECLINED, by=by, at=at, reason=reason)
        emails.offer_declined(engagement, at=at)
    return engagement


def withdraw_offer(engagement: Engagement, *, by: User, at: datetime) -> Engagement:
    """Take an offer back before it is answered. Raises InvalidTransition."""
    with locked(engagement) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        reason = "The employer withdrew the offer."
        operations.end_offer(engagement, Engagement.Status.WITHDRAWN, by=by, at=at, reason=reason)
        emails.offer_withdrawn(engagement, at=at)
    return engagement


def expire_offer(engagement: Engagement, *, at: datetime) -> bool:
    """End an offer whose time is over; False where it was answered or is still running."""
    with locked(engagement) as engagement:
        waits = engagement.status == Engagement.Status.OFFERED
        if not waits or engagement.offer_expires_at is None or at < engagement.offer_expires_at:
            return False
        reason = "Nobody answered in time."
        operations.end_offer(engagement, Engagement.Status.EXPIRED, by=None, at=at, reason=reason)
        emails.offer_expired(engagement, at=at)
    return True


def abandon_checkout(engagement: Engagement, *, at: datetime) -> bool:
    """The payment page was left: the seat is free again. False where the card was reserved meanwhile."""
    with locked(engagement) as engagement:
        if engagement.status != Engagement.Status.AUTHORISING:
            return False
        operations.leave_page(engagement, by=None, at=at, reason="The payment page was left.")
    return True


def give_up_payment(engagement: Engagement, *, at: datetime) -> bool:
    """The card was refused and nobody paid again in 48 h. False where it was paid meanwhile."""
    with locked(engagement) as engagement:
        hold = relock(engagement.holds.get(number=1))
        failed = hold.status in {Hold.Status.CAPTURE_FAILED, Hold.Status.CHECKOUT_OPEN, Hold.Status.UNFUNDED}
        if engagement.status != Engagement.Status.FUNDING or not failed:
            return False
        reason = "The payment was refused and not repeated in time."
        engagement.become(Engagement.Status.PAYMENT_FAILED, by=None, at=at, reason=reason, finished_at=at)
        relock(engagement.application).become(Application.Status.VOID, by=None, at=at, reason=reason)
        Deadline.objects.pending().filter(engagement=engagement).update(done_at=at)
        operations.plan_void(hold, by=None, at=at, reason=reason)
        emails.payment_failed(engagement, at=at)
    return True


def remind_of_offer(engagement: Engagement, *, due_at: datetime, at: datetime) -> None:
    """Tell the student that the offer's time is running; nothing where it was answered."""
    engagement.refresh_from_db()
    if engagement.status == Engagement.Status.OFFERED:
        emails.offer_reminder(engagement, due_at=due_at, at=at)

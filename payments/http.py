"""What the doors of money share: how they find things, and the calls behind which a person waits for Stripe.

What a person may not see is 404; whoever only sees it is refused with 403.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts import onboarding
from accounts.http import ApiRequest, PersonRequest
from accounts.models import Company, Sanction, User
from payments import funding, offering, operations, paying_out, stripe_gateway
from payments.models import FraudFinding, Hold, MoreWork, Operation, PaymentRequest
from projects import matching
from projects.http import with_everything
from projects.models import Application, Deliverable, Engagement, Project

Asker = PersonRequest | ApiRequest
YEARS = range(2000, 3000)


def against_me(request: Asker) -> "QuerySet[Sanction]":
    """Decisions of moderators about this person and their companies."""
    mine = Sanction.objects.visible_to(request.user).select_related("company")
    ids = request.user.company_ids
    return mine.filter(person=request.user) | mine.filter(company__in=ids)


def deliverable_or_404(request: Asker, public_id: str, number: int) -> Deliverable:
    mine = Deliverable.objects.visible_to(request.user).select_related(
        "engagement__company", "engagement__student", "engagement__project"
    )
    return get_object_or_404(mine, engagement__public_id=public_id, number=number)


def project_or_404(request: Asker, public_id: str) -> Project:
    seen = Project.objects.visible_to(request.user).select_related("company")
    return get_object_or_404(seen, public_id=public_id)


def application_of_company(request: Asker, public_id: str) -> Application:
    """One that this person may answer."""
    seen = Application.objects.visible_to(request.user).select_related("project__company", "student")
    application = get_object_or_404(seen, public_id=public_id)
    only_company(application.project.company, request)
    return application


def engagement_or_404(request: Asker, public_id: str) -> Engagement:
    mine = Engagement.objects.visible_to(request.user).select_related("company", "student", "project")
    return get_object_or_404(mine, public_id=public_id)


def engagement_with_money(request: Asker) -> Any:
    """Engagements that this person sees, with all that their page of money shows."""
    seen = with_everything(Engagement.objects.visible_to(request.user))
    return seen.prefetch_related("holds__operations", "holds__more_work__payment_requests")


def year_or_404(year: int) -> int:
    """A year that books can have."""
    if year not in YEARS:
        raise Http404
    return year


def paid_by_me(request: Asker, public_id: str) -> Hold:
    """The hold of an engagement that this person's company pays."""
    seen = Hold.objects.visible_to(request.user).filter(number=1)
    related = seen.select_related("engagement__company", "engagement__student", "engagement__project")
    hold = get_object_or_404(related, engagement__public_id=public_id)
    only_company(hold.engagement.company, request)
    return hold


def more_work_or_404(request: Asker, public_id: str, number: int) -> MoreWork:
    """What was proposed in an engagement that this person sees."""
    seen = MoreWork.objects.visible_to(request.user)
    related = seen.select_related("engagement__company", "engagement__student", "engagement__project", "hold")
    return get_object_or_404(related, engagement__public_id=public_id, number=number)


def only_company(company: Company, request: Asker) -> None:
    """Whoever sees a page of this company without acting for it is refused."""
    if not company.has_member(request.user):
        raise PermissionDenied


def only_student(engagement: Engagement, request: Asker) -> None:
    """Whoever sees this engagement without being its student is refused."""
    if engagement.student_id != request.user.pk:
        raise PermissionDenied


def only_sides(engagement: Engagement, request: Asker) -> None:
    """A moderator, who only looks, is refused."""
    if engagement.role_of(request.user) not in {"student", "employer"}:
        raise PermissionDenied


def request_or_404(token: str) -> PaymentRequest:
    """What stands behind the address in a payer's letter."""
    work = ("engagement", "more_work__engagement")
    related = (
        "asked_by",
        "more_work__hold",
        *(f"{way}__{end}" for way in work for end in ("company", "project")),
    )
    return get_object_or_404(PaymentRequest.objects.of_token(token).select_related(*related))


def asked_for_work_or_404(request: Asker, public_id: str, number: int) -> PaymentRequest:
    """Whom this person's company asked to pay for more work."""
    mine = PaymentRequest.objects.visible_to(request.user).filter(taken_back_at=None)
    related = mine.select_related("more_work__engagement__company")
    return get_object_or_404(related, more_work__engagement__public_id=public_id, more_work__number=number)


def found_of_me(request: Asker) -> "QuerySet[FraudFinding]":
    """Findings of fraud about this student, once they stand."""
    standing = FraudFinding.objects.filter(status__in=["standing", "lifted"])
    mine = standing.filter(release__share__hold__engagement__student=request.user)
    return mine.select_related("release__share__hold__engagement")


# Where a person waits for Stripe


def payment_address(hold: Hold, *, at: datetime) -> str | None:
    """The payment page, opened now if Stripe answers; None where one has to look again."""
    for operation in hold.operations.filter(kind=Operation.Kind.CHECKOUT, status__in=Operation.OPEN):
        operations.run_now(operation, at=at)
    try:
        return funding.payment_page(hold)
    except stripe_gateway.StripeFailed:
        return None


def looked_again(asked: PaymentRequest, *, at: datetime) -> bool:
    """Book what became of a page that is open, since it may have closed by itself; False where Stripe is silent."""
    hold = asked.hold
    if hold.status == Hold.Status.CHECKOUT_OPEN:
        try:
            funding.confirm_payment(hold, at=at)
        except stripe_gateway.StripeFailed:
            return False
    return True


def accept(
    engagement: Engagement, *, by: User, at: datetime, version: int | None, answers: dict[str, Any]
) -> Engagement:
    """The student's yes, and the charge; `answers` are what AcceptForm asks of who has not said it before."""
    if "may_work_as" in answers:
        onboarding.tell_eligibility(by.student_profile, may_work_as=answers["may_work_as"])
    # Before anything else, or an account would be opened in vain.
    matching.check_eligible(engagement.eligibility_kind, by)
    if "country" in answers:
        paying_out.open_account(by, country=answers["country"], at=at)
    engagement = offering.accept_offer(engagement, by=by, at=at, version=version)
    operations.run_now(Operation.objects.get(hold__engagement=engagement, kind=Operation.Kind.CAPTURE), at=at)
    engagement.refresh_from_db()
    return engagement

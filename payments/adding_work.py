"""More work in an engagement under way: proposed by the employer, agreed to by the student."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Sum

from accounts import restraining
from accounts.models import Block, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked, relock
from payments import operations
from payments.emails import more_work as letters
from payments.emails import paying_for
from payments.models import Deadline, MoreWork
from payments.reviewing import MaterialsMissing
from projects import bidding, cases, checking, drafts, faults, matching, messaging
from projects.faults import Fault
from projects.models import Engagement
from projects.models.projects import MAX_MORE_WORK

Status = MoreWork.Status
PROPOSALS_A_DAY = 5  # in one engagement: each is a letter


class NotUnderWay(RuleViolation):
    """Work is added only to work that goes on."""

    code = "not_under_way"

    def __init__(self) -> None:
        super().__init__(
            "More work can be agreed on only while the work is under way. Post a further project."
        )


class ProposalOpen(RuleViolation):
    """One proposal is answered and paid, or ends, before the next one is made."""

    code = "proposal_open"

    def __init__(self) -> None:
        super().__init__("There is a proposal already that is not answered or not paid yet.")


class EnoughWork(RuleViolation):
    """An engagement is added to only so often, and its student asked only so often in a day."""

    code = "enough_work"


class TooManyHours(RuleViolation):
    """PRODUCT.md: at most 120 h in 12 months for one student with one company."""

    code = "too_many_hours"

    def __init__(self, left: int) -> None:
        most = settings.ONE_COMPANY_HOURS
        super().__init__(
            f"With one company a student works at most {most} hours in 12 months; {left} are left. Hiring is free."
        )


class ProposalIncomplete(RuleViolation):
    """Something is missing, or breaks one of the site's numbers."""

    code = "proposal_incomplete"

    def __init__(self, found: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in found))


class ProposalIsOver(RuleViolation):
    """Its time ended before the answer, or before the payment."""

    code = "proposal_is_over"

    def __init__(self) -> None:
        super().__init__("The time for this proposal is over.")


class Terms(NamedTuple):
    """What is proposed: `brief` says what is to be done, `due_days` count from when the money is held."""

    title: str
    brief: str
    criteria: Sequence[str]
    fee_cents: int
    hours: int
    due_days: int

    @property
    def texts(self) -> dict[str, str]:
        """Its words, by the field that they stand in."""
        return checking.words_of_part(self.title, self.brief, self.criteria)

    def trimmed(self) -> "Terms":
        criteria = [line.strip() for line in self.criteria if line.strip()]
        return self._replace(title=self.title.strip(), brief=self.brief.strip(), criteria=criteria)


def propose(
    engagement: Engagement, terms: Terms, *, by: User, at: datetime, flagged: bool = False
) -> MoreWork:
    """Ask the student for one more part. Nothing is charged yet.

    Raises NotUnderWay, ProposalIncomplete, ProposalOpen, EnoughWork, TooManyHours, MaterialsMissing, WorkStopped,
    Restrained, NotTogether, BeingChecked; WordsNoticed unless `flagged`, that is sent knowingly.
    """
    terms = terms.trimmed()
    with locked(engagement) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        restraining.check_free(by, engagement.company, at=at)
        if Block.objects.between(engagement.student_id, engagement.company_id).exists():
            raise bidding.NotTogether
        operations.check_may_pay(engagement.company)
        check_goes_on(engagement)
        check_room(engagement, hours=terms.hours, at=at)
        if found := list(faults_of(terms)):
            raise ProposalIncomplete(found)
        noticed = checking.findings_in_more_work(terms.texts)
        if noticed and not flagged:
            raise bidding.WordsNoticed(noticed[0])
        price = drafts.price(terms.fee_cents, terms.hours, 1)
        assert price.platform is not None
        more = MoreWork.objects.create(
            engagement=engagement,
            number=engagement.more_work.count() + 1,
            platform_fee_cents=price.platform.cents,
            proposed_by=by,
            created_at=at,
            answer_by_at=at + timedelta(hours=settings.MORE_WORK_ANSWER_HOURS),
            **terms._asdict(),
        )
        Deadline.objects.await_more_work(engagement, until=more.answer_by_at, at=at)
        words = "\n\n".join(terms.texts.values())
        cases.keep_flag(noticed, at=at, engagement=engagement, author=by, words=words)
        letters.proposed(more, at=at)
    return more


def faults_of(terms: Terms) -> Iterator[Fault]:
    """What breaks a rule, by the site's numbers of today: those of a project's part, from one hour on."""
    draft: drafts.Draft = {
        "title": terms.title,
        "brief": terms.brief,
        "industry": None,
        "job_role": None,
        "skills": (),
        "hours": terms.hours,
        "fee_cents": terms.fee_cents,
        "seats": 1,
        "starts_within_days": 0,
        "window_days": settings.APPLICATION_WINDOW_DAYS,
        "questions": (),
        "parts": [drafts.Part(terms.title, terms.criteria, due_days=terms.due_days)],
    }
    numbers = drafts.site_numbers() | {"min_hours": 1}
    if not terms.brief:
        yield Fault("brief", "Describe what is to be done.")
    for field, text in terms.texts.items():
        if problem := messaging.problem_in(text):
            yield Fault(field, problem)
    yield from faults.faults_of_parts(draft)
    yield from faults.faults_of_time(draft, numbers)
    yield from faults.faults_of_money(draft, numbers)


def check_goes_on(engagement: Engagement) -> None:
    if engagement.status != Engagement.Status.ACTIVE:
        raise NotUnderWay
    operations.check_not_stopped(engagement)
    if engagement.missing_materials:
        raise MaterialsMissing


def check_room(engagement: Engagement, *, hours: int, at: datetime) -> None:
    proposals = engagement.more_work
    if proposals.open().exists():
        raise ProposalOpen
    if proposals.filter(status=Status.STARTED).count() >= MAX_MORE_WORK:
        raise EnoughWork(f"Work is added at most {MAX_MORE_WORK} times. Post a further project.")
    if proposals.filter(created_at__gt=at - timedelta(days=1)).count() >= PROPOSALS_A_DAY:
        raise EnoughWork("That is as many proposals as can be made in one day. Go on tomorrow.")
    left = settings.ONE_COMPANY_HOURS - hours_together(engagement, at=at)
    if hours > left:
        raise TooManyHours(max(left, 0))


def hours_together(engagement: Engagement, *, at: datetime) -> int:
    """Of this student with this company in the last 12 months."""
    together = Engagement.objects.filter(
        student=engagement.student_id,
        company=engagement.company_id,
        accepted_at__gt=at - timedelta(days=365),
        starts_at__isnull=False,
    )
    added = MoreWork.objects.filter(status=Status.STARTED, engagement__in=together)
    return sum(rows.aggregate(hours=Sum("hours"))["hours"] or 0 for rows in (together, added))


def agree(more: MoreWork, *, by: User, at: datetime, version: int | None = None) -> MoreWork:
    """The student's yes; work on it starts once the money is held.

    Raises NotUnderWay, WorkStopped, MaterialsMissing, ProposalIsOver, NotEligible, StalePage, InvalidTransition.
    """
    with locked(more.engagement) as engagement:
        if by.pk != engagement.student_id:
            raise PermissionDenied
        more = on_locked(more, engagement, version=version)
        check_goes_on(engagement)
        pay_by_at = at + timedelta(hours=settings.MORE_WORK_PAY_HOURS)
        more.become(Status.AGREED, by=by, at=at, agreed_at=at, pay_by_at=pay_by_at)
        if at >= more.answer_by_at:
            raise ProposalIsOver
        matching.check_eligible(engagement.eligibility_kind, by)
        Deadline.objects.await_more_work(engagement, until=pay_by_at, at=at)
        letters.agreed(more, at=at)
    return more


def decline(more: MoreWork, *, by: User, at: datetime, version: int | None = None) -> MoreWork:
    """The student's no; the work agreed on before is not touched by it. Raises StalePage, InvalidTransition."""
    with locked(more.engagement) as engagement:
        if by.pk != engagement.student_id:
            raise PermissionDenied
        more = on_locked(more, engagement, version=version)
        operations.end_more_work(more, Status.DECLINED, by=by, at=at)
        letters.declined(more, at=at)
    return more


def withdraw(more: MoreWork, *, by: User, at: datetime) -> MoreWork:
    """The employer takes it back before it is paid. Raises BeingCharged, InvalidTransition."""
    with locked(more.engagement) as engagement:
        if not engagement.company.has_member(by):
            raise PermissionDenied
        more = on_locked(more, engagement)
        operations.end_more_work(more, Status.WITHDRAWN, by=by, at=at)
        letters.withdrawn(more, at=at)
    return more


def on_locked(more: MoreWork, engagement: Engagement, *, version: int | None = None) -> MoreWork:
    more = relock(more)
    more.engagement = engagement
    more.expect_version(version)
    return more


def lapse(engagement: Engagement, *, at: datetime) -> bool:
    """Nobody answered, or nobody paid: it is not added. False where it was, or the card is being charged now."""
    with locked(engagement) as engagement:
        more = engagement.more_work.open().select_for_update(of=("self",)).first()
        if more is None or more.until is None or at < more.until or more.is_being_charged:
            return False
        more.engagement = engagement
        status = Status.EXPIRED if more.status == Status.PROPOSED else Status.UNPAID
        operations.end_more_work(more, status, by=None, at=at)
        letters.over(more, at=at)
    return True


def remind(engagement: Engagement, *, at: datetime) -> None:
    """Tell whose turn it is that the proposal ends soon; nothing where it was answered, paid or has ended."""
    with locked(engagement) as engagement:
        more = engagement.more_work.open().first()
        if more is not None and more.until and at < more.until and not more.is_being_charged:
            more.engagement = engagement
            letters.reminder(more, at=at)
            if more.payment_request is not None:
                paying_for.payer_reminder(more.payment_request, at=at)

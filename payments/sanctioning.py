"""Warning, limit, suspension: what each touches is seen before it is done, and a second person signs what is large.

PRODUCT.md: nobody's money is lost by a sanction. Work under way goes on and is paid as agreed; only what nobody
has accepted yet ends, and its cards are freed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from accounts import emails as letters
from accounts.models import Company, Sanction, User
from marketplace.kernel import auditing, casework
from marketplace.kernel import countersigning as outside
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case, Letter
from marketplace.kernel.money import Money
from marketplace.kernel.transactions import locked, relock
from payments import cancelling, countersigning, emails
from payments.cancelling import UNANSWERED_OFFERS
from payments.countersigning import ask_for_second, check_stranger, passes_alone
from projects import emails as project_letters
from projects import moderating
from projects.models import Application, Engagement, Project

Level, Status = Sanction.Level, Sanction.Status
REASON = "The account was suspended."


class StaffIsNotSanctioned(RuleViolation):
    """Powers are taken from staff first, in the administration."""

    code = "staff_not_sanctioned"

    def __init__(self) -> None:
        super().__init__("This person is staff. Take their powers first.")


class Touched(NamedTuple):
    """All that a sanction does, in the order in which a person reads it."""

    projects: list[Project]
    offers: list[Engagement]
    applications: list[Application]
    goes_on: list[Engagement]
    freed_cents: int
    held_cents: int
    letters: list[Letter]


# Seeing what it does


def preview(
    subject: User | Company, *, level: str, codes: Sequence[str], note: str, by: User, at: datetime
) -> Touched:
    """What the sanction would do: it is done and undone again, so that nothing can be forgotten here.

    Raises what `impose` raises.
    """
    with transaction.atomic():
        projects, offers, applications = projects_of(subject), offers_of(subject), applications_of(subject)
        before = Letter.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        sanction = make(subject, level=level, codes=codes, note=note, by=by, at=at)
        stand(sanction, by=by, at=at)
        written = list(Letter.objects.filter(pk__gt=before).select_related("to").order_by("pk"))
        transaction.set_rollback(True)
    ends = level == Level.SUSPENSION
    started = Engagement.UNDER_WAY
    under_way = list(engagements_of(subject).filter(status__in=started).exclude(status__in=UNANSWERED_OFFERS))
    return Touched(
        projects=projects if ends else [],
        offers=offers if ends else [],
        applications=applications if ends else [],
        goes_on=under_way,
        freed_cents=cents_of(offers) if ends else 0,
        held_cents=cents_of(under_way),
        letters=written,
    )


def engagements_of(subject: User | Company) -> Any:
    whose = {"company": subject} if isinstance(subject, Company) else {"student": subject}
    return Engagement.objects.filter(**whose).select_related("company", "student").order_by("pk")


def projects_of(subject: User | Company) -> list[Project]:
    """Those that end with a suspension."""
    if not isinstance(subject, Company):
        return []
    status = [*Project.LIVE, Project.Status.IN_MODERATION]
    return list(subject.projects.filter(status__in=status).order_by("pk"))


def offers_of(subject: User | Company) -> list[Engagement]:
    return list(engagements_of(subject).filter(status__in=UNANSWERED_OFFERS))


def applications_of(subject: User | Company) -> list[Application]:
    """Those that nobody answered yet."""
    whose = {"project__company": subject} if isinstance(subject, Company) else {"student": subject}
    rows = Application.objects.undecided().filter(**whose)
    return list(rows.select_related("project__company", "student").order_by("pk"))


def cents_of(engagements: Sequence[Engagement]) -> int:
    return sum(row.fee_cents + row.platform_fee_cents for row in engagements)


# Doing it


def impose(
    subject: User | Company,
    *,
    level: str,
    codes: Sequence[str],
    note: str,
    by: User,
    at: datetime,
    ends_at: datetime | None = None,
) -> Sanction:
    """Warn, limit or suspend. What moves more than TWO_ADMINS_CENTS waits for a second signature.

    Raises NotAStranger, StaffIsNotSanctioned, NoReason, ClaimedByAnother.
    """
    moderating.check_reasons(codes, note.strip(), known=Sanction.Reason)
    with transaction.atomic():
        sanction = make(subject, level=level, codes=codes, note=note, by=by, at=at, ends_at=ends_at)
        if outside.is_needed(sanction.cents):
            known: dict[str, Any] = {"act": "sanction_proposed", "signs": sanction.codes, "at": at}
            known["lines"] = lines_of(sanction)
            ask_for_second(Case.Kind.SECOND, sanction, [subject], **known)
        else:
            stand(sanction, by=by, at=at)
    return sanction


def make(
    subject: User | Company,
    *,
    level: str,
    codes: Sequence[str],
    note: str,
    by: User,
    at: datetime,
    ends_at: datetime | None = None,
) -> Sanction:
    check_stranger(by, [subject], at=at)
    if isinstance(subject, User) and subject.is_staff:
        raise StaffIsNotSanctioned
    whose = {"company": subject} if isinstance(subject, Company) else {"person": subject}
    cents = cents_of(offers_of(subject)) if level == Level.SUSPENSION else 0
    return Sanction.objects.create(
        level=level,
        status=Status.PROPOSED,
        codes=list(codes),
        note=note.strip(),
        by=by,
        at=at,
        ends_at=ends_at,
        cents=cents,
        **whose,
    )


def stand(sanction: Sanction, *, by: User | None, at: datetime) -> None:
    """From now on it holds."""
    sanction.become(Status.STANDING, by=by, at=at, passes_at=None)
    if sanction.level == Level.SUSPENSION:
        end_what_nobody_accepted(sanction, by=by or sanction.by, at=at)
    auditing.record(
        f"{sanction.level}_imposed",
        sanction,
        by=by or sanction.by,
        at=at,
        reason=sanction.note,
        codes=sanction.codes,
    )
    letters.sanctioned(sanction, at=at)


def end_what_nobody_accepted(sanction: Sanction, *, by: User, at: datetime) -> None:
    subject = sanction.subject
    why: dict[str, Any] = {"codes": [Project.RefusalReason.NOT_HONEST], "note": sanction.note}
    for project in projects_of(subject):
        if project.status == Project.Status.IN_MODERATION:
            moderating.refuse_project(project, by=by, at=at, **why)
        else:
            cancelling.remove_project(project, by=by, at=at, **why)
    if isinstance(subject, User):
        end_what_a_student_waits_for(subject, by=by, at=at)


def end_what_a_student_waits_for(student: User, *, by: User, at: datetime) -> None:
    """Offers and applications; what was accepted or answered while we waited for its lock stands."""
    for offer in offers_of(student):
        with locked(offer) as offer:
            if offer.status not in UNANSWERED_OFFERS:
                continue
            cancelling.end(offer, by=by, at=at, reason=REASON, leaves=Application.Status.VOID)
            if offer.status == Engagement.Status.WITHDRAWN:
                emails.offer_declined(offer, at=at)
    for application in applications_of(student):
        with locked(application.project):
            application = relock(application)
            if application.is_undecided:
                application.become(Application.Status.WITHDRAWN, by=by, at=at, answered_at=at, reason=REASON)
                project_letters.application_withdrawn(application, at=at)


# The second signature


def sign(sanction: Sanction, *, by: User, at: datetime, version: int | None = None) -> Sanction:
    """The second person agrees, and it is done. Raises NotAStranger, StalePage, InvalidTransition."""
    with locked(sanction) as sanction:
        check_second(sanction, by, at=at, version=version)
        casework.settle(Case.Kind.SECOND, sanction, by=by, at=at, outcome="signed")
        stand(sanction, by=by, at=at)
    return sanction


def refuse_to_sign(
    sanction: Sanction, *, by: User, at: datetime, codes: Sequence[str], note: str, version: int | None = None
) -> Sanction:
    """Nothing is done. Raises NotAStranger, StalePage, InvalidTransition."""
    with locked(sanction) as sanction:
        check_second(sanction, by, at=at, version=version)
        why: dict[str, Any] = {"codes": codes, "note": note}
        countersigning.refuse(Case.Kind.SECOND, sanction, status=Status.REFUSED, by=by, at=at, **why)
    return sanction


def pass_alone(sanction: Sanction, *, at: datetime, **signed: Any) -> bool:
    """Three business days later, where nobody else could have signed. Somebody is rung for in any case."""
    with locked(sanction) as sanction:
        passes = passes_alone(
            Case.Kind.SECOND, sanction, alarm="sanction_with_one_signature", at=at, **signed
        )
        if passes:
            stand(sanction, by=None, at=at)
    return passes


def lines_of(sanction: Sanction) -> list[str]:
    """All that signing it does, for somebody who sees nothing else of the site."""
    subject, until = sanction.subject, sanction.ends_at
    lines = [
        f"{sanction}, {f'until {until:%d %B %Y}' if until else 'until it is lifted'}.",
        f"Why: {'; '.join(sanction.reasons)}.",
        f"They read: “{sanction.note}”",
    ]
    if sanction.level == Level.SUSPENSION:
        offers = offers_of(subject)
        lines += [f"The project “{project.title}” ends." for project in projects_of(subject)]
        lines += [f"The offer “{offer}” ends." for offer in offers]
        lines.append(f"Reserved on cards for these offers, and freed: {Money(cents_of(offers))}.")
        lines.append(f"Applications that wait for an answer and end: {len(applications_of(subject))}.")
    goes_on = engagements_of(subject).filter(status__in=Engagement.UNDER_WAY)
    held = Money(cents_of(goes_on.exclude(status__in=UNANSWERED_OFFERS)))
    return [*lines, f"Work under way goes on and is paid as agreed: {held} held."]


def check_second(sanction: Sanction, person: User, *, at: datetime, version: int | None) -> None:
    countersigning.check_second(
        sanction, person, [sanction.subject], before=[sanction.by_id], at=at, version=version
    )


# Steps


def put(kind: Case.Kind, sanction: Sanction, *, at: datetime, people: Sequence[int]) -> None:
    countersigning.put(kind, sanction, [sanction.subject], before=people, signs=sanction.codes, at=at)

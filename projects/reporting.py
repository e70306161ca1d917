"""Reporting: anybody tells the moderators what is wrong, and hears what came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Company, User
from marketplace.kernel import auditing, casework
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.models import Case, Risk
from marketplace.kernel.transactions import locked
from projects import cases, emails
from projects.models import Application, Engagement, Message, Project, PublicQuestion, Report

RISKS = {
    Report.Reason.MONEY: Risk.GRAVE,
    Report.Reason.FORBIDDEN: Risk.GRAVE,
    Report.Reason.OFFENSIVE: Risk.GRAVE,
    Report.Reason.ELSEWHERE: Risk.HIGH,
    Report.Reason.NOT_REAL: Risk.HIGH,
}


class TooManyReports(RuleViolation):
    """The person reported as much as one day allows."""

    code = "too_many_reports"

    def __init__(self) -> None:
        super().__init__("That is as much as can be reported in one day. What you told is being looked at.")


class ReportedAlready(RuleViolation):
    """This person's report of the same thing waits."""

    code = "reported_already"

    def __init__(self) -> None:
        super().__init__("You reported this already, and somebody looks at it. You hear what comes of it.")


class OwnReport(RuleViolation):
    """Nobody reports what is their own, or decides about it."""

    code = "own_report"

    def __init__(self) -> None:
        super().__init__("This is your own, or about you.")


def report(subject: Any, *, by: User, at: datetime, reason: str, text: str) -> Report:
    """Tell the moderators of something one may see. Raises OwnReport, ReportedAlready, TooManyReports."""
    companies, people = concerned(subject)
    # Of two sides, and either may report the other's part.
    shared = isinstance(subject, Engagement | Application | Message)
    if not shared and (by.pk in people or companies & by.company_ids):
        raise OwnReport
    if isinstance(subject, Message) and subject.is_of_side_of(by):
        raise OwnReport
    name = kind_of(subject)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # the limit is counted alone
        mine = by.reports_made.all()
        if mine.waiting().filter(**{name: subject}).exists():
            raise ReportedAlready
        if mine.filter(made_at__gt=at - timedelta(days=1)).count() >= settings.REPORTS_A_DAY:
            raise TooManyReports
        made = Report.objects.create(
            reporter=by, reason=reason, text=text.strip(), made_at=at, **{name: subject}
        )
        casework.put(
            Case.Kind.REPORT,
            made,
            words=f"{made.get_reason_display()}: {auditing.words_for(subject)}",
            at=at,
            due_at=cases.due(at),
            weight=casework.Weight(RISKS.get(Report.Reason(reason), Risk.NORMAL), [reason]),
            company_ids=companies,
            people={by.pk, *people},
        )
    return made


def kind_of(subject: Any) -> str:
    kinds: dict[type, str] = {
        Project: "project",
        Company: "company",
        User: "person",
        Application: "application",
        Engagement: "engagement",
        PublicQuestion: "question",
        Message: "message",
    }
    return next(name for kind, name in kinds.items() if isinstance(subject, kind))


def concerned(subject: Any) -> tuple[set[int], set[int]]:
    """The companies and the people whom a report of this is about."""
    match subject:
        case Company():
            return {subject.pk}, set()
        case Project():
            return {subject.company_id}, set()
        case User():
            return set(), {subject.pk}
        case PublicQuestion():
            return set(), {subject.asker_id}
        case Application():
            return {subject.project.company_id}, {subject.student_id}
        case _:
            work: Engagement = getattr(subject, "engagement", subject)
            return {work.company_id}, {work.student_id, getattr(subject, "author_id", work.student_id)}


def dismiss(made: Report, *, by: User, at: datetime, version: int | None = None) -> Report:
    """It breaks no rule; the reporter is told. Raises OwnReport, StalePage, InvalidTransition."""
    with locked(made) as made:
        check(made, by, at=at, version=version)
        casework.settle(Case.Kind.REPORT, made, by=by, at=at, outcome="dismissed")
        made.become(Report.Status.DISMISSED, by=by, at=at, decided_at=at)
        auditing.record("report_dismissed", made, by=by, at=at)
        emails.report_decided(made, note="", at=at)
    return made


def uphold(
    made: Report,
    *,
    by: User,
    at: datetime,
    codes: Sequence[str],
    note: str,
    version: int | None = None,
) -> Report:
    """It does break a rule, and something was done; the reporter is told in the words of `note`.

    Raises OwnReport, StalePage, InvalidTransition.
    """
    with locked(made) as made:
        check(made, by, at=at, version=version)
        casework.settle(Case.Kind.REPORT, made, by=by, at=at, outcome="upheld")
        made.become(Report.Status.UPHELD, by=by, at=at, reason=note, decided_at=at)
        auditing.record("report_upheld", made, by=by, at=at, reason=note, codes=list(codes))
        emails.report_decided(made, note=note, at=at)
    return made


def check(made: Report, person: User, *, at: datetime, version: int | None) -> None:
    if not (person.is_staff and person.is_active):
        raise PermissionDenied
    companies, people = concerned(made.subject)
    lately = set(person.memberships.lately(at=at).values_list("company_id", flat=True))
    if person.pk in {made.reporter_id, *people} or companies & lately:
        raise OwnReport
    made.expect_version(version)

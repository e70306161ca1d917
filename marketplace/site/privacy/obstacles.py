"""What stands in the way of deleting a person: work and money under way, and companies that nobody else owns."""

from collections.abc import Iterator

from django.db.models import Q

from accounts.models import Company, Membership, User
from marketplace.kernel.models import Case
from payments.models import Hold, Release
from projects.models import Engagement, Project

LIVE = (Project.Status.IN_MODERATION, Project.Status.OPEN, Project.Status.PAUSED, Project.Status.CLOSED)
OVER = (Hold.Status.UNFUNDED, Hold.Status.SETTLED, Hold.Status.VOID)
UNDER_WAY = Q(status__in=Engagement.UNDER_WAY)


def obstacles_of(user: User) -> list[str]:
    """Each in a sentence that says what to do; nothing where the person can be deleted."""
    return [*of_staff(user), *of_a_student(user), *of_an_owner(user)]


def of_staff(user: User) -> Iterator[str]:
    if user.is_staff:
        yield (
            "You are staff. Have another administrator take your rights away first: in the administration, "
            "under Users, “staff status” and “superuser status”. Then come back here."
        )


def of_a_student(user: User) -> Iterator[str]:
    own = Engagement.objects.filter(student=user)
    for engagement in own.filter(UNDER_WAY).select_related("project").order_by("pk"):
        yield f"“{engagement.project.title}” is not finished. Finish it, or end it in the workroom."
    if is_owed(user):
        yield "Money for your work is still on its way to you. Set up your account for being paid, and wait for it."


def is_owed(user: User) -> bool:
    """Whether a share of theirs is held, or was promised and not sent."""
    held = Hold.objects.filter(engagement__student=user).exclude(status__in=OVER)
    unsent = Release.objects.filter(
        share__hold__engagement__student=user, undone_at=None, sent_at=None, student_cents__gt=0
    )
    return held.exists() or unsent.exists()


def of_an_owner(user: User) -> Iterator[str]:
    for company in owned_alone(user):
        busy = (
            company.projects.filter(status__in=LIVE).exists()
            or company.engagements.filter(UNDER_WAY).exists()
            or Hold.objects.filter(engagement__company=company).exclude(status__in=OVER).exists()
        )
        if busy:
            yield (
                f"Nobody but you owns {company}, which has projects or payments under way. "
                "Make somebody else an owner, or finish them."
            )


def owned_alone(user: User) -> Iterator[Company]:
    """Companies of which this person is the only owner that can log in and does not leave."""
    owned = Membership.objects.active().owners().filter(user=user).select_related("company").order_by("pk")
    for membership in owned:
        others = membership.company.memberships.active().owners().exclude(user=user)
        if not others.filter(user__leaves_at=None).exists():
            yield membership.company


def is_looked_at(user: User) -> bool:
    """Whether moderators are not through with something about them. Told to nobody: it may be a check for fraud."""
    return Case.objects.waiting().filter(people__contains=[user.pk]).exists()

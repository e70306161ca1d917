"""Places that free up go to the waiting list, by lot; when no more applications are taken, the list ends."""

from datetime import datetime

from accounts.models import StudentProfile
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.transactions import locked
from projects import bidding, emails
from projects.budgeting import budget_of
from projects.models import Project, Waiting


def look_at_list(project: Project, *, at: datetime) -> None:
    """Give the free places of one project, or end its list; nothing where neither is due."""
    with locked(project) as project:
        closes_at = project.applications_close_at
        if project.status not in Project.CHANGEABLE or closes_at is None or at >= closes_at:
            end_list(project, at=at)
        elif project.status == Project.Status.OPEN:
            draw(project, at=at)


def draw(project: Project, *, at: datetime) -> None:
    """The lowest lots first. Whose budget is used up is passed over and stays; who may not bid any more leaves."""
    left = bidding.places_left(project)
    for row in waiting(project) if left > 0 else []:
        StudentProfile.objects.select_for_update().filter(user=row.student_id).first()
        if not row.student.is_active or not still_may(row, project, at=at):
            continue
        if budget_of(row.student, at=at).left <= 0:
            continue
        words = {"motivation": row.motivation, "answers": row.answers, "questions": row.questions}
        row.delete()
        bidding.hand_in(project, student=row.student, at=at, words=words, drawn=True)
        left -= 1
        if left <= 0:
            break


def still_may(row: Waiting, project: Project, *, at: datetime) -> bool:
    """What was asked when the student joined is asked again; whoever leaves the list reads why."""
    try:
        bidding.check_may_bid(project, by=row.student, at=at)
    except RuleViolation as error:
        row.project = project
        emails.waiting_in_vain(row, reason=str(error), at=at)
        row.delete()
        return False
    return True


def end_list(project: Project, *, at: datetime) -> None:
    for row in waiting(project):
        row.project = project
        emails.waiting_ended(row, at=at)
        row.delete()


def waiting(project: Project) -> list[Waiting]:
    return list(project.waiting_list.by_lot().select_related("student").select_for_update(of=("self",)))

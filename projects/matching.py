"""Matching: whether a student may work the way a project is paid. Asked in private, before applying and accepting."""

from accounts.models import Eligibility, StudentProfile, User
from marketplace.kernel.errors import RuleViolation

AS_WHAT = {
    Eligibility.CONTRACTOR: "as an independent contractor",
    Eligibility.STIPEND: "on a stipend that a sponsor gives",
    Eligibility.PAYROLL: "on the company’s payroll",
}


class NotEligible(RuleViolation):
    """The student said that they may not work like this."""

    code = "not_eligible"

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"The student of this project works {AS_WHAT[Eligibility(kind)]}, which is not among the ways in which "
            "you said you may work. Your student profile has your answer; change it there if it is not right any more."
        )


class EligibilityUnknown(NotEligible):
    """The student has not said yet whether they may work like this."""

    code = "eligibility_unknown"

    def __init__(self, kind: str) -> None:
        RuleViolation.__init__(
            self,
            f"The student of this project works {AS_WHAT[Eligibility(kind)]}, and you have not said yet whether you "
            "may. The careers or international office of your school can help. Tell us, and you can go on.",
        )


def check_eligible(kind: str, student: User) -> None:
    """Raises EligibilityUnknown, or NotEligible where `kind` is not among what the student may work as."""
    may = StudentProfile.objects.values_list("may_work_as", flat=True).get(user=student)
    if not may:
        raise EligibilityUnknown(kind)
    if kind not in may:
        raise NotEligible(kind)

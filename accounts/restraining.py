"""What a limit or a suspension keeps people from: beginning anything new. What is under way goes on."""

from datetime import datetime

from accounts.models import Company, Sanction, User
from marketplace.kernel.errors import RuleViolation


class Restrained(RuleViolation):
    """A sanction stands against the person or the company."""

    code = "restrained"

    def __init__(self, sanction: Sanction) -> None:
        who = str(sanction.company) if sanction.company else "Your account"
        word = "suspended" if sanction.level == Sanction.Level.SUSPENSION else "limited"
        until = f" until {sanction.ends_at:%d %B %Y}" if sanction.ends_at else ""
        super().__init__(
            f"{who} is {word}{until}, so nothing new can begin. Under “Decisions about you” in your settings "
            "it says why, and you can appeal there."
        )


class Suspended(RuleViolation):
    """A suspension stands against the person or the company."""

    code = "suspended"

    def __init__(self, sanction: Sanction) -> None:
        who = str(sanction.company) if sanction.company else "Your account"
        until = f" until {sanction.ends_at:%d %B %Y}" if sanction.ends_at else ""
        super().__init__(
            f"{who} is suspended{until}, so no messages can be sent. The work goes on as agreed. Under “Decisions "
            "about you” in your settings it says why, and you can appeal there."
        )


def check_not_suspended(person: User, company: Company | None = None, *, at: datetime) -> None:
    """Raise Suspended where this person, or the company they act for, is; a limit keeps nobody from going on."""
    standing = Sanction.objects.against(person, company).binding(at=at).select_related("company")
    found = standing.filter(level=Sanction.Level.SUSPENSION).order_by("pk").first()
    if found is not None:
        raise Suspended(found)


def check_free(person: User | None, company: Company | None = None, *, at: datetime) -> None:
    """Raise Restrained where this person, or the company they act for, may begin nothing new."""
    standing = Sanction.objects.against(person, company).binding(at=at).select_related("company")
    found = standing.order_by("pk").first()
    if found is not None:
        raise Restrained(found)

"""Changes of an open project: what differs, what a moderator must see first, and how it comes into force."""

import re
from collections.abc import Iterator
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from accounts.models import Eligibility, Industry, JobRole, Skill, User
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.money import Money
from projects import emails
from projects.drafts import Draft, Part, write_whole
from projects.models import Engagement, Project, ProjectEdit


class PayNeverFalls(RuleViolation):
    """Somebody applied for this pay already."""

    code = "pay_never_falls"

    def __init__(self, before: Draft) -> None:
        fee, hours = Money(before["fee_cents"] or 0), before["hours"] or 0
        super().__init__(
            f"Somebody applied for {fee} and {hours} hours already. "
            "After the first application neither the fee nor the pay per hour can fall."
        )


class EligibilityStays(RuleViolation):
    """Whoever applied was matched with the way in which this work is paid."""

    code = "eligibility_stays"

    def __init__(self) -> None:
        super().__init__(
            "Somebody applied already who may work the way this project says. After the first application "
            "how the student works cannot change."
        )


class SeatsAreTaken(RuleViolation):
    """A seat with an offer or with work cannot be taken away."""

    code = "seats_are_taken"

    def __init__(self, taken: int) -> None:
        super().__init__(f"Seat number {taken} has an offer or is taken, so there must be {taken} at least.")


class Change(NamedTuple):
    """One thing that differs, in words for the page, the letter and the moderator."""

    field: str
    label: str
    before: str
    after: str


# What differs

WORDS = {
    "title": "Title",
    "brief": "What is to be done",
    "industry": "Industry",
    "job_role": "Kind of work",
    "skills": "Skills",
    "eligibility": "How the student works",
    "hours": "Hours of work",
    "fee_cents": "Fee for each student",
    "seats": "Students wanted",
    "starts_within_days": "Work starts within days",
    "names_hidden": "Names hidden until the short-list",
    "promised_materials": "Promised materials",
    "material_links": "Links to materials",
    "questions": "Questions",
}
# PRODUCT.md: an edit that touches pay, hours, criteria, questions or links waits for moderation; how one is paid
# is a part of pay.
WAITS = {"eligibility", "hours", "fee_cents", "promised_materials", "material_links", "questions", "parts"}


def changes(before: Draft, after: Draft) -> list[Change]:
    """What differs, in the order of the form. Parts are compared by their place."""
    return [*changes_of_fields(before, after), *changes_of_parts(before, after)]


def changes_of_fields(before: Draft, after: Draft) -> Iterator[Change]:
    old: dict[str, Any] = {**before}
    new: dict[str, Any] = {**before, **after}
    for field, label in WORDS.items():
        was, becomes = written(field, old.get(field)), written(field, new.get(field))
        if was != becomes:
            yield Change(field, label, was, becomes)


def changes_of_parts(before: Draft, after: Draft) -> Iterator[Change]:
    old, new = before["parts"], after["parts"]
    for number in range(1, max(len(old), len(new)) + 1):
        was, becomes = (part_in_words(parts[number - 1 : number]) for parts in (old, new))
        if was != becomes:
            yield Change("parts", f"Deliverable {number}", was, becomes)


def written(field: str, value: Any) -> str:
    if field == "fee_cents":
        return str(Money(value or 0))
    if field == "skills":
        return ", ".join(sorted(map(str, value)))
    if field in {"questions", "promised_materials", "material_links"}:
        return "\n".join(f"{number}. {text}" for number, text in enumerate(value or (), 1))
    if field == "eligibility":
        return str(Eligibility(value).label) if value else ""
    if field == "names_hidden":
        return "yes" if value else "no"
    return "" if value is None else str(value)


class Piece(NamedTuple):
    """A stretch of words, and whether it stands only on its side."""

    text: str
    differs: bool


class Difference(NamedTuple):
    """One change as two columns, in which what differs is marked word by word."""

    label: str
    before: list[Piece]
    after: list[Piece]


def differences(edit: ProjectEdit) -> list[Difference]:
    """What an edit changes, for a moderator to read side by side."""
    return [
        Difference(change["label"], *side_by_side(change["before"], change["after"]))
        for change in edit.changes
    ]


def side_by_side(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    left = [Piece("".join(old[a:b]), kind != "equal") for kind, a, b, _, _ in steps if a < b]
    right = [Piece("".join(new[c:d]), kind != "equal") for kind, _, _, c, d in steps if c < d]
    return left, right


def part_in_words(parts: Any) -> str:
    return "\n".join(
        "\n".join(
            [
                part.title,
                f"{Money(part.share_cents)}, due {part.due_days} days after the start",
                *(f"- {criterion}" for criterion in part.criteria),
            ]
        )
        for part in parts
    )


# What may be changed


def check_promises(project: Project, before: Draft, after: Draft) -> None:
    """What applicants and students rely on stays. Call it on a locked project.

    Raises PayNeverFalls, EligibilityStays, SeatsAreTaken.
    """
    matched_otherwise = after.get("eligibility", project.eligibility) != project.eligibility
    falls = pay_falls(before, after)
    if (falls or matched_otherwise) and project.applications.exists():
        raise PayNeverFalls(before) if falls else EligibilityStays
    live = Engagement.objects.live().filter(project=project).order_by("-seat")
    taken = live.values_list("seat", flat=True).first() or 0
    if after["seats"] < taken:
        raise SeatsAreTaken(taken)


def pay_falls(before: Draft, after: Draft) -> bool:
    """Whether the fee, or what an hour brings, becomes less; compared without a division."""
    fee, new_fee = before["fee_cents"] or 0, after["fee_cents"] or 0
    hours, new_hours = before["hours"] or 0, after["hours"] or 0
    return new_fee < fee or new_fee * hours < fee * new_hours


def put_in_force(edit: ProjectEdit, project: Project, *, by: User, at: datetime) -> None:
    """Write the edit into its locked project, and tell everyone who waits for an answer."""
    edit.become(ProjectEdit.Status.IN_FORCE, by=by, at=at, decided_at=at)
    project.version += 1
    write_whole(project, unpacked(edit.proposed), at=at)
    for application in project.applications.undecided().select_related("student").order_by("pk"):
        application.project = project
        emails.project_edited(edit, application, at=at)


# As JSON


def packed(draft: Draft) -> dict[str, Any]:
    """The draft as plain JSON."""
    values: dict[str, Any] = {**draft}
    for name in ("industry", "job_role"):
        values[name] = values[name] and values[name].pk
    values["skills"] = [skill.pk for skill in draft["skills"]]
    for name in ("promised_materials", "material_links"):
        values[name] = list(values.get(name, ()))
    values["parts"] = [[*part[:1], list(part.criteria), *part[2:]] for part in draft["parts"]]
    return values


def unpacked(values: dict[str, Any]) -> Draft:
    draft: Any = {**values}
    draft["industry"] = Industry.objects.filter(pk=values["industry"]).first()
    draft["job_role"] = JobRole.objects.filter(pk=values["job_role"]).first()
    draft["skills"] = list(Skill.objects.filter(pk__in=values["skills"]).order_by("name"))
    draft["parts"] = [
        Part(title, tuple(criteria), share, due) for title, criteria, share, due in values["parts"]
    ]
    return draft  # type: ignore[no-any-return]

"""What an employer types to post a project."""

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BoundField

from accounts.models import Eligibility
from marketplace.kernel.forms import NamesWhatIsMissing
from projects import drafts, faults
from projects.drafts import Draft, Part, Price
from projects.faults import MAX_SKILLS
from projects.forms.applying import Prose
from projects.forms.fields import LinesField, MoneyField
from projects.models import Project
from projects.models.projects import (
    MAX_CRITERIA,
    MAX_LINKS,
    MAX_PROMISED,
    MAX_SEATS,
    MAX_SPAN_DAYS,
    MAX_START_DAYS,
    MIN_CRITERIA,
)

QUESTION_LENGTH = 200
PART_FIELDS = ("title", "criteria", "due_days", "share")


# What each means for the company; the money takes the same way in all of them.
MEANS = {
    Eligibility.CONTRACTOR: "The student works on their own account and declares the income. You see to it that "
    "the work may be done like that.",
    Eligibility.STIPEND: "A sponsor, such as a school or a foundation, gives the fee as a stipend. "
    "You see to it that the sponsor’s rules allow this work.",
    Eligibility.PAYROLL: "The student is your employee for this work. You must be able to employ them where they live, "
    "and do what employing asks of you outside this site.",
}


class PartFields(NamedTuple):
    """The boxes of one deliverable, for the page."""

    number: int
    fields: list[BoundField]
    is_open: bool


class DraftForm(NamesWhatIsMissing, forms.ModelForm):
    """A whole project. What is missing is no error while it is a draft; `check` asks what sending would."""

    use_required_attribute = False
    numbers: dict[str, Any] | None = None  # the site's of today
    fee = MoneyField(
        label="Fee for each student", help_text="They get all of it. The platform fee comes on top."
    )
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput, required=False)

    class Meta:
        model = Project
        fields = (
            "title",
            "brief",
            "industry",
            "job_role",
            "skills",
            "eligibility",
            "is_trial",
            "hours",
            "starts_within_days",
            "seats",
            "window_days",
            "names_hidden",
        )
        field_classes = {"brief": Prose}
        widgets: ClassVar[dict[str, Any]] = {
            "skills": forms.CheckboxSelectMultiple(attrs={"data-look": "choices-chips"}),
            "eligibility": forms.RadioSelect,
            "hours": forms.NumberInput(attrs={"inputmode": "numeric", "data-unit": "hours"}),
            "starts_within_days": forms.NumberInput(attrs={"inputmode": "numeric", "data-unit": "days"}),
            "seats": forms.NumberInput(attrs={"inputmode": "numeric", "data-unit": "students"}),
            "window_days": forms.NumberInput(attrs={"inputmode": "numeric", "data-unit": "days"}),
        }
        labels: ClassVar[dict[str, str]] = {
            "title": "Title",
            "brief": "What is to be done, and why",
            "industry": "Industry",
            "job_role": "Kind of work",
            "skills": "Skills",
            "eligibility": "How does the student work?",
            "is_trial": "This is a paid trial",
            "hours": "Hours of work",
            "starts_within_days": "Work starts within",
            "seats": "Students wanted",
            "window_days": "Takes applications for",
            "names_hidden": "Hide names and schools until the short-list",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "title": "The result, in a few words.",
            "brief": "What you need, what it is for, and what the student gets from you. "
            "**Bold**, lists with - and empty lines between paragraphs are shown as such. "
            "No addresses, numbers or links.",
            "skills": f"Up to {MAX_SKILLS}. Students find the project by them.",
            "eligibility": "We ask each student in private, before applying and before accepting, whether they may. "
            "Whichever it is, the fee is held, released in full, and no tax is taken off it.",
            "names_hidden": "You read skills, time and answers first. Until you put them on the short-list, "
            "applicants are “Applicant 1”, “Applicant 2” and so on.",
            "starts_within_days": "After the student accepts and the money is held.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = range(1, settings.MAX_DELIVERABLES + 1)
        self.asked = [f"question_{number}" for number in range(1, settings.MAX_QUESTIONS + 1)]
        self.order_lists()
        self.explain_eligibility()
        self.say_bounds()
        self.fields["promised_materials"] = LinesField(
            label="Materials you hand over when work starts",
            what="materials",
            most=MAX_PROMISED,
            required=False,
            help_text=f"Up to {MAX_PROMISED}, one on each line, such as: the answers of last year as a table. "
            f"You give them in the workroom within {settings.MATERIALS_DAYS} days after the start; "
            "until all are there, no due date runs.",
            widget=forms.Textarea(attrs={"rows": 4}),
        )
        self.fields["material_links"] = LinesField(
            label="Links that everybody may open",
            what="links",
            most=MAX_LINKS,
            required=False,
            help_text=f"Up to {MAX_LINKS}, one on each line, https only. A moderator opens them.",
            widget=forms.Textarea(attrs={"rows": 3, "inputmode": "url"}),
        )
        for number in self.parts:
            self.add_part(number)
        for number, name in enumerate(self.asked, 1):
            self.fields[name] = forms.CharField(
                label=f"Question {number}", max_length=QUESTION_LENGTH, required=False
            )
        late = ("window_days", "starts_within_days", "hours", "fee", "seats")
        self.order_fields([name for name in self.fields if name not in late] + list(late))

    def order_lists(self) -> None:
        for name in ("industry", "job_role", "skills"):
            field: Any = self.fields[name]
            field.queryset = field.queryset.order_by("name")
            if name != "skills":  # a box to check that means none would be one skill more
                field.empty_label = "Choose one"
        for name in ("brief", "industry", "skills", "hours"):
            self.fields[name].required = True

    def explain_eligibility(self) -> None:
        field: Any = self.fields["eligibility"]
        field.choices = [(kind, f"{Eligibility(kind).label}. {says}") for kind, says in MEANS.items()]

    def say_bounds(self) -> None:
        least, most = settings.APPLICATION_WINDOW_LEAST_DAYS, settings.APPLICATION_WINDOW_MOST_DAYS
        trial = f"{settings.TRIAL_MIN_HOURS} to {settings.TRIAL_MAX_HOURS}"
        self.fields["is_trial"].help_text = (
            f"{trial} hours with one deliverable, to see each other at work before a longer project. "
            "Paid and held like every project."
        )
        bounds = f"Between {settings.MIN_HOURS} and {settings.MAX_HOURS} for each student; {trial} in a paid trial."
        self.fields["hours"].help_text = bounds
        answer = f"You promise every applicant an answer {settings.ANSWER_DAYS} days later."
        self.fields["window_days"].help_text = f"{least} to {most} days. {answer}"
        for name, low, high in (
            ("starts_within_days", 0, MAX_START_DAYS),
            ("seats", 1, min(MAX_SEATS, settings.MAX_SEATS)),
            ("window_days", least, most),
        ):
            self.fields[name].validators += [MinValueValidator(low), MaxValueValidator(high)]

    def add_part(self, number: int) -> None:
        prefix = f"part_{number}_"
        self.fields[f"{prefix}title"] = forms.CharField(
            label="What is delivered", max_length=100, help_text="Such as: a report of six pages."
        )
        self.fields[f"{prefix}criteria"] = LinesField(
            label="Criteria",
            help_text=f"{MIN_CRITERIA} to {MAX_CRITERIA}, one on each line. "
            "A stranger should be able to say yes or no to each.",
        )
        self.fields[f"{prefix}due_days"] = forms.IntegerField(
            label="Due",
            min_value=1,
            max_value=MAX_SPAN_DAYS,
            help_text=f"Up to {settings.SPAN_DAYS} days.",
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-unit": "days after the start"}),
        )
        self.fields[f"{prefix}share"] = MoneyField(
            label="Share of the fee", required=False, help_text="Leave it empty to split the fee evenly."
        )

    # What the page shows

    def part_fields(self) -> Iterator[PartFields]:
        for number in self.parts:
            boxes = [self[f"part_{number}_{name}"] for name in PART_FIELDS]
            filled = any(box.value() or box.errors for box in boxes)
            yield PartFields(number, boxes, is_open=number == 1 or filled)

    def question_fields(self) -> list[BoundField]:
        return [self[name] for name in self.asked]

    @property
    def price(self) -> Price:
        """What the numbers come to, as far as they can be read."""
        values = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else self.initial
        return drafts.price(values.get("fee"), values.get("hours"), values.get("seats"), self.numbers)

    def see_version(self, version: int) -> None:
        """Show what was typed once more, as a change of this version."""
        data: Any = self.data
        self.data = data = data.copy()
        data["version"] = str(version)

    # What was typed

    @property
    def seen_version(self) -> int:
        """What was seen; 0, which no row has, where it cannot be read."""
        return self.cleaned_data.get("version") or 0

    def full_clean(self) -> None:
        """Check form, not completeness: required fields are marked as such on the page only."""
        needed = [field for field in self.fields.values() if field.required]
        for field in needed:
            field.required = False
        super().full_clean()
        for field in needed:
            field.required = True

    def clean(self) -> dict[str, Any]:
        """A number that must always be there falls back to what the draft has; no constraint is asked here."""
        for name in ("starts_within_days", "seats", "window_days"):
            if self.cleaned_data.get(name, 0) is None:
                self.cleaned_data[name] = self.initial[name]
        if "eligibility" not in self.errors:
            self.cleaned_data["eligibility"] = (
                self.cleaned_data.get("eligibility") or self.initial["eligibility"]
            )
        return self.cleaned_data

    def draft(self) -> Draft:
        """The arguments of `posting.save_draft`."""
        values = self.cleaned_data
        return {
            "title": values["title"],
            "brief": values["brief"],
            "industry": values["industry"],
            "job_role": values["job_role"],
            "skills": list(values["skills"]),
            "eligibility": values["eligibility"],
            "is_trial": values.get("is_trial", self.initial["is_trial"]),
            "hours": values["hours"],
            "fee_cents": values["fee"],
            "seats": values["seats"],
            "starts_within_days": values["starts_within_days"],
            "window_days": values.get("window_days", self.initial["window_days"]),
            "names_hidden": values["names_hidden"],
            "promised_materials": values["promised_materials"],
            "material_links": values["material_links"],
            "questions": [values[name] for name in self.asked if values[name]],
            "parts": [part for _, part in self.filled_parts()],
        }

    def filled_parts(self) -> list[tuple[int, Part]]:
        """The deliverables that say anything, each with the number of its boxes."""
        typed = [(number, self.part(number)) for number in self.parts]
        return [(number, part) for number, part in typed if part != Part()]

    def part(self, number: int) -> Part:
        title, criteria, due_days, share = (
            self.cleaned_data[f"part_{number}_{name}"] for name in PART_FIELDS
        )
        return Part(title, tuple(criteria), share or 0, due_days or 0)

    def check(self) -> bool:
        """Whether it could be sent; what is wrong becomes errors beside the boxes."""
        if not self.is_valid():
            return False
        boxes = [number for number, _ in self.filled_parts()] or [1]
        for fault in faults.faults(self.draft(), self.numbers):
            name = f"part_{boxes[fault.part - 1]}_{fault.field}" if fault.part else fault.field
            self.add_error(name if name in self.fields else None, fault.message)
        return not self.errors

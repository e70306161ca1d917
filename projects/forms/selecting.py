"""How an employer narrows the list of applicants, and what they type to those who are not chosen."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.urls import reverse

from marketplace.kernel.forms import NamesWhatIsMissing
from projects.forms.applying import Prose
from projects.forms.listing import FromForm
from projects.models import Application, Project
from projects.selecting import No

MOST_HOURS = 168
SAME = "same"
MOST_AT_ONCE = 200  # three boxes each: a browser may send a thousand
NOTE_LENGTH = 500
REASONS = Application.DeclineReason.choices[:-1]  # a project that is cancelled says so itself
STATES = {
    "undecided": ("Without an answer", ["submitted", "shortlisted"]),
    "shortlisted": ("On the short-list", ["shortlisted"]),
    "offered": ("With an offer", ["offered", "accepted"]),
    "closed": (
        "Closed",
        [
            "declined",
            "withdrawn",
            "not_answered",
            "offer_declined",
            "offer_expired",
            "offer_withdrawn",
            "void",
        ],
    ),
}


class ApplicantsForm(FromForm):
    """Which applicants, in which order, as it stands in the address; what cannot be read is overlooked."""

    state = forms.ChoiceField(
        label="State",
        choices=[("", "All"), *((key, label) for key, (label, _) in STATES.items())],
        required=False,
    )
    skill = forms.ChoiceField(label="Skill", required=False)
    hours = forms.IntegerField(
        label="Hours a week, at least",
        min_value=1,
        max_value=MOST_HOURS,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    sort = forms.ChoiceField(
        label="Order",
        choices=[
            ("", "Short-list first"),
            ("newest", "Newest first"),
            ("oldest", "Oldest first"),
            ("hours", "Most hours a week first"),
        ],
        required=False,
    )
    answers = forms.ChoiceField(label="Answers", choices=[("", "Folded"), ("open", "Open")], required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "find_%s"} | kwargs)
        skill: Any = self.fields["skill"]
        skill.choices = [("", "Any"), *((term.slug, term.name) for term in project.skills.all())]

    def chosen(self, applications: Any) -> Any:
        """Those of `applications` that the address asks for, in its order."""
        self.is_valid()
        values = self.cleaned_data
        if values.get("state"):
            applications = applications.filter(status__in=STATES[values["state"]][1])
        if values.get("skill"):
            applications = applications.filter(student__student_profile__skills__slug=values["skill"])
        if values.get("hours"):
            applications = applications.filter(student__student_profile__hours_a_week__gte=values["hours"])
        return applications.for_choosing(order=values.get("sort", ""))

    @property
    def sorted_by(self) -> str:
        return str(self.cleaned_data.get("sort", ""))

    @property
    def is_open(self) -> bool:
        return self.cleaned_data.get("answers") == "open"

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("state", "skill", "hours"))

    def addresses(self) -> dict[str, str]:
        """The same list in another order, or with its answers open or folded."""
        orders = {order: self.query(sort=order) for order in ("newest", "oldest", "hours")}
        return orders | {"open": self.query(answers="open"), "folded": self.query(answers="")}


class IdsField(forms.MultipleChoiceField):
    """Public ids from an address; what is none is overlooked."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        return [text for text in value or [] if re.fullmatch(r"[a-z0-9]{1,12}", str(text))]


class MarkedForm(forms.Form):
    """Whom an employer marked in the table, or everybody who still has no answer."""

    chosen = IdsField(required=False)
    rest = forms.BooleanField(required=False)

    def rows_of(self, project: Project) -> list[Application]:
        """Those of them that can be declined now, in the order they came; at most `MOST_AT_ONCE`."""
        self.is_valid()
        waiting = project.applications.the_rest()
        if not self.cleaned_data["rest"]:
            chosen = self.cleaned_data["chosen"]
            waiting = project.applications.without_offer().filter(public_id__in=chosen)
        waiting = waiting.order_by("number")
        return list(waiting.select_related("student")[:MOST_AT_ONCE])


class DeclineManyForm(NamesWhatIsMissing, forms.Form):
    """A reason for all to start from, and for each applicant another one and a note."""

    decline_reason = forms.ChoiceField(
        label="Why not?",
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Every no has a reason: choose one for all, or one for each below."},
        help_text="Each student reads this sentence, unless you choose another for them below.",
    )

    def __init__(self, *args: Any, applications: Sequence[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.applications = applications
        for row in applications:
            self.fields[f"reason_{row.public_id}"] = forms.ChoiceField(
                label=f"Reason for {row.applicant}",
                choices=[(SAME, "The reason above"), *REASONS],
                initial=SAME,
            )
            self.fields[f"note_{row.public_id}"] = Prose(
                label=f"A note to {row.applicant}", max_length=NOTE_LENGTH, required=False
            )
            self.fields[f"version_{row.public_id}"] = forms.IntegerField(
                min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput, initial=row.version
            )

    def rows(self) -> Iterator[tuple[Application, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Each applicant with the boxes of reason, note and version."""
        for row in self.applications:
            reason, note, version = (
                self[f"{name}_{row.public_id}"] for name in ("reason", "note", "version")
            )
            yield row, reason, note, version

    def full_clean(self) -> None:
        """The reason for all is missed only by those who have none of their own."""
        names = [f"reason_{row.public_id}" for row in self.applications]
        self.fields["decline_reason"].required = any(self.data.get(name, SAME) == SAME for name in names)
        super().full_clean()
        self.fields["decline_reason"].required = True

    def noes(self) -> list[No]:
        """The arguments of `selecting.decline_many`."""
        return [self.no(row) for row in self.applications]

    def no(self, row: Application) -> No:
        reason, note, version = (
            self.cleaned_data[f"{name}_{row.public_id}"] for name in ("reason", "note", "version")
        )
        for_all = self.cleaned_data["decline_reason"]
        return No(row.public_id, version, for_all if reason == SAME else reason, note)


class ReturnForm(forms.Form):
    """How the list of applicants looked when somebody acted in it, so that they come back to the same."""

    back = forms.CharField(max_length=500, required=False)

    def list_of(self, project: Project) -> str:
        """What the address of the list said, as far as it can be read."""
        left = self.cleaned_data["back"] if self.is_valid() else ""
        return ApplicantsForm(dict(parse_qsl(left.lstrip("?"))), project=project).query()

    def address(self, application: Application) -> str:
        """That list, at this applicant."""
        project = application.project
        page = reverse("projects:applicants", args=[project.public_id])
        return f"{page}{self.list_of(project)}#application-{application.public_id}"


class DeclineForm(NamesWhatIsMissing, forms.ModelForm):
    """One of the fixed, job-related reasons, and a note for this one person."""

    decline_reason = forms.ChoiceField(
        label="Why not?",
        choices=REASONS,
        widget=forms.RadioSelect,
        help_text="The student reads this sentence.",
        error_messages={"required": "Every no has a reason: choose one."},
    )

    class Meta:
        model = Application
        fields = ("decline_reason", "decline_note")
        field_classes = {"decline_note": Prose}
        labels = {"decline_note": "A note to the student"}
        help_texts = {"decline_note": "One concrete sentence helps more than praise."}

    def decision(self) -> dict[str, Any]:
        """The arguments of `selecting.decline`."""
        return {"reason": self.cleaned_data["decline_reason"], "note": self.cleaned_data["decline_note"]}

"""What a student types to apply."""

from typing import Any

from django import forms

from accounts.forms.eligibility import EligibilityField
from marketplace.kernel.forms import NamesWhatIsMissing
from projects import bidding, checking
from projects.models import Application, Project
from projects.models.applications import ANSWER_LENGTH, WHY


class Prose(forms.CharField):
    """Running text. A browser counts a line's end as one character and sends two; one is kept."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "rows": 6, "data-count": ""}


class ApplicationForm(NamesWhatIsMissing, forms.ModelForm):
    """Why this project, and one answer for each of its questions."""

    class Meta:
        model = Application
        fields = ("motivation",)
        field_classes = {"motivation": Prose}
        labels = {"motivation": WHY}
        help_texts = {
            "motivation": "What draws you to it, and what of yours fits: a course, a job, something you made."
        }
        error_messages = {"motivation": {"required": "Say in a few sentences why you want this project."}}

    def __init__(self, *args: Any, project: Project, asks_eligibility: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_eligibility = asks_eligibility
        self.answer_names = [f"answer_{number}" for number in range(1, len(project.questions) + 1)]
        for name, question in zip(self.answer_names, project.questions, strict=True):
            self.fields[name] = Prose(
                label=question,
                max_length=ANSWER_LENGTH,
                error_messages={"required": "Answer this question; the employer compares the answers."},
            )
        if asks_eligibility:
            self.fields["may_work_as"] = EligibilityField()
        typed = (str(self.data.get(self.add_prefix(name), "")) for name in ("motivation", *self.answer_names))
        if any(checking.suspicious(text) for text in typed):
            self.fields["flagged"] = forms.BooleanField(
                required=False, label="Send it as it is", help_text="A moderator looks at it."
            )

    def clean(self) -> dict[str, Any]:
        """The tripwires, beside the box in which something was noticed."""
        given: dict[str, Any] = super().clean() or {}
        for name in ("motivation", *self.answer_names):
            text = given.get(name) or ""
            if found := checking.before_held(text):
                self.add_error(name, str(bidding.NotBeforeHeld(found)))
            elif not given.get("flagged") and (seen := checking.suspicious(text)):
                self.add_error(name, str(bidding.WordsNoticed(seen[0])))
        return given

    def application(self) -> dict[str, Any]:
        """The arguments of `applying.apply`."""
        answers = [self.cleaned_data[name] for name in self.answer_names]
        flagged = self.cleaned_data.get("flagged", False)
        return {"motivation": self.cleaned_data["motivation"], "answers": answers, "flagged": flagged}


class VersionForm(forms.Form):
    """The version of what the person saw, so that a stale page decides nothing."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False, widget=forms.HiddenInput)

    @property
    def seen(self) -> int:
        """What was seen; 0, which no row has, where it cannot be read."""
        return (self.cleaned_data["version"] or 0) if self.is_valid() else 0

"""What an employer types to cancel a project: why, and an answer for everyone who still waits."""

from collections.abc import Sequence
from typing import Any

from django import forms

from marketplace.kernel.forms import NamesWhatIsMissing
from projects.models import Application, Project

REASONS = Application.DeclineReason.choices


class CancelForm(NamesWhatIsMissing, forms.Form):
    """One reason for the project, and one for each applicant; whoever gets none counts as not answered."""

    why = forms.ChoiceField(
        label="Why is it cancelled?",
        choices=Project.CancelReason.choices,
        widget=forms.RadioSelect,
        help_text="Everyone who applied reads this sentence.",
        error_messages={"required": "Say why: everyone who applied reads it."},
    )
    everyone = forms.ChoiceField(
        label="The same answer for everyone",
        choices=[("", "No answer: counts as not answered"), *REASONS],
        required=False,
        help_text="Below you can choose another one for a person.",
    )

    def __init__(self, *args: Any, waiting: Sequence[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = waiting
        if not waiting:
            del self.fields["everyone"]
        for application in waiting:
            self.fields[f"answer_{application.public_id}"] = forms.ChoiceField(
                label=str(application.applicant),
                choices=[("", "As for everyone"), *REASONS],
                required=False,
            )

    def answer_fields(self) -> list[forms.BoundField]:
        return [self[f"answer_{application.public_id}"] for application in self.waiting]

    def decision(self) -> dict[str, Any]:
        """The arguments of `cancelling.cancel_project`."""
        typed = self.cleaned_data
        answers = {
            application.public_id: typed[f"answer_{application.public_id}"] or typed["everyone"]
            for application in self.waiting
        }
        return {
            "why": typed["why"],
            "answers": {name: code for name, code in answers.items() if code},
        }

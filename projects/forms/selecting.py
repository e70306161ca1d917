"""What an employer types to an applicant who is not chosen."""

from typing import Any

from django import forms

from projects.forms.applying import Prose
from projects.models import Application


class DeclineForm(forms.ModelForm):
    """One of the fixed, job-related reasons, and a note for this one person."""

    decline_reason = forms.ChoiceField(
        label="Why not?",
        choices=Application.DeclineReason.choices[:-1],  # a project that is cancelled says so itself
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

"""What a moderator types."""

from typing import Any

from django import forms
from django.db import models

from marketplace.kernel.forms import NamesWhatIsMissing
from projects.models import Project


class ReasonsForm(NamesWhatIsMissing, forms.Form):
    """A moderator's no: its reasons, and in words what happened or should change."""

    reasons: type[models.TextChoices] = Project.RefusalReason
    label, help_text, missing = "What happened", "", "Say what happened."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"] = forms.MultipleChoiceField(
            label="Reasons",
            choices=self.reasons.choices,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": "Choose at least one reason."},
        )
        self.fields["note"] = forms.CharField(
            label=self.label,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 5, "cols": 60}),
            help_text=self.help_text,
            error_messages={"required": self.missing},
        )


class RefusalForm(ReasonsForm):
    """What a project or an edit lacks."""

    label, help_text = "What should change", "The company reads this."
    missing = "Say what should change."


class RemovalForm(ReasonsForm):
    """Why a project that was open is taken off the site."""

    help_text = "The company reads this. Applicants read only that it was removed."


class PardonForm(NamesWhatIsMissing, forms.Form):
    """Why a company may post again."""

    reason = forms.CharField(
        label="Why they may post again",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text="Only moderators read this.",
        error_messages={"required": "Say why they may post again."},
    )

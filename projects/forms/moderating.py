"""What a moderator types."""

from django import forms

from marketplace.kernel.forms import NamesWhatIsMissing
from projects.models import Project


class RefusalForm(NamesWhatIsMissing, forms.Form):
    """A no, with its reasons and what should change."""

    codes = forms.MultipleChoiceField(
        label="Reasons",
        choices=Project.RefusalReason.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one reason."},
    )
    note = forms.CharField(
        label="What should change",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 60}),
        help_text="The company reads this.",
        error_messages={"required": "Say what should change."},
    )


class PardonForm(NamesWhatIsMissing, forms.Form):
    """Why a company may post again."""

    reason = forms.CharField(
        label="Why they may post again",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text="Only moderators read this.",
        error_messages={"required": "Say why they may post again."},
    )


class RemovalForm(RefusalForm):
    """Why a project that was open is taken off the site."""

    note = forms.CharField(
        label="What happened",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 60}),
        help_text="The company reads this. Applicants read only that it was removed.",
        error_messages={"required": "Say what happened."},
    )

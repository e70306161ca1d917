"""What an employer types to change an open project."""

from typing import Any

from django import forms

from projects import drafts
from projects.forms.posting import DraftForm
from projects.models import Project


class EditForm(DraftForm):
    """The same for an open project: its dates never move, a trial stays one, its numbers are those of its day."""

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = drafts.numbers_of(project)
        del self.fields["window_days"], self.fields["is_trial"]
        few, many = self.numbers["min_hours"], self.numbers["max_hours"]
        self.fields["hours"].help_text = f"Between {few} and {many}, for each student."
        self.fields["replaces"] = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)

    @property
    def replaces(self) -> str:
        """The change that waited when the page was shown; empty where none did."""
        return str(self.cleaned_data.get("replaces", ""))

    def see_waiting(self, replaces: str) -> None:
        """Show what was typed once more, as a replacement of this change."""
        data: Any = self.data
        self.data = data = data.copy()
        data["replaces"] = replaces

"""What an employer chooses to open a project again: for how long, which says both dates."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings

from marketplace.kernel.forms import NamesWhatIsMissing
from marketplace.templatetags.display import day
from projects import opening
from projects.models import Project


class OpenAgainForm(NamesWhatIsMissing, forms.Form):
    """The days for which applications are taken; each choice is named by its dates, so that nobody has to count."""

    window_days = forms.TypedChoiceField(
        label="Students apply by",
        coerce=int,
        help_text="The second date is the hard end: whoever has no answer then is told so, "
        "and it counts in your public figures.",
    )

    def __init__(self, *args: Any, project: Project, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["window_days"]
        least, most = settings.APPLICATION_WINDOW_LEAST_DAYS, settings.APPLICATION_WINDOW_MOST_DAYS
        field.choices = [(days, said(project, days, at=at)) for days in range(least, most + 1)]
        field.initial = min(max(project.window_days, least), most)


def said(project: Project, days: int, *, at: datetime) -> str:
    closes_at, answer_by_at = opening.dates_of(project, days, at=at)
    return f"{day(closes_at)}, you answer by {day(answer_by_at)}"

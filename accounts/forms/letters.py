"""How a person wants to be told, topic by topic."""

from typing import Any

from django import forms

from marketplace.kernel.models import How, Topic
from marketplace.kernel.preferences import CHOOSABLE

HINTS = {
    Topic.WORK: "An offer, work handed in, changes asked for, more time.",
    Topic.MESSAGES: "The other side of your work wrote to you: once, then hourly while you have not read it.",
    Topic.APPLICATIONS: "Sent, received, short-listed, answered, withdrawn.",
    Topic.MODERATION: "A project of yours was looked at and opens.",
    Topic.TEAM: "You are invited, somebody joins or leaves, a role changes, a colleague opens a project again.",
    Topic.REMINDERS: "Before a date on which something happens by itself.",
}


class LetterChoicesForm(forms.Form):
    """One choice for each topic that can be chosen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for topic in CHOOSABLE:
            self.fields[topic.value] = forms.ChoiceField(
                label=topic.label,
                choices=How.choices,
                help_text=HINTS[topic],
                widget=forms.RadioSelect(attrs={"data-look": "choices-columns"}),
            )

    def choices(self) -> dict[Topic, How]:
        return {Topic(name): How(how) for name, how in self.cleaned_data.items()}

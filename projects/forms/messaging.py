"""What is typed to the other side in the workroom."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from marketplace.kernel.forms import NamesWhatIsMissing
from marketplace.kernel.ids import new_public_id
from projects import bidding, checking, messaging
from projects.forms.applying import Prose
from projects.models.messages import LONGEST


class MessageForm(NamesWhatIsMissing, forms.Form):
    """One text, with the tripwires beside it; `form_key` makes a form that arrives twice one message."""

    text = Prose(
        label="Your message",
        max_length=LONGEST,
        error_messages={"required": "Write a sentence or two."},
    )
    form_key = forms.RegexField(
        r"\A[a-z0-9]{10}\Z", required=False, widget=forms.HiddenInput, initial=new_public_id
    )

    def __init__(self, *args: Any, other: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "message-%s", **kwargs})
        self.fields["text"].widget.attrs["rows"] = 3
        self.fields["text"].label = f"Your message to {other}"
        if checking.suspicious(str(self.data.get("text", ""))):
            self.fields["flagged"] = forms.BooleanField(
                required=False, label="Send it as it is", help_text="A moderator looks at it."
            )

    def clean_text(self) -> str:
        """The rule's own look at the words."""
        text: str = self.cleaned_data["text"]
        if problem := messaging.problem_of(text):
            raise ValidationError(problem)
        return text

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        seen = checking.suspicious(given.get("text") or "")
        if seen and not given.get("flagged"):
            self.add_error("text", str(bidding.WordsNoticed(seen[0])))
        return given

    @property
    def words(self) -> dict[str, Any]:
        """The arguments of `messaging.send`; a key that cannot be read is none."""
        return {"flagged": False, **self.cleaned_data}

"""What somebody types to report something."""

from django import forms

from marketplace.kernel.forms import NamesWhatIsMissing
from projects.models import Report


class ReportForm(NamesWhatIsMissing, forms.ModelForm):
    """A reason and what happened; and, where two could meet again, whether they should."""

    block = forms.BooleanField(required=False, label="Do not let us meet again")

    class Meta:
        model = Report
        fields = ("reason", "text")
        widgets = {
            "reason": forms.RadioSelect(attrs={"data-look": "choices-framed"}),
            "text": forms.Textarea(attrs={"rows": 5, "maxlength": "1000", "data-count": "true"}),
        }
        help_texts = {"text": "What you saw, and where. Only moderators read it."}

    def __init__(self, data: object = None, *, may_block: bool = False) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["reason"].choices = Report.Reason.choices  # type: ignore[attr-defined]  # no empty one
        if not may_block:
            del self.fields["block"]
        else:
            self.fields["block"].help_text = (
                "Applications, questions, messages and invitations between you end. Work under way goes on, and its "
                "page says that no messages pass; nobody is told otherwise. You can lift it in your settings."
            )

"""What an employer types to propose more work."""

from typing import Any

from django import forms
from django.conf import settings

from marketplace.kernel.forms import NamesWhatIsMissing
from marketplace.kernel.money import Money
from payments import adding_work
from payments.models import MoreWork
from projects import bidding, checking, drafts
from projects.forms.applying import Prose
from projects.forms.fields import LinesField, MoneyField
from projects.models.projects import MAX_CRITERIA, MIN_CRITERIA


class MoreWorkForm(NamesWhatIsMissing, forms.ModelForm):
    """One more part, with the bounds that a project's part has; the platform fee is never asked."""

    criteria = LinesField(label="Criteria", what="criteria", most=MAX_CRITERIA)
    fee = MoneyField(label="Fee for the student")

    class Meta:
        model = MoreWork
        fields = ("title", "brief", "hours", "due_days")
        field_classes = {"brief": Prose}
        labels = {"title": "What is delivered", "brief": "What is to be done", "due_days": "Due"}
        widgets = {
            "brief": forms.Textarea({"rows": 5}),
            "hours": forms.NumberInput({"inputmode": "numeric", "data-unit": "hours"}),
            "due_days": forms.NumberInput(
                {"inputmode": "numeric", "data-unit": "days after the money is held"}
            ),
        }
        help_texts = {
            "title": "Such as: a second round of six interviews.",
            "brief": "**Bold**, lists with - and empty lines between paragraphs are shown as such.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["title", "brief", "criteria", "due_days", "hours", "fee"])
        self.fields["criteria"].help_text = (
            f"{MIN_CRITERIA} to {MAX_CRITERIA}, one on each line. "
            "A stranger should be able to say yes or no to each."
        )
        typed = (str(self.data.get(name, "")) for name in ("title", "brief", "criteria"))
        if checking.findings_in_more_work({"typed": "\n".join(typed)}):
            self.fields["flagged"] = forms.BooleanField(
                required=False, label="Send it as it is", help_text="A moderator looks at it."
            )
        self.fields["due_days"].help_text = f"Up to {settings.SPAN_DAYS} days."
        self.fields["hours"].help_text = f"At most {settings.MAX_HOURS}."
        floor = Money(settings.PAY_FLOOR_CENTS)
        self.fields["fee"].help_text = f"They get all of it: at least {floor} an hour."

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if not self.errors:
            for fault in adding_work.faults_of(self.terms()):
                self.add_error(fault.field, fault.message)
        if not self.errors and not self.is_flagged:
            for found in checking.findings_in_more_work(self.terms().texts):
                self.add_error(found.where, str(bidding.WordsNoticed(found)))
        return typed

    @property
    def is_flagged(self) -> bool:
        """Whether it is sent knowingly, though something in it was noticed."""
        return bool(self.cleaned_data.get("flagged"))

    def is_right_so_far(self) -> bool:
        """Whether nothing is wrong in what was typed; what is still empty counts as to come."""
        for name in [name for name in self.errors if not self[name].value()]:
            del self.errors[name]
        return not self.errors

    @property
    def price(self) -> drafts.Price:
        """What the numbers come to, as far as they can be read."""
        typed = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else {}
        return drafts.price(typed.get("fee"), typed.get("hours"), 1)

    def terms(self) -> adding_work.Terms:
        data = self.cleaned_data
        plain = {name: data[name] for name in ("title", "brief", "criteria", "hours", "due_days")}
        return adding_work.Terms(**plain, fee_cents=data["fee"])

"""What staff ask for: a right for some hours, or to see the site as somebody else."""

from django import forms
from django.conf import settings

from accounts.models import StaffRight, Viewing
from marketplace.kernel.forms import NamesWhatIsMissing


class RightForm(NamesWhatIsMissing, forms.ModelForm):
    """A kind, some hours and a reason."""

    hours = forms.IntegerField(
        label="For how many hours",
        min_value=1,
        max_value=settings.STAFF_RIGHT_HOURS,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-unit": "hours"}),
    )

    class Meta:
        model = StaffRight
        fields = ("kind", "hours", "reason")
        widgets = {
            "kind": forms.RadioSelect,
            "reason": forms.Textarea(attrs={"rows": "3", "maxlength": "300"}),
        }
        help_texts = {"reason": "The case or the task. It stands in the audit."}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["kind"].choices = StaffRight.Kind.choices  # type: ignore[attr-defined]


class ViewingForm(NamesWhatIsMissing, forms.ModelForm):
    """What for; the person reads it."""

    class Meta:
        model = Viewing
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": "3", "maxlength": "300"})}
        help_texts = {"reason": "The person reads this in their settings, and it stands in the audit."}

"""What a person says of a key that they make."""

from typing import Any

from django import forms
from django.conf import settings

from accounts.models import ApiKey, Scope
from marketplace.kernel.forms import NamesWhatIsMissing


class KeyForm(NamesWhatIsMissing, forms.ModelForm):
    """A name, what the key may do, and for how long."""

    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple(attrs={"data-look": "choices-framed"}),
        help_text="Only what the program needs. Nothing here goes beyond what you may do yourself.",
        error_messages={"required": "Choose at least one."},
    )
    days = forms.TypedChoiceField(label="It ends after", coerce=int)

    class Meta:
        model = ApiKey
        fields = ("name",)
        help_texts = {"name": "The program that will use it, so that you know later which key to revoke."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: Any = self.fields["days"]
        days.choices = [(number, f"{number} days") for number in settings.API_KEY_DAYS]
        days.initial = settings.API_KEY_DAYS[1]

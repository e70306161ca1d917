"""What a company types to show who it is."""

from django import forms

from accounts.models import CompanyProof
from marketplace.kernel.forms import NamesWhatIsMissing


class NumberForm(NamesWhatIsMissing, forms.ModelForm):
    """A public registry and the number in it."""

    class Meta:
        model = CompanyProof
        fields = ("registry", "number")
        help_texts = {
            "registry": "Its name and country, such as “Handelsregister Berlin” or “Companies House, UK”.",
            "number": "As it stands there.",
        }
        widgets = {
            "registry": forms.TextInput(attrs={"autocomplete": "off"}),
            "number": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        for field in self.fields.values():
            field.required = True

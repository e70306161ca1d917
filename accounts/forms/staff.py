"""Whom an owner invites, and as what."""

from typing import Any

from django import forms

from accounts.models import Invitation, Membership
from marketplace.kernel.forms import NamesWhatIsMissing

ROLES = {
    Membership.Role.MANAGER: "Manager: posts projects, answers applicants, reviews work and pays",
    Membership.Role.OWNER: "Owner: all of that, changes the company’s page and decides who acts for it",
}


class InvitationForm(NamesWhatIsMissing, forms.ModelForm):
    """An address and a role."""

    class Meta:
        model = Invitation
        fields = ("email", "role")
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "role": forms.RadioSelect(attrs={"data-look": "choices-framed"}),
        }
        labels = {"email": "E-mail address of a colleague"}
        help_texts = {"email": "They log in or sign up with this address to accept."}

    field_order = ("email", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = list(ROLES.items())

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class RoleForm(forms.Form):
    """The role that a member gets."""

    role = forms.ChoiceField(choices=Membership.Role.choices)

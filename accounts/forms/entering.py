"""allauth's forms for signing up, logging in and addresses, in our words."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.conf import settings

from marketplace.kernel.forms import NamesWhatIsMissing

LENGTH_HINT = (
    f"At least {settings.PASSWORD_LENGTH} characters. "
    "A few words in a row are easy to remember and hard to guess."
)
LABELS = {
    "email": "E-mail address",
    "login": "E-mail address",
    "password": "Password",
    "oldpassword": "Your password now",
    "password1": "New password",
    "code": "Code from the letter",
}
CODE_BOX = {"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "one-time-code"}


class OurWords(NamesWhatIsMissing):
    """Labels above the boxes instead of words within them, and one box for a new password."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            if name == "password1":
                field.help_text = LENGTH_HINT
            if name == "code":
                field.widget.attrs |= CODE_BOX


class LoginForm(OurWords, allauth.LoginForm):  # type: ignore[misc]
    """Address and password."""


class SignupForm(OurWords, allauth.SignupForm):  # type: ignore[misc]
    """Address and a new password; the name is asked afterwards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password1" in self.fields:  # a passkey needs none
            self.fields["password1"].label = "Password"
        self.fields["email"].help_text = "We send a code to it, so that nobody else can use it."


class AddEmailForm(OurWords, allauth.AddEmailForm):  # type: ignore[misc]
    """A new address, confirmed by a code before it counts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "New e-mail address"


class ChangeEmailForm(OurWords, allauth.ChangeEmailForm):  # type: ignore[misc]
    """Another address while the first one waits for its code."""


class ChangePasswordForm(OurWords, allauth.ChangePasswordForm):  # type: ignore[misc]
    """The password now and the new one."""


class SetPasswordForm(OurWords, allauth.SetPasswordForm):  # type: ignore[misc]
    """A first password."""


class ResetPasswordForm(OurWords, allauth.ResetPasswordForm):  # type: ignore[misc]
    """Where to send the code."""


class ResetPasswordKeyForm(OurWords, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password after the code."""


class ReauthenticateForm(OurWords, allauth.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""


class ConfirmEmailCodeForm(OurWords, allauth.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code that proves an address."""


class ConfirmResetCodeForm(OurWords, allauth.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The code that lets one choose a new password."""

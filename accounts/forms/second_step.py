"""allauth's forms for the second step of logging in, in our words."""

from typing import Any

from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.validators import MaxLengthValidator

from accounts.forms.entering import OurWords

MAX_NAME = 60
DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}


class AsksForACode(OurWords):
    """A code that an app shows, or one of those on paper; only digits are asked for in both cases."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code from your app, or a recovery code"
        self.fields["code"].widget.attrs |= DIGITS


class AuthenticateForm(AsksForACode, base.AuthenticateForm):  # type: ignore[misc]
    """The second step of logging in."""


class ReauthenticateForm(AsksForACode, base.ReauthenticateForm):  # type: ignore[misc]
    """A code once more, before something that matters."""


class ActivateTOTPForm(OurWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code that an app shows, which proves that it was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "The code that your app shows now"
        self.fields["code"].widget.attrs |= DIGITS


class NamesAKey(OurWords):
    """Whoever has several keys tells them apart by a name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label, name.help_text = "Name", "So that you know it again: the device it is on."
        name.widget.attrs |= {"autocomplete": "off", "maxlength": MAX_NAME}
        name.validators.append(MaxLengthValidator(MAX_NAME))


class AddWebAuthnForm(NamesAKey, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey or a security key."""

    passwordless = forms.BooleanField(
        label="It may log me in without the password",
        required=False,
        initial=True,
        help_text="Such a passkey asks for your finger, your face or a PIN. "
        "Untick this for a simple security key, which comes after the password.",
    )


class SignupWebAuthnForm(NamesAKey, webauthn.SignupWebAuthnForm):  # type: ignore[misc]
    """The passkey with which somebody signs up, instead of a password."""


class EditWebAuthnForm(NamesAKey, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a key."""

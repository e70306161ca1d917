"""Signing up with a passkey: the codes on paper come at once, or a lost telephone would lock its person out."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.views import SignupWebAuthnView
from django.http import HttpResponse
from django.shortcuts import redirect


class SignUpByPasskey(SignupWebAuthnView):  # type: ignore[misc]
    """allauth's, which leaves recovery codes for later."""

    def form_valid(self, form: Any) -> HttpResponse:
        user = self._login_stage.login.user
        response: HttpResponse = super().form_valid(form)
        RecoveryCodes.activate(user)
        if not self.request.user.is_authenticated:
            return response
        # A finger or a PIN made the passkey a moment ago, which shows who is there as using it would.
        record_authentication(self.request, user, "mfa", type="webauthn", reauthenticated=True)
        return redirect("mfa_view_recovery_codes")


sign_up_by_passkey = SignUpByPasskey.as_view()

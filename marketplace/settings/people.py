"""People: how they sign up, log in and prove who they are."""

from typing import Any

from marketplace.settings.connections import GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET
from marketplace.settings.running import PRODUCTION, TRUSTED_PROXIES, env
from marketplace.settings.site import HTTPS

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.http.PersonBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_LENGTH = 10
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.forms.passwords.StolenPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.http.second_step.EnteringAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.entering.LoginForm",
    "signup": "accounts.forms.entering.SignupForm",
    "add_email": "accounts.forms.entering.AddEmailForm",
    "change_email": "accounts.forms.entering.ChangeEmailForm",
    "change_password": "accounts.forms.entering.ChangePasswordForm",
    "set_password": "accounts.forms.entering.SetPasswordForm",
    "reset_password": "accounts.forms.entering.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.entering.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.entering.ReauthenticateForm",
    "confirm_email_verification_code": "accounts.forms.entering.ConfirmEmailCodeForm",
    "confirm_password_reset_code": "accounts.forms.entering.ConfirmResetCodeForm",
}
ACCOUNT_SIGNUP_REDIRECT_URL = "/accounts/welcome/"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # the code proved who it is; a second step is asked for all the same
CODE_MINUTES = 15  # letters can be slow
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_MINUTES * 60
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "accounts.http.second_step.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.second_step.AuthenticateForm",
    "reauthenticate": "accounts.forms.second_step.ReauthenticateForm",
    "activate_totp": "accounts.forms.second_step.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.second_step.AddWebAuthnForm",
    "edit_webauthn": "accounts.forms.second_step.EditWebAuthnForm",
    "signup_webauthn": "accounts.forms.second_step.SignupWebAuthnForm",
}
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # of a telephone's clock, in steps of 30 s; each code works once all the same
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # nothing can be guessed there, and a campus has one address
# In a local run the demo's administrator, whose password is public, shows everything without a telephone.
STAFF_SECOND_STEP: bool = PRODUCTION or env.flag("STAFF_SECOND_STEP", default=False)
STAFF_TIMED_RIGHTS: bool = PRODUCTION or env.flag("STAFF_TIMED_RIGHTS", default=False)
USERSESSIONS_TRACK_ACTIVITY = True
SOCIALACCOUNT_ADAPTER = "accounts.http.google.GoogleAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = (
    True  # where the adapter trusts Google's word for an address
)
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "google": {
        "APPS": [{"client_id": GOOGLE_CLIENT_ID, "secret": GOOGLE_CLIENT_SECRET}] if GOOGLE_CLIENT_ID else [],
        "SCOPE": ["profile", "email"],
        "AUTH_PARAMS": {"prompt": "select_account"},
        "OAUTH_PKCE_ENABLED": True,
    }
}

"""Every setting, in one file by subject; what differs between installations comes from the environment."""

from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONE, SELF

from marketplace.environment import CHECKOUT, Environment, default_data_dir

env = Environment()

# How it runs. Production is everything but a developer's machine, a local run and the tests.

BASE_DIR: Path = CHECKOUT
DEBUG: bool = env.flag("DEBUG", default=False)
LOCAL_RUN: bool = env.flag("LOCAL_RUN", default=False)
PRODUCTION: bool = not (DEBUG or LOCAL_RUN)
DATA_DIR: Path = env.folder("DATA_DIR", default_data_dir())
HOST: str = env.text("HOST", "127.0.0.1")
PORT: int = env.number("PORT", 8000, least=1, most=65535)
TRUSTED_PROXIES: int = env.number("TRUSTED_PROXIES", 0, most=5)  # how many reverse proxies stand in front
DEVELOPER_KEY = "a-key-that-everybody-knows-and-production-refuses"
SECRET_KEY: str = env.text("SECRET_KEY", DEVELOPER_KEY)
SECRET_KEY_FALLBACKS: list[str] = env.names("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS: list[str] = env.names("ALLOWED_HOSTS") or ([] if PRODUCTION else ["*"])

# The site and its numbers (defaults: PRODUCT.md). What is published or offered keeps the numbers of its day.

SITE_NAME: str = env.text("SITE_NAME", "Foothold")
SITE_URL: str = env.address("SITE_URL", f"http://localhost:{PORT}", "http", "https")
HTTPS: bool = SITE_URL.startswith("https://")
CURRENCY: str = env.one_of("CURRENCY", "usd", ("usd", "eur", "gbp", "cad", "aud"))
PAY_FLOOR_CENTS: int = env.number("PAY_FLOOR_CENTS", 2000)  # per hour
PAY_WARN_CENTS: int = env.number("PAY_WARN_CENTS", 2300)
PLATFORM_FEE_PERCENT: int = env.number("PLATFORM_FEE_PERCENT", 10, most=100)
PLATFORM_FEE_MINIMUM_CENTS: int = env.number("PLATFORM_FEE_MINIMUM_CENTS", 500)
MIN_HOURS: int = env.number("MIN_HOURS", 5, least=1)
MAX_HOURS: int = env.number("MAX_HOURS", 40, least=1)
TRIAL_MIN_HOURS: int = env.number("TRIAL_MIN_HOURS", 2, least=1)
TRIAL_MAX_HOURS: int = env.number("TRIAL_MAX_HOURS", 4, least=1)
MAX_SEATS: int = env.number("MAX_SEATS", 5, least=1)
MAX_DELIVERABLES: int = env.number("MAX_DELIVERABLES", 3, least=1)
MAX_QUESTIONS: int = env.number("MAX_QUESTIONS", 3)
START_DAYS: int = env.number("START_DAYS", 7, least=1)
SPAN_DAYS: int = env.number("SPAN_DAYS", 28, least=1)
WEEK_HOURS: int = env.number("WEEK_HOURS", 30, least=1)
WEEK_WARN_HOURS: int = env.number("WEEK_WARN_HOURS", 20, least=1)
APPLICATION_WINDOW_DAYS: int = env.number("APPLICATION_WINDOW_DAYS", 5, least=1)
APPLICATION_WINDOW_LEAST_DAYS: int = env.number("APPLICATION_WINDOW_LEAST_DAYS", 2, least=1)
APPLICATION_WINDOW_MOST_DAYS: int = env.number("APPLICATION_WINDOW_MOST_DAYS", 21, least=1)
ANSWER_DAYS: int = env.number("ANSWER_DAYS", 5, least=1)
UNANSWERED_PROJECTS: int = env.number("UNANSWERED_PROJECTS", 2, least=1)  # so many pause posting
UNANSWERED_DAYS: int = env.number("UNANSWERED_DAYS", 180, least=1)  # within so many days, and for as long
SECOND_IN_LINE: int = env.number("SECOND_IN_LINE", 3)  # for each open offer
SECOND_IN_LINE_DAYS: int = env.number("SECOND_IN_LINE_DAYS", 5, least=1)  # beyond the answer-by date
ASK_AGAIN_DAYS: int = env.number("ASK_AGAIN_DAYS", 3, least=1)  # after a no, when a seat is free again
APPLICATIONS_PER_SEAT: int = env.number("APPLICATIONS_PER_SEAT", 25, least=1)  # beyond, a waiting list
LIVE_APPLICATIONS: int = env.number("LIVE_APPLICATIONS", 15, least=1)  # a student's budget
OFFER_HOURS: int = env.number("OFFER_HOURS", 72, least=1)
OFFER_MARGIN_HOURS: int = env.number("OFFER_MARGIN_HOURS", 12)
OFFER_REMINDER_HOURS: tuple[int, ...] = (24, 60)
REVIEW_DAYS: int = env.number("REVIEW_DAYS", 7, least=1)
REVIEW_REMINDER_DAYS: tuple[int, ...] = (3, 5, 6)
LATER_REVIEW_DAYS: int = env.number("LATER_REVIEW_DAYS", 5, least=1)
REWORK_DAYS: int = env.number("REWORK_DAYS", 5, least=1)
REVISION_ROUNDS: int = env.number("REVISION_ROUNDS", 2)
UNDO_MINUTES: int = env.number("UNDO_MINUTES", 30)
SILENCE_CLEARING_HOURS: int = env.number("SILENCE_CLEARING_HOURS", 48)
WORK_REMINDER_DAYS: tuple[int, ...] = (-3, -1, 0, 1)  # from the due date of a part
MATERIALS_DAYS: int = env.number("MATERIALS_DAYS", 5, least=1)  # after the start, for what was promised
LATE_GRACE_DAYS: int = env.number("LATE_GRACE_DAYS", 3)
LATE_REFUND_DAYS: int = env.number("LATE_REFUND_DAYS", 7, least=1)  # after the grace, with nothing handed in
LATE_NOTICE_DAYS: int = env.number("LATE_NOTICE_DAYS", 3, least=1)  # at least from its announcement
EXTENSION_DAYS: int = env.number("EXTENSION_DAYS", 3, least=1)  # a personal clock, once on request
FIRST_CHARGES: int = env.number("FIRST_CHARGES", 3)  # a company's first captures are released later
FIRST_CHARGES_DAYS: int = env.number("FIRST_CHARGES_DAYS", 7)
REPORTS_A_DAY: int = env.number("REPORTS_A_DAY", 10, least=1)
TWO_ADMINS_CENTS: int = env.number("TWO_ADMINS_CENTS", 25000)  # above it a second person signs
ONE_ADMIN_BUSINESS_DAYS: int = env.number("ONE_ADMIN_BUSINESS_DAYS", 3, least=1)
SAMPLE_ONE_IN: int = env.number("SAMPLE_ONE_IN", 10, least=1)  # of what opens unseen, looked at afterwards
UNPROVEN_LIMIT_CENTS: int = env.number("UNPROVEN_LIMIT_CENTS", 50000)
APPEAL_DAYS: int = env.number("APPEAL_DAYS", 30, least=1)  # against a warning, a limit or a suspension
FAILED_CARDS_A_DAY: int = env.number("FAILED_CARDS_A_DAY", 5, least=1)
PAYEE_REMINDER_DAYS: tuple[int, ...] = (0, 1, 3, 7, 14, 30, 45, 60)
CHECKOUT_MINUTES: int = env.number("CHECKOUT_MINUTES", 60, least=30)  # a payment page that was left
HOLD_ALARM_DAYS: int = env.number("HOLD_ALARM_DAYS", 70, least=1)
CAPTURE_RETRY_HOURS: int = env.number("CAPTURE_RETRY_HOURS", 48, least=1)
LIVE_SECONDS: int = env.number("LIVE_SECONDS", 12, least=1)  # after which an open page asks for news
DIGEST_HOUR: int = env.number("DIGEST_HOUR", 7, most=23)  # of the reader's day, for the daily letter
PUBLIC_QUESTION_LENGTH: int = env.number("PUBLIC_QUESTION_LENGTH", 500, least=50, most=2000)  # characters
OPEN_PUBLIC_QUESTIONS: int = env.number("OPEN_PUBLIC_QUESTIONS", 3, least=1)  # of a student about one project
PUBLIC_QUESTIONS_A_DAY: int = env.number(
    "PUBLIC_QUESTIONS_A_DAY", 10, least=1
)  # of a student about all of them
MODERATION_BUSINESS_DAYS: int = env.number("MODERATION_BUSINESS_DAYS", 1, least=1)
MINIMUM_AGE: int = env.number("MINIMUM_AGE", 18, least=1)
PAYMENT_REQUESTS_A_DAY: int = env.number("PAYMENT_REQUESTS_A_DAY", 20, least=1)  # that one person sends
INVITATION_DAYS: int = env.number("INVITATION_DAYS", 7, least=1)  # to act for a company
INVITATIONS_A_DAY: int = env.number("INVITATIONS_A_DAY", 20, least=1)  # letters that one company sends
INVITATIONS_TO_ONE_A_DAY: int = env.number("INVITATIONS_TO_ONE_A_DAY", 3, least=1)  # from all companies
EXPORT_DAYS: int = env.number("EXPORT_DAYS", 7, least=1)  # that a copy of one's data can be fetched
EXPORTS_A_DAY: int = env.number("EXPORTS_A_DAY", 2, least=1)  # of one person
DELETION_DAYS: int = env.number("DELETION_DAYS", 14, least=1)  # in which one can take a deletion back
STAFF_RIGHT_HOURS: int = env.number("STAFF_RIGHT_HOURS", 8, least=1, most=72)  # the most that one can ask for
VIEWING_MINUTES: int = env.number("VIEWING_MINUTES", 30, least=5, most=240)  # of seeing the site as a person
HOLIDAYS = env.days("HOLIDAYS")  # business days are Monday to Friday less these

# Services

LOCAL_DATABASE = "" if PRODUCTION else "postgres://foothold@127.0.0.1:5432/foothold"
DATABASE: dict[str, Any] = env.database("DATABASE_URL", LOCAL_DATABASE)
DATABASE_OWNER: dict[str, Any] = env.database(
    "DATABASE_OWNER_URL", ""
)  # `migrate` alone connects as the owner
REDIS_URL: str = env.address("REDIS_URL", "" if PRODUCTION else "redis://127.0.0.1:6379/0", "redis", "rediss")
EMAIL: dict[str, Any] = env.mail("EMAIL_URL")
MAIL_DOMAIN: str = env.text("MAIL_DOMAIN", SITE_URL.partition("://")[2].partition(":")[0])
DEFAULT_FROM_EMAIL: str = env.text("FROM_EMAIL", f"{SITE_NAME} <no-reply@{MAIL_DOMAIN}>")
FILES: dict[str, Any] = env.store("FILES_URL")  # without it uploads lie in DATA_DIR
METRICS_TOKEN: str = env.text("METRICS_TOKEN")  # without it /metrics is not there
SECURITY_CONTACT: str = env.text("SECURITY_CONTACT", f"mailto:security@{MAIL_DOMAIN}")
MAIL_VIEWER: bool = LOCAL_RUN and not EMAIL  # letters are kept and read at /mail/

# Log-in with Google: no button and no request to it without both.

GOOGLE_CLIENT_ID: str = env.text("GOOGLE_CLIENT_ID")
GOOGLE_CLIENT_SECRET: str = env.text("GOOGLE_CLIENT_SECRET")

# Stripe. The address of its stand-in makes the sandbox; the key tells Stripe's test mode from live.

STRIPE_SECRET_KEY: str = env.text("STRIPE_SECRET_KEY", "" if PRODUCTION else "sk_test_sandbox")
STRIPE_API_BASE: str = env.address("STRIPE_API_BASE", "", "http", "https")
STRIPE_LIVE: bool = STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
STRIPE_MODE: str = "live" if STRIPE_LIVE else "sandbox" if STRIPE_API_BASE else "test"
# Comma lists, so that a new secret can be added before the old one goes.
STRIPE_WEBHOOK_SECRETS: dict[str, list[str]] = {
    "platform": env.names("STRIPE_WEBHOOK_SECRET_PLATFORM"),
    "connect": env.names("STRIPE_WEBHOOK_SECRET_CONNECT"),
    "v2": env.names("STRIPE_WEBHOOK_SECRET_V2"),
}

STRIPE_TRANSPORT: str = env.text("STRIPE_TRANSPORT", "")  # tests put the sandbox in their own process
STRIPE_TIMEOUT = (3.05, 25)  # seconds to connect and to read
# Up to this, a call whose outcome stays unknown is sent anew by itself after 26 h; above, a person decides.
AUTOMATIC_RESEND_CENTS: int = env.number("AUTOMATIC_RESEND_CENTS", 100_000)
STRIPE_TOLERANCE_SECONDS = 300  # how old or early a signed webhook may be

# Where a form may lead to: Stripe's own pages, or the stand-in's.
STRIPE_PAGE_ORIGINS: list[str] = (
    [STRIPE_API_BASE] if STRIPE_API_BASE else ["https://checkout.stripe.com", "https://connect.stripe.com"]
)
# Countries whose people a platform in the US can pay: US, CA, UK, EEA and CH (Stripe, cross-border transfers).
STRIPE_PAYS = (
    *("US", "CA", "GB", "CH", "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU"),
    *("IS", "IE", "IT", "LV", "LI", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
)
PAYABLE_COUNTRIES: list[str] = env.names("PAYABLE_COUNTRIES") or list(STRIPE_PAYS)

# What must not start

if STRIPE_SECRET_KEY and not STRIPE_SECRET_KEY.startswith(("sk_test_", "rk_test_", "sk_live_", "rk_live_")):
    env.refuse("STRIPE_SECRET_KEY", "is not a secret key: sk_test_, rk_test_, sk_live_ or rk_live_.")
if STRIPE_LIVE and STRIPE_API_BASE:
    env.refuse("STRIPE_API_BASE", "cannot be combined with a live key: real money goes to Stripe alone.")
if bool(GOOGLE_CLIENT_ID) != bool(GOOGLE_CLIENT_SECRET):
    env.refuse("GOOGLE_CLIENT_SECRET", "and GOOGLE_CLIENT_ID go together: set both or none.")
if PAY_WARN_CENTS < PAY_FLOOR_CENTS:
    env.refuse("PAY_WARN_CENTS", "is under PAY_FLOOR_CENTS.")
if MIN_HOURS > MAX_HOURS:
    env.refuse("MIN_HOURS", "is over MAX_HOURS.")
if TRIAL_MIN_HOURS > TRIAL_MAX_HOURS:
    env.refuse("TRIAL_MIN_HOURS", "is over TRIAL_MAX_HOURS.")
if DATABASE_OWNER and DATABASE.get("USER") == DATABASE_OWNER.get("USER"):
    env.refuse("DATABASE_OWNER_URL", "has the user of DATABASE_URL: the app must not own its tables.")
if not SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")):
    env.refuse("SECURITY_CONTACT", "is not an address that starts with mailto:, https:// or tel:.")
if PRODUCTION:
    for name, given in {
        "ALLOWED_HOSTS": ALLOWED_HOSTS,
        "DATABASE_URL": DATABASE,
        "REDIS_URL": REDIS_URL,
        "EMAIL_URL": EMAIL,
        "STRIPE_SECRET_KEY": STRIPE_SECRET_KEY,
        **{
            f"STRIPE_WEBHOOK_SECRET_{key.upper()}": secrets for key, secrets in STRIPE_WEBHOOK_SECRETS.items()
        },
    }.items():
        if not given:
            env.refuse(name, "is not set.")
    if SECRET_KEY == DEVELOPER_KEY or len(SECRET_KEY) < 50:
        env.refuse("SECRET_KEY", "is not set to at least 50 random characters.")
    if METRICS_TOKEN and len(METRICS_TOKEN) < 24:
        env.refuse("METRICS_TOKEN", "has fewer than 24 characters: leave it out, or make it random.")
    if "*" in ALLOWED_HOSTS:
        env.refuse("ALLOWED_HOSTS", "lets every host name in: name the site's own.")
    if not HTTPS:
        env.refuse("SITE_URL", "does not start with https://.")
    if FILES and not FILES["endpoint_url"].startswith("https://"):
        env.refuse("FILES_URL", "goes without TLS: files of people are to be sent by s3:// alone.")
    if STRIPE_API_BASE:
        env.refuse("STRIPE_API_BASE", "leads to a sandbox; production takes real cards only.")
env.stop_if_refused()

# Django

ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
APPEND_SLASH = True

INSTALLED_APPS = [
    "marketplace.kernel",
    "accounts",
    "projects",
    "payments",
    "marketplace.site",
    "marketplace.site.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "marketplace.site.middleware.ResourcePolicy",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",  # within those, as its redirect to https is an answer too
    "marketplace.site.middleware.RefuseNulBytes",  # after what marks every answer, as the next
    "marketplace.site.middleware.Compressed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "marketplace.site.middleware.PrivateAnswers",  # before those that set cookies
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.http.SessionSeenMiddleware",
    "accounts.http.second_step.StaffSecondStepMiddleware",
    "accounts.http.leaving.LeavingMiddleware",
    "accounts.http.seen_as.ViewingMiddleware",  # after what notes who is logged in
    "accounts.http.TimeZoneMiddleware",
    "accounts.http.OnboardingMiddleware",
    "accounts.http.SiteNameMiddleware",
    "marketplace.kernel.http.RuleViolationMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,  # template_partials wraps the loaders when the apps are ready
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marketplace.site.context.site",
            ],
            "libraries": {
                name: f"marketplace.templatetags.{name}"
                for name in ("display", "fields", "icons", "navigation", "prose")
            },
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # our templates/django/forms/ before Django's

# Database, cache, files, static files

DATABASES: dict[str, dict[str, Any]] = {
    "default": DATABASE | {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
}
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "site",
    },
    "letters": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "letters",
        "TIMEOUT": None,
    },
}
# Names are random and nothing is written over; everybody gets a file through us, after a look at who asks.
S3_OPTIONS = {
    "default_acl": None,
    "file_overwrite": False,
    "addressing_style": "path",
    "max_memory_size": 1 << 20,
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": FILES | S3_OPTIONS}
    if FILES
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "files"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [(kind, BASE_DIR / "static" / kind) for kind in ("css", "img", "js", "vendor")]  # not src/
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False
FILE_UPLOAD_PERMISSIONS = 0o600

# People

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
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.http.AccountAdapter"
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

# Security

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = HTTPS and PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS and PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS and PRODUCTION
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}

# Letters

SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND: str = "django.core.mail.backends.locmem.EmailBackend"
EMAIL_TIMEOUT = 15
MAILVIEWER_CACHE = "letters"
if MAIL_VIEWER:
    EMAIL_BACKEND = "django_mail_viewer.backends.cache.EmailBackend"
if EMAIL:
    EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = EMAIL["EMAIL_HOST"], EMAIL["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_USER"] or "", EMAIL["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL["EMAIL_USE_TLS"], EMAIL["EMAIL_USE_SSL"]

# Background work (PAYMENTS.md section 6): Redis is a doorbell, PostgreSQL the queue.

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "retry_on_timeout": True,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE = True
CELERY_TASK_ACKS_ON_TIMEOUT = True
CELERY_TASK_TIME_LIMIT = 60  # under the lease of 120 s, which is under the visibility of 600 s
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_TASK_ROUTES = {
    "pay.*": {"queue": "money"},
    "payments.*": {"queue": "money"},
    "hook.*": {"queue": "hooks"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 40
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # a cancelled call is an unknown outcome
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: every interval is short
# seconds between two runs; what a worker could not take before the next is due is dropped
SWEEPS = {
    "kernel.tick": 15,
    "kernel.send_letters": 15,
    "accounts.look_at_sites": 60,
    "kernel.write_digests": 60,
    "kernel.forget_answers": 3600,
    "projects.sweep": 15,
    "payments.sweep": 15,
    "payments.sweep_deadlines": 30,
    "site.make_exports": 60,
    "site.sweep_privacy": 300,
}
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in SWEEPS.items()
}

# API

API_KEYS: int = env.number("API_KEYS", 20, least=1)  # live ones of a person
API_KEY_DAYS: tuple[int, ...] = (30, 90, 365)  # to choose from; none lives for ever
API_ADDRESS_A_MINUTE: int = env.number("API_ADDRESS_A_MINUTE", 60, least=1)  # requests of visitors
API_PERSON_A_MINUTE: int = env.number("API_PERSON_A_MINUTE", 600, least=1)
API_KEY_A_MINUTE: int = env.number("API_KEY_A_MINUTE", 300, least=1)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [  # the first says how to ask again: 401 and not 403
        "accounts.api.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["marketplace.kernel.api.documents.DocumentParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "marketplace.kernel.api.documents.OneKind",
    "DEFAULT_THROTTLE_CLASSES": ["marketplace.kernel.api.throttles.ByTheMinute"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "marketplace.kernel.api.schema.DoorSchema",
    "EXCEPTION_HANDLER": "marketplace.kernel.api.problems.problem",
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
    "SCHEMA_COERCE_PATH_PK": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "Every step of the pages, by the same rules. Times are in UTC, amounts in cents.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "marketplace.kernel.api.schema.share_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ProjectStatus": "projects.models.Project.Status",
        "ApplicationStatus": "projects.models.Application.Status",
        "ChangeStatus": "projects.models.ProjectEdit.Status",
        "QuestionStatus": "projects.models.PublicQuestion.Status",
        "EngagementStatus": "projects.models.Engagement.Status",
        "DeliverableStatus": "projects.models.Deliverable.Status",
        "HoldStatus": "payments.models.Hold.Status",
        "DeclineReason": "projects.forms.selecting.REASONS",
        "NotAnsweredReason": "projects.models.PublicQuestion.DeclineReason",
        "CancelReason": "projects.models.Project.CancelReason",
        "Eligibility": "accounts.models.Eligibility",
        "InvitationStatus": "accounts.models.Invitation.Status",
        "HowToTell": "marketplace.kernel.models.How",
    },
}

# Logs: one event a line, with the id of its request or task; JSON in production.

DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOG_LEVEL: str = "INFO" if PRODUCTION else "WARNING"
LOG_STEPS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *LOG_STEPS,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": LOG_STEPS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(
                    [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
                    if PRODUCTION
                    else [
                        structlog.dev.ConsoleRenderer(
                            colors=False, exception_formatter=structlog.dev.plain_traceback
                        )
                    ]
                ),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": LOG_LEVEL},
        "django.server": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
    },
}

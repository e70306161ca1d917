"""Django: what it is made of, and where it keeps what it keeps."""

from typing import Any

from marketplace.settings.connections import DATABASE, FILES, REDIS_URL
from marketplace.settings.running import BASE_DIR, DATA_DIR, PRODUCTION

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

# The statements of `kernel.statements` are planned once in a connection: all go by keys, whatever the values are.
PREPARED = {"prepare_threshold": 1, "options": "-c plan_cache_mode=force_generic_plan"}
DATABASES: dict[str, dict[str, Any]] = {
    "default": DATABASE
    | {
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": PREPARED | DATABASE.get("OPTIONS", {}),
    }
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

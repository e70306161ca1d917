"""How letters leave."""

from marketplace.settings.connections import DEFAULT_FROM_EMAIL, EMAIL, MAIL_VIEWER

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

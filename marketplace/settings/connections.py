"""What the site speaks with: database, broker, mail, file store, Google, and who may watch it."""

from typing import Any

from marketplace.settings.running import LOCAL_RUN, PRODUCTION, env
from marketplace.settings.site import SITE_NAME, SITE_URL

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

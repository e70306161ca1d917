"""What must not start: all of it is told at once, a line each."""

import re

from marketplace.settings.connections import (
    DATABASE,
    DATABASE_OWNER,
    EMAIL,
    FILES,
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET,
    METRICS_TOKEN,
    REDIS_URL,
    SECURITY_CONTACT,
)
from marketplace.settings.running import ALLOWED_HOSTS, DEVELOPER_KEY, PRODUCTION, SECRET_KEY, env
from marketplace.settings.site import (
    HTTPS,
    MAX_HOURS,
    MIN_HOURS,
    PAY_FLOOR_CENTS,
    PAY_WARN_CENTS,
    SECOND_PERSON_EMAIL,
    TRIAL_MAX_HOURS,
    TRIAL_MIN_HOURS,
)
from marketplace.settings.stripe import (
    STRIPE_API_BASE,
    STRIPE_LIVE,
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRETS,
)

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
if SECOND_PERSON_EMAIL and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", SECOND_PERSON_EMAIL):
    env.refuse("SECOND_PERSON_EMAIL", "is not an e-mail address such as books@example.org.")
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

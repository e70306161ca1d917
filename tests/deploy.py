"""`python -m tests.deploy <command>`: a Django command under settings as they are in production."""

import os
import secrets
import sys

from django.core.management import execute_from_command_line

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "marketplace.settings",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "foothold.example.org",
    "SITE_URL": "https://foothold.example.org",
    "DATABASE_URL": "postgres://foothold:a@db.example.org/foothold",
    "DATABASE_OWNER_URL": "postgres://foothold_owner:b@db.example.org/foothold",
    "REDIS_URL": "rediss://:c@cache.example.org/0",
    "EMAIL_URL": "submission://user:d@mail.example.org:587",
    "STRIPE_SECRET_KEY": "rk_test_" + secrets.token_hex(12),
    "STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_" + secrets.token_hex(12),
    "STRIPE_WEBHOOK_SECRET_CONNECT": "whsec_" + secrets.token_hex(12),
    "STRIPE_WEBHOOK_SECRET_V2": "whsec_" + secrets.token_hex(12),
}

if __name__ == "__main__":
    os.environ |= ENVIRONMENT
    execute_from_command_line(["manage.py", *sys.argv[1:]])

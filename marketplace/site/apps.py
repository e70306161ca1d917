"""The site as a Django app."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "marketplace.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

"""The site as a Django app."""

from django.apps import AppConfig
from django.contrib.admin import apps as administration


class SiteConfig(AppConfig):
    name = "marketplace.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"


class AdministrationConfig(administration.AdminConfig):
    """Django's administration as our own site."""

    default = False
    default_site = "marketplace.site.administration.Administration"

"""The kernel as a Django app: it owns the tables of letters and notices."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "marketplace.kernel"
    label = "kernel"
    verbose_name = "Audit"
    default_auto_field = "django.db.models.BigAutoField"

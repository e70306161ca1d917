"""The payments app."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments.ledger.guards import check_guards  # reads tables, so after the apps are loaded

        register(check_guards, Tags.database)

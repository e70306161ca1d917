"""`manage.py local`: everything on this machine, under one supervisor. `make run` calls it."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.site.local.console import Console
from marketplace.site.local.run import LocalRun
from marketplace.site.local.supervisor import Failed


class Command(BaseCommand):
    help = "Starts the whole site here, with embedded PostgreSQL and Valkey; Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not os.environ.get("LOCAL_RUN"):
            raise CommandError("The services are started by manage.py: run ./manage.py local")
        try:
            LocalRun(Console()).serve()
        except Failed as why:
            raise CommandError(str(why)) from None

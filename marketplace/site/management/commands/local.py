"""`manage.py local`: everything on this machine, under one supervisor. `make run` calls it."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.site.local.console import Console
from marketplace.site.local.run import LocalRun
from marketplace.site.local.supervisor import Failed


class Command(BaseCommand):
    help = "Starts the whole site here, with embedded PostgreSQL and Valkey; Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_false", dest="demo", help="start without demo data")

    def handle(self, *args: Any, demo: bool, **options: Any) -> None:
        if not os.environ.get("LOCAL_RUN"):
            raise CommandError("The services are started by manage.py: run ./manage.py local")
        try:
            LocalRun(Console(), demo=demo).serve()
        except Failed as why:
            raise CommandError(str(why)) from None

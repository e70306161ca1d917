"""`manage.py seed_demo`: the demo's people, companies and projects; what is there already stays."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from marketplace.site import demo


class Command(BaseCommand):
    help = "Makes the demo's people, companies and projects by calling the rules. Refused in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--first", action="store_true", help="only what the site shows first")

    def handle(self, *args: Any, first: bool, **options: Any) -> None:
        try:
            made = demo.seed(at=timezone.now(), first=first)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made} projects are new")

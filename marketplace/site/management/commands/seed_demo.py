"""`manage.py seed_demo`: the demo's people, companies, projects and what became of them; a second run adds nothing."""

import logging
import signal
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from marketplace.site.demo import seeding
from marketplace.site.demo.living import LocalStandIn, Stopped


class Command(BaseCommand):
    help = "Makes the demo by calling the rules, all of it or one part. Refused in production."
    stopped = False

    def add_arguments(self, parser: CommandParser) -> None:
        part = parser.add_mutually_exclusive_group()
        part.add_argument("--first", action="store_true", help="only what the site shows first")
        part.add_argument("--past", action="store_true", help="only the stories in which money moves")
        part.add_argument("--rest", action="store_true", help="only the stories without money")

    def handle(self, *args: Any, first: bool, past: bool, rest: bool, **options: Any) -> None:
        try:
            seeding.check_allowed()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if not seeding.is_wanted():
            self.stdout.write("Nothing to do: the demo is complete, or this site has people of its own")
            return
        everything = not (first or past or rest)
        if first or everything:
            self.stdout.write(f"{seeding.first(at=timezone.now())} projects are new")
        if first:
            return
        signal.signal(signal.SIGTERM, self.note)
        if (past or everything) and settings.STRIPE_API_BASE:
            self.live_past()
        if (rest or everything) and not self.stopped:
            money = bool(settings.STRIPE_API_BASE)
            seeding.add_rest(at=timezone.now(), with_money=money, stop=self.was_stopped, say=self.say)

    def live_past(self) -> None:
        if current_app.control.ping(timeout=1):
            raise CommandError("A worker runs and would act in the demo’s past: stop it first.")
        logging.getLogger("payments").setLevel(logging.ERROR)  # two cards are refused, as the stories want it
        standin = LocalStandIn(settings.STRIPE_API_BASE)
        try:
            seeding.live_past(standin, stop=self.was_stopped, say=self.say)
        except Stopped:
            self.stdout.write("Interrupted; the next start goes on from here")

    def note(self, *signal_and_frame: Any) -> None:
        """Finish the act at hand; nothing is left half done."""
        self.stopped = True

    def was_stopped(self) -> bool:
        return self.stopped

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

"""`manage.py drain`: everything that is due about money, done without Celery."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from marketplace.kernel import telling
from payments import reconciling, tasks


class Command(BaseCommand):
    help = "Runs what is due (operations, events, deadlines, news, reconciling, alarms) until none is (or --once)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round only")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        total = 0
        while True:
            now = timezone.now()
            done = tasks.run_deadlines(at=now) + reconciling.run_jobs(at=now)
            done += tasks.sweep_once(at=now) + tasks.watch_once(at=now)
            telling.tell_due(at=now)
            total += done
            if once or not done:
                break
        self.stdout.write(f"{total} done")

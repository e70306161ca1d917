"""`manage.py drain`: everything that is due about money, done without Celery."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from marketplace.kernel import telling
from marketplace.kernel.sweeping import work_off
from payments import reconciling, tasks

RULES: tuple[Callable[..., int], ...] = (
    *(tasks.run_deadlines, tasks.pass_sanctions, reconciling.run_jobs, tasks.sweep_once, tasks.watch_once),
    telling.tell_due,
)


def one_round(*, at: datetime) -> int:
    return work_off(RULES, lambda rule: rule(at=at))


class Command(BaseCommand):
    help = "Runs what is due (operations, events, deadlines, news, reconciling, alarms) until none is (or --once)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round only")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        total = 0
        while True:
            done = one_round(at=timezone.now())
            total += done
            if once or not done:
                break
        self.stdout.write(f"{total} done")

"""`manage.py halt`: stop sending anything to Stripe, go on, or say how it stands."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from payments import operations
from payments.models import SendingStop


class Command(BaseCommand):
    help = "Stops sending to Stripe, or goes on; without an option it says how it stands."

    def add_arguments(self, parser: CommandParser) -> None:
        either = parser.add_mutually_exclusive_group()
        either.add_argument("--begin", action="store_true", help="send nothing until --end")
        either.add_argument("--restored", action="store_true", help="reconcile first, as after a restore")
        either.add_argument("--end", action="store_true", help="end every stop")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["begin"]:
            operations.stop_sending(SendingStop.Reason.ORDERED, at=now)
        if options["restored"]:
            operations.stop_sending(SendingStop.Reason.RESTORED, at=now)
        if options["end"]:
            for reason in SendingStop.Reason:
                operations.send_again(reason, at=now)
        stops = [str(stop) for stop in SendingStop.objects.standing().order_by("pk")]
        changed = [f"A guard was changed: {one}" for one in operations.guards_changed(at=now, anew=True)]
        for line in [*stops, *changed] or ["Money is sent."]:
            self.stdout.write(line)

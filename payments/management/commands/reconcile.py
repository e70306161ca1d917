"""`manage.py reconcile`: compare our book with Stripe now, all of it, and say what differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from payments import reconciling


class Command(BaseCommand):
    help = "Runs every check at a fence and keeps the outcome; fails where one is red."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pay-out", action="store_true", help="then pay what is our own out to the bank")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        run = reconciling.run_checks(at=now)
        for check in run.checks:
            self.stdout.write(
                f"{'green' if check['is_green'] else 'RED  '} {check['name']}: {check['words']}"
            )
        if not run.is_green:
            raise CommandError("They differ.")
        if options["pay_out"]:
            payout = reconciling.plan_payout(run, at=now)
            reconciling.send_payouts(at=now)
            if payout is not None:
                payout.refresh_from_db()
            self.stdout.write(str(payout or "Nothing is our own beyond float and reserve."))

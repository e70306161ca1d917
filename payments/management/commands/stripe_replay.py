"""`manage.py stripe_replay`: handle events of Stripe again, such as orphans once their cause is mended."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from payments import stripe_events
from payments.models import StripeEvent


class Command(BaseCommand):
    help = "Handles stored events again; what is booked already is not booked twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--event", help="the id of one event")
        parser.add_argument("--type", help="all of this type, such as refund.failed")
        parser.add_argument("--since", help="all received since: 2026-11-28T14:00 (UTC)")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted: dict[str, Any] = {}
        if options["event"]:
            wanted["pk"] = options["event"]
        if options["type"]:
            wanted["type"] = options["type"]
        if options["since"]:
            wanted["received_at__gte"] = moment(options["since"])
        if not wanted:
            raise CommandError("Say which: --event, --type or --since.")
        now = timezone.now()
        chosen = list(StripeEvent.objects.filter(**wanted).values_list("pk", flat=True))
        StripeEvent.objects.filter(pk__in=chosen).replay(at=now)
        handled = sum(stripe_events.handle(pk, at=now) for pk in chosen)
        waiting = StripeEvent.objects.filter(pk__in=chosen, status=StripeEvent.Status.NEW).count()
        self.stdout.write(f"{handled} handled, of which {waiting} could not be booked and are tried again")


def moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text} is no moment: 2026-11-28T14:00")
    return found if found.tzinfo else found.replace(tzinfo=UTC)

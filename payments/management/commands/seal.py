"""`manage.py seal`: seal the book now, or compute every seal anew to see whether all still hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments import ledger
from payments.models import Seal


class Command(BaseCommand):
    help = "Seals what was posted; with --verify computes every seal anew; with --list prints them to keep elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--verify", action="store_true", help="compute all anew, change nothing")
        parser.add_argument(
            "--list", action="store_true", help="print number, moment, journals and hash of each"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for one in Seal.objects.order_by("pk"):
                self.stdout.write(f"{one.pk} {one.sealed_at:%Y-%m-%dT%H:%M:%SZ} {one.journals} {one.digest}")
        elif options["verify"]:
            broken = ledger.broken_seals()
            if broken:
                raise CommandError("\n".join(str(one) for one in broken))
            self.stdout.write(f"{Seal.objects.count()} seals hold.")
        else:
            made = ledger.seal()
            self.stdout.write(f"Seal {made.pk} covers {made.journals} journals: {made.digest}")

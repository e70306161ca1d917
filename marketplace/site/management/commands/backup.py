"""`manage.py backup [--to FOLDER] [--keep N]`: database and files into a new folder, while the site goes on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from marketplace.site.backups import making


class Command(BaseCommand):
    help = "Save database and files into a new folder that `restore` takes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", type=Path, default=settings.DATA_DIR / "backups", help="where the folder goes"
        )
        parser.add_argument(
            "--keep", type=int, default=0, help="of all there remove all but so many; 0 keeps all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = making.make(options["to"].resolve(), at=timezone.now(), keep=options["keep"])
        self.stdout.write(f"Saved in {folder}")

"""`manage.py restore FOLDER`: a backup onto an empty database, and the proof that it is all there."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from marketplace.site.backups import restoring


class Command(BaseCommand):
    help = "Restore a backup onto an empty database, and compare rows, books and files with it."
    requires_system_checks = ()  # they read tables that are not there yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        restored = restoring.restore(options["folder"].resolve())
        rows, files = sum(restored.state.rows.values()), len(restored.files)
        self.stdout.write(
            f"Restored the state of {restored.made_at}: {rows} rows and {files} files, the books equal."
        )
        for path in restored.gone:
            self.stdout.write(f"Not in the backup, since it had just been removed: {path}")

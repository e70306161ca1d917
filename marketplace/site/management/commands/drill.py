"""`manage.py drill`: a backup of the running site, restored and compared on a throw-away server; nothing stays."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.site.backups import making
from marketplace.site.local.servers import OWNER, Postgres, ServiceFailed


class Command(BaseCommand):
    help = "Prove that a backup of this site can be restored, on a throw-away server of this machine."

    def handle(self, *args: Any, **options: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="foothold-drill-") as name:
            home = Path(name)
            home.chmod(0o711)  # the server's unprivileged account passes through
            started = time.monotonic()
            folder = making.make(home / "backups", at=timezone.now())
            saved = time.monotonic()
            self.stdout.write(restored(folder, home / "restored"), ending="")
            done = time.monotonic()
        self.stdout.write(f"Saved in {saved - started:.1f} s, restored and compared in {done - saved:.1f} s.")


def restored(folder: Path, home: Path) -> str:
    """What `restore` says of it, in a process that knows nothing but the throw-away server and folder."""
    server = Postgres(home, os.urandom(16).hex(), throwaway=True)
    try:
        server.start()
        own = {
            "DATABASE_URL": server.url(),
            "DATABASE_OWNER_URL": server.url(OWNER),
            "DATA_DIR": str(home),
        }
        env = {key: value for key, value in os.environ.items() if key.removesuffix("_FILE") not in own} | own
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", str(folder)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    except ServiceFailed as error:
        raise CommandError(str(error)) from error
    finally:
        server.stop()
    if done.returncode:
        raise CommandError(done.stderr.strip())
    return done.stdout

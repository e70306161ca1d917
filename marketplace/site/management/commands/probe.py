"""`manage.py probe web | clock`: for health checks, 0 when that part does its work, else 1 and why."""

import urllib.error
import urllib.request
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketplace.kernel import pulse

SECONDS = 5
PULSE_MAY_REST = timedelta(minutes=2)  # eight beats


class Command(BaseCommand):
    help = "Whether the web server is ready, or the clock's ticks reach a worker; for health checks."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=["web", "clock"])
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = web(options["port"]) if options["part"] == "web" else clock()
        if wrong:
            raise CommandError(wrong)
        self.stdout.write("ok")


def web(port: int) -> str:
    """What /readyz says is wrong, asked on this machine under the site's own name."""
    host = settings.SITE_URL.partition("://")[2]
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": host})
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS):  # noqa: S310 - the address is ours
            return ""
    except urllib.error.HTTPError as answer:
        return answer.read().decode()
    except OSError as error:
        return f"nothing answers: {error}"


def clock() -> str:
    silence = pulse.silence(at=timezone.now())
    if silence is None:
        return "no tick has reached a worker yet"
    return "" if silence < PULSE_MAY_REST else f"no tick has reached a worker for {silence}"

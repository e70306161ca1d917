"""The local run once its services are up: tables, demo, then every process until it is told to stop."""

import os
import signal
from types import FrameType
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connections

from marketplace.site.local.console import Console
from marketplace.site.local.embedding import SANDBOX, SIGNALS
from marketplace.site.local.supervisor import Supervisor, answers

SANDBOX_FLOAT_CENTS = 500_000  # the platform's own money in the sandbox, for refunds
# Celery's advice to root, given to people who only try the site.
NO_ADVICE = "ignore:You're running the worker with superuser privileges"
PEOPLE = ("student@demo.test", "employer@demo.test", "admin@demo.test")
PASSWORD = "demo-foothold"  # noqa: S105


class LocalRun:
    """`serve()` starts everything, stays until a signal unwinds it, and stops everything."""

    def __init__(self, console: Console, *, demo: bool) -> None:
        self.console = console
        self.sandbox = os.environ.get(SANDBOX)
        self.has_demo = demo and "seed_demo" in get_commands()
        self.supervisor = Supervisor(settings.BASE_DIR, dict(os.environ) | {"PYTHONUNBUFFERED": "1"}, console)

    def serve(self) -> None:
        """Raises Failed with one line that says what is wrong."""
        try:
            self.start()
            self.greet()
            self.supervisor.watch()
        finally:
            for number in SIGNALS:
                signal.signal(number, self.hurry)
            self.console.say("Stopping; what is being done is finished first. Ctrl-C again ends it at once.")
            self.supervisor.stop_all()

    def hurry(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.supervisor.kill_all()

    def start(self) -> None:
        if self.sandbox:
            self.start_sandbox(self.sandbox)
        with self.console.step("Database tables"):
            call_command("migrate", verbosity=0)
        if self.has_demo:
            with self.console.step("The first demo projects"):
                call_command("seed_demo", first=True)
        connections.close_all()
        with self.console.step("Web server and worker"):
            self.supervisor.start("web", *gunicorn(f"{settings.HOST}:{settings.PORT}"))
            queues = ("--queues=money,hooks,celery", "--concurrency=2")
            self.supervisor.start("worker", *celery("worker", *queues), extra={"PYTHONWARNINGS": NO_ADVICE})
            if self.sandbox:
                self.supervisor.wait_until(
                    answers(f"{self.sandbox}/_sandbox/books"), what="Stripe's stand-in"
                )
            self.supervisor.wait_until(answers(f"{self.address}/readyz"), what="The site")
        self.supervisor.start("beat", *celery("beat"))
        if self.has_demo:
            self.supervisor.start("demo", "manage.py", "seed_demo", ends=True)

    def start_sandbox(self, address: str) -> None:
        env = {
            "SANDBOX_PUBLIC_URL": address,
            "SANDBOX_KEY": settings.STRIPE_SECRET_KEY,
            "SANDBOX_FLOAT_CENTS": str(SANDBOX_FLOAT_CENTS),
        }
        for channel, secrets in settings.STRIPE_WEBHOOK_SECRETS.items():
            env[f"SANDBOX_WEBHOOK_{channel.upper()}"] = (
                f"{self.address}/webhooks/stripe/{channel}/|{secrets[0]}"
            )
        loopback = settings.HOST in {"127.0.0.1", "localhost"}
        command = ["-m", "payments.sandbox", "--host", settings.HOST, "--port", str(urlsplit(address).port)]
        command += ["--data-dir", str(settings.DATA_DIR / "sandbox"), *([] if loopback else ["--anywhere"])]
        self.supervisor.start("sandbox", *command, extra=env)

    @property
    def address(self) -> str:
        """Where our own processes reach the site, whatever it is bound to."""
        host = "127.0.0.1" if settings.HOST in {"0.0.0.0", "localhost"} else settings.HOST  # noqa: S104
        return f"http://{host}:{settings.PORT}"

    def greet(self) -> None:
        say = self.console.say
        say(f"\n  {settings.SITE_NAME} is ready:  {settings.SITE_URL}/")
        if self.has_demo:
            say(f"  Log in as         {', '.join(PEOPLE)}")
            say(f"  with the password {PASSWORD}")
        if settings.MAIL_VIEWER:
            say(f"  Letters           {settings.SITE_URL}/mail/")
        if self.sandbox:
            say("  Payments          in a sandbox; the card 4242 4242 4242 4242 always works")
        say("  Stop with         Ctrl-C\n")


def gunicorn(bind: str) -> list[str]:
    flags = ["--preload", "--worker-class=gthread", "--workers=2", "--threads=8", "--graceful-timeout=10"]
    return [
        "-m",
        "gunicorn",
        "marketplace.wsgi",
        f"--bind={bind}",
        "--no-control-socket",
        "--log-level=warning",
        *flags,
    ]


def celery(*command: str) -> list[str]:
    return ["-m", "celery", "--app=marketplace", "--quiet", *command, "--loglevel=warning"]

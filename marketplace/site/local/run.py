"""`manage.py local`: the whole site on this machine under one supervisor, until it is told to stop."""

import argparse
import importlib
import io
import os
import signal
import sys
from contextlib import ExitStack
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from marketplace.environment import CHECKOUT
from marketplace.site.demo import PASSWORD, PEOPLE
from marketplace.site.local.console import Console
from marketplace.site.local.embedding import SANDBOX, bring_up
from marketplace.site.local.processes import end_with_parent
from marketplace.site.local.servers import ServiceFailed
from marketplace.site.local.supervisor import Failed, Supervisor, answers
from marketplace.site.local.wheels import NotInstalled

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SANDBOX_FLOAT_CENTS = 500_000  # the platform's own money in the sandbox, for refunds
# Celery's advice to root, given to people who only try the site.
NO_ADVICE = "ignore:You're running the worker with superuser privileges"


def main(arguments: list[str]) -> int:
    """The exit status: 0 when it was told to stop."""
    parser = argparse.ArgumentParser(prog="manage.py local", description=__doc__)
    parser.add_argument("--no-demo", action="store_false", dest="demo", help="start without demo data")
    parser.add_argument(
        "--restore", metavar="BACKUP", help="bring this backup into an empty DATA_DIR and end"
    )
    asked = parser.parse_args(arguments)
    console = Console()
    for number in SIGNALS:
        signal.signal(number, leave)
    if "MAKELEVEL" in os.environ:  # then make's end is ours, however it ends
        end_with_parent()
    try:
        with ExitStack() as stack:
            bring_up(stack, os.environ, console)
            stack.callback(ignore_signals)  # the services stop now, which must not be cut short
            importlib.import_module("marketplace.settings")  # says what is wrong before anything starts
            if asked.restore:
                restore(asked.restore)
                return 0
            LocalRun(console, demo=asked.demo).serve()
    except (Failed, ServiceFailed, NotInstalled) as why:
        sys.stderr.write(f"Foothold does not run. {why}\n")
    return 1


def restore(folder: str) -> None:
    """Raises Failed where the backup cannot be brought back here."""
    django.setup()
    try:
        call_command("restore", folder)
    except CommandError as error:
        raise Failed(str(error)) from error


def leave(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    """Unwind from wherever we are, stopping what was started."""
    raise SystemExit(0)


def ignore_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


class LocalRun:
    """`serve()` starts everything, stays until a signal unwinds it, and stops everything."""

    def __init__(self, console: Console, *, demo: bool) -> None:
        self.console, self.demo, self.in_the_past = console, demo, False
        self.sandbox = os.environ.get(SANDBOX)
        self.supervisor = Supervisor(CHECKOUT, dict(os.environ) | {"PYTHONUNBUFFERED": "1"}, console)

    def serve(self) -> NoReturn:
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
        """The web server loads while we make the tables; nobody is sent to it before all is there."""
        start, wait = self.supervisor.start, self.supervisor.wait_until
        start("web", *gunicorn(f"{settings.HOST}:{settings.PORT}"))
        if self.sandbox:
            self.start_sandbox(self.sandbox)
        with self.console.step("Database tables"):
            django.setup()
            call_command("migrate", verbosity=0)
        if self.sandbox:
            wait(answers(f"{self.sandbox}/_sandbox/books"), what="Stripe's stand-in")
        wanted = self.demo and self.begin_demo()
        connections.close_all()
        with self.console.step("Web server"):
            wait(answers(f"{self.address}/readyz"), what="The site")
        if wanted and self.sandbox:
            self.live_past()
        else:
            self.start_work()
            if wanted:
                self.add_rest()

    def begin_demo(self) -> bool:
        """The first of the demo, which is there before the site answers; whether more is to follow."""
        from marketplace.site.demo import seeding

        if not seeding.is_wanted():
            return False
        with self.console.step("The first demo projects"):
            call_command("seed_demo", first=True, stdout=io.StringIO())
        return True

    def live_past(self) -> None:
        """Worker and clock wait until the demo's past is over, since they would act in it."""

        def follow() -> None:
            self.start_work()
            self.add_rest()

        self.in_the_past = True
        self.supervisor.start("demo", "manage.py", "seed_demo", "--past", ends=True, then=follow)

    def add_rest(self) -> None:
        self.supervisor.start("demo", "manage.py", "seed_demo", "--rest", ends=True)

    def start_work(self) -> None:
        """What happens by itself, from now on."""
        queues = ("--queues=money,hooks,celery", "--concurrency=2")
        self.supervisor.start("worker", *celery("worker", *queues), extra={"PYTHONWARNINGS": NO_ADVICE})
        self.supervisor.start("beat", *celery("beat"))

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
        if self.demo:
            say(f"  Log in as         {', '.join(PEOPLE)}")
            say(f"  with the password {PASSWORD}")
        if settings.MAIL_VIEWER:
            say(f"  Letters           {settings.SITE_URL}/mail/")
        if self.sandbox:
            say("  Payments          in a sandbox; the card 4242 4242 4242 4242 always works")
            if self.in_the_past:
                say("                    Look around first: offers wait until the demo has caught up.")
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

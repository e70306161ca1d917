"""What a process of these tests does. Each is forked from one that has loaded the site, so that it starts at once."""

import os
import sys
from datetime import timedelta
from uuid import UUID, uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

import marketplace.urls  # noqa: E402, F401 - loaded once, for all
from marketplace.celery import app  # noqa: E402
from marketplace.kernel import telling  # noqa: E402
from marketplace.kernel.failpoints import reach  # noqa: E402
from marketplace.kernel.models import Untold  # noqa: E402
from payments import http, releasing, stripe_gateway  # noqa: E402
from payments.models import Operation  # noqa: E402
from payments.operations import finishing, requesting, running  # noqa: E402
from payments.sandbox.__main__ import main as stand_in  # noqa: E402
from projects.models import Deliverable, Engagement  # noqa: E402


def begin(act, database, stripe, failpoint, *args):
    """The process: the site as configured, on this database and this Stripe, dying at `failpoint`."""
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - lives as long as the process
    connection.settings_dict["NAME"] = database
    settings.STRIPE_API_BASE = stripe
    os.environ["FAILPOINT"] = failpoint
    act(*args)


def stripe(port, folder):
    """The stand-in; only its first argument differs from a local run."""
    stand_in(["--port", str(port), "--data-dir", str(folder)])


def drain():
    call_command("drain")


def celery(concurrency):
    """A worker of the money's queue."""
    lonely = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    app.worker_main(
        ["worker", "--queues=money", f"--concurrency={concurrency}", "--loglevel=critical", *lonely]
    )


def approve(part, at):
    """The employer's click, as the web server carries it out."""
    part = Deliverable.objects.get(pk=part)
    releasing.approve_work(part, by=part.engagement.offered_by, at=at)


def accept(engagement, answers):
    """The student's click on accept, with what they answer beside it."""
    engagement = Engagement.objects.get(pk=engagement)
    given = {"by": engagement.student, "at": timezone.now(), "version": engagement.version}
    http.accept(engagement, **given, answers=answers)


def tell(minutes):
    """The worker that writes what people are to be told, so long after now."""
    telling.tell_due(at=timezone.now() + timedelta(minutes=minutes))


# The controls: what a worker does that trusts a key for ever, forgets it, or does not look.


def send_until_it_works(pk, *, key):
    """The usual rule: send under one key, and again until the answer is yes."""
    operation = Operation.objects.get(pk=UUID(pk))
    if operation.status in Operation.ENDS:
        return
    if operation.params is None:
        operation.params = requesting.request_for(operation)
        operation.save(update_fields=["params"])
    done = stripe_gateway.send(operation.kind, operation.params, key=key)
    reach("sent")
    finishing.finish(operation.pk, done, at=timezone.now())


def with_one_key_for_ever(pk):
    send_until_it_works(pk, key=f"transfer-{pk}")


def with_a_new_key_each_time(pk):
    send_until_it_works(pk, key=str(uuid4()))


def without_looking(pk):
    """Our own worker, and its look-up taken out."""
    running.Claim.must_look = False
    running.run(UUID(pk), at=timezone.now())


def tell_carelessly():
    """What is told is ticked off first, and written then."""
    row = Untold.objects.get()
    Untold.objects.all().delete()
    with transaction.atomic():
        telling.TELLERS[row.what](row.subject, at=row.at)
        reach("told")

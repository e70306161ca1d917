"""Where a soak begins: a site with work that was handed in a week ago, on a clock of its own."""

import os
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.utils import timezone

from projects.models import Deliverable
from tests import embedded, stages
from tests.databases import WORKER, working_in
from tests.payments import steps
from tests.sandboxed import FILE, standing_in
from tests.soak import processes
from tests.soak.clock import Hands, Shared
from tests.soak.conductor import ports

OWN_CENTS = 100_000_000  # the platform's own money at the stand-in, so that refunds never wait
SILENCE_AFTER = 60  # of the clock's seconds, silence approves what was handed in


@contextmanager
def stage(wish, folder):
    """A site with work that was handed in a week ago, its clock a minute before silence approves it."""
    name = f"soak_{WORKER}_{'control' if wish.careless else wish.seed}"
    with embedded.clone(name) as database, working_in(database), ExitStack() as ends:
        start = timezone.now()
        if not wish.careless:
            with standing_in(str(folder / FILE), tells=False) as sandbox:
                sandbox.seed(float_cents=OWN_CENTS)
                start = hand_in(sandbox, wish.parts) - timedelta(seconds=SILENCE_AFTER)
        connections.close_all()
        hands = Hands(Shared(folder / "shared", new=True), os.environ[embedded.ADMIN_URL], database)
        ends.callback(hands.close)
        hands.set(at=start, pace=wish.watch_pace)
        standin, web, post = ports(3)
        yield (
            processes.Site(
                database=database,
                folder=folder,
                redis=settings.REDIS_URL,
                stripe=f"http://127.0.0.1:{standin}",
                web=f"http://127.0.0.1:{web}",
                post=f"http://127.0.0.1:{post}",
                pace=wish.watch_pace,
                seed=wish.seed,
                careless=wish.careless,
            ),
            hands,
        )
        connections.close_all()


def hand_in(sandbox, parts):
    """Work on which the employers will say nothing; the moment at which that approves it."""
    at = timezone.now()
    while Deliverable.objects.filter(status="submitted").count() < parts:
        engagement = stages.under_way(sandbox, at=at)
        steps.a_ready_payee(sandbox, engagement.student, at=at)
        for part in engagement.deliverables.order_by("number"):
            stages.deliver(engagement, number=part.number, at=at)
    return Deliverable.objects.exclude(review_ends_at=None).earliest("review_ends_at").review_ends_at

"""What is measured on: work that was handed in and waits for its employer."""

from contextlib import contextmanager
from datetime import timedelta

from django.db import connections
from django.utils import timezone

from projects.models import Deliverable
from tests import embedded, stages
from tests.databases import WORKER, working_in
from tests.payments import steps
from tests.sandboxed import standing_in


@contextmanager
def board(parts):
    """A database with so many parts to decide, each engagement of two; yields its name, in use."""
    name = f"bench_{WORKER}"
    with embedded.clone(name) as database, working_in(database):
        at = timezone.now() - timedelta(days=1)
        with standing_in(":memory:", tells=False) as sandbox:
            while Deliverable.objects.filter(status="submitted").count() < parts:
                engagement = stages.under_way(sandbox, at=at)
                steps.a_ready_payee(sandbox, engagement.student, at=at)
                for part in engagement.deliverables.order_by("number"):
                    stages.deliver(engagement, number=part.number, at=at)
        yield database
        connections.close_all()

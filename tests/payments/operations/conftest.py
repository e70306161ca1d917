"""A transfer that is due, in a world where nothing else waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from payments import operations
from payments.models import Operation
from tests import stages
from tests.payments import staging, steps
from tests.payments.operations.offers import FLOAT, Offer


@dataclass
class Due:
    """One approved engagement whose student can be paid now."""

    sandbox: Any
    engagement: Any
    at: datetime

    @property
    def transfer(self):
        """The operation that pays the first part."""
        return Operation.objects.get(kind="transfer", slot="deliverable-1")

    @property
    def owed(self):
        """What all parts together owe the student."""
        return self.engagement.fee

    def made(self):
        """The transfers at Stripe that carry this operation's mark, whoever knows of them."""
        mark = str(self.transfer.pk)
        rows = self.sandbox.report()["transfers"]
        return [id_ for id_, row in rows.items() if row["metadata"]["fh_op"] == mark]

    def run(self, at=None):
        return operations.run(self.transfer.pk, at=at or self.at)


@pytest.fixture(scope="module")
def approved(django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[staging.Stage]:
    """Everything is delivered and approved, and the student can be paid."""

    def build(sandbox: Any) -> tuple[Any, datetime]:
        at = timezone.now()
        engagement = stages.under_way(sandbox, at=at)
        steps.a_ready_payee(sandbox, engagement.student, at=at)
        return engagement, steps.approved(engagement, at=at)

    with (
        django_db_blocker.unblock(),
        staging.staged("approved", build, tmp_path_factory.mktemp("approved")) as stage,
    ):
        yield stage


@pytest.fixture
def due(approved: staging.Stage, tmp_path: Path) -> Iterator[Due]:
    engagement, at = approved.about
    with staging.gone_on(approved, tmp_path) as sandbox:
        yield Due(sandbox, type(engagement).objects.get(), at)


@pytest.fixture(scope="module")
def offered(django_db_blocker, tmp_path_factory):
    def build(sandbox):
        at = timezone.now()
        sandbox.seed(float_cents=FLOAT)
        stages.offered(sandbox, at=at)
        return at

    folder = tmp_path_factory.mktemp("offered")
    with django_db_blocker.unblock(), staging.staged("offered", build, folder) as stage:
        yield stage


@pytest.fixture
def offer(offered, tmp_path):
    with staging.gone_on(offered, tmp_path) as sandbox:
        yield Offer(sandbox, offered.about)

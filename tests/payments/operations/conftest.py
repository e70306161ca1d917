"""A transfer that is due, in a world where nothing else waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from payments import operations
from payments.models import Operation
from tests import stages
from tests.payments import steps


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


@pytest.fixture
def due(sandbox):
    at = timezone.now()
    engagement = stages.under_way(sandbox, at=at)
    steps.a_ready_payee(sandbox, engagement.student, at=at)
    at = steps.approved(engagement, at=at)
    return Due(sandbox, engagement, at)

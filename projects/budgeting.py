"""The budget of live applications: a number, never a price."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from accounts.models import User
from projects.models import Application


class Budget(NamedTuple):
    """How many applications of a student wait for an answer, and how many may at a time."""

    used: int
    most: int

    @property
    def left(self) -> int:
        return self.most - self.used


def budget_of(student: User, *, at: datetime) -> Budget:
    used = Application.objects.of(student).using_budget(at=at).count()
    return Budget(used, settings.LIVE_APPLICATIONS)

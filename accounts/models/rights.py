"""Rights of staff for some hours, asked for with a reason; and looks at the site as somebody else sees it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.users import User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.states import StateMachine, Transition


class StaffRightQuerySet(models.QuerySet["StaffRight"]):
    def live(self, *, at: datetime) -> "StaffRightQuerySet":
        """Those that hold now, whether or not a sweep has noted yet that their hours are over."""
        return self.filter(status=StaffRight.Status.GRANTED, ends_at__gt=at)

    def waiting(self) -> "StaffRightQuerySet":
        return self.filter(status=StaffRight.Status.ASKED)

    def over(self, *, at: datetime) -> "StaffRightQuerySet":
        return self.filter(status=StaffRight.Status.GRANTED, ends_at__lte=at)

    def newest_first(self) -> "StaffRightQuerySet":
        return self.order_by("-asked_at", "-pk")


class StaffRight(StateMachine):
    """What a member of staff may do for some hours beyond moderating."""

    class Kind(models.TextChoices):
        SEE_AS = "see_as", "See the site as somebody else"
        READ = "read", "Read every table of the administration"
        PEOPLE = "people", "Close and open accounts, correct companies"
        LISTS = "lists", "Change words and schools to choose from"
        ALL = "all", "Everything that an administrator may do"

    class Status(models.TextChoices):
        ASKED = "asked", "Waits for another administrator"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        ENDED = "ended", "Ended"

    noun: ClassVar[str] = "right"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.ASKED: frozenset({Status.GRANTED, Status.REFUSED, Status.ENDED}),
        Status.GRANTED: frozenset({Status.ENDED}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="staff_rights")
    kind = models.CharField("what you need to do", max_length=10, choices=Kind)
    hours = models.PositiveSmallIntegerField("for how many hours")
    reason = models.CharField("what for", max_length=300)
    status = models.CharField(max_length=20, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(StaffRightQuerySet)()

    class Meta:
        indexes = [models.Index(name="staff_right_of_person", fields=["person", "status"])]
        constraints = [
            models.UniqueConstraint(
                name="staff_right_asked_once", fields=["person", "kind"], condition=Q(status="asked")
            ),
            models.CheckConstraint(
                name="staff_right_granted_ends", condition=~Q(status="granted") | Q(ends_at__isnull=False)
            ),
            models.CheckConstraint(name="staff_right_says_what_for", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.hours} h"

    @property
    def audited_as(self) -> str:
        return str(self)


class StaffRightTransition(Transition):
    row = models.ForeignKey(StaffRight, models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(name="staff_right_history", fields=["row", "id"])]


class ViewingQuerySet(models.QuerySet["Viewing"]):
    def live(self, *, at: datetime) -> "ViewingQuerySet":
        return self.filter(ended_at=None, ends_at__gt=at)

    def of(self, person: Any) -> "ViewingQuerySet":
        return self.filter(person=person)

    def newest_first(self) -> "ViewingQuerySet":
        return self.order_by("-began_at", "-pk")


class Viewing(models.Model):
    """A moderator looks at the site as one person sees it, for some minutes; the person is told of it."""

    by = models.ForeignKey(User, models.PROTECT, related_name="viewings")
    person = models.ForeignKey(User, models.PROTECT, related_name="viewed")
    reason = models.CharField("what for", max_length=300)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(ViewingQuerySet)()

    class Meta:
        indexes = [models.Index(name="viewing_of_person", fields=["person", "-began_at"])]
        constraints = [
            models.CheckConstraint(name="viewing_of_somebody_else", condition=~Q(by=models.F("person"))),
            models.CheckConstraint(name="viewing_says_what_for", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"viewing of {self.person_id}"

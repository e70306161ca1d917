"""Projects: what an employer publishes, from draft to filled."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Company, Eligibility, Industry, JobRole, Skill, User
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.money import Money
from marketplace.kernel.states import StateMachine
from projects.models.finding import NO_DATE, ProjectQuerySet
from projects.models.search_text import SearchText
from projects.models.turns import Turn

if TYPE_CHECKING:
    from projects.models.planned import PlannedDeliverable

MAX_SEATS = 5
MAX_DELIVERABLES = 3
MAX_MORE_WORK = 3  # parts that the two sides may add to an engagement, each on a payment of its own
MAX_QUESTIONS = 3
MAX_PROMISED = 5  # materials that are handed over in the workroom
MAX_LINKS = 3  # to public materials
MAX_MATERIAL_FILES = 5
MIN_CRITERIA, MAX_CRITERIA = 3, 7
MAX_SPAN_DAYS = 28  # PRODUCT.md: last due date at most 28 d after the start
MAX_START_DAYS = 7  # PRODUCT.md: starts at most 7 d after capture
BEFORE_SENT = Q(status__in=["draft", "rejected", "cancelled"])  # what is not finished need not be complete


class Project(StateMachine):
    """A brief with 1 to 5 seats. What the site's settings were at publishing is copied onto the row."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_MODERATION = "in_moderation", "Being checked"
        REJECTED = "rejected", "Needs changes"
        OPEN = "open", "Open"
        PAUSED = "paused", "Paused"
        CLOSED = "closed", "Closed to applications"
        FILLED = "filled", "Filled"
        UNFILLED = "unfilled", "Ended without a match"
        CANCELLED = "cancelled", "Cancelled"
        REMOVED = "removed", "Removed by a moderator"

    class RefusalReason(models.TextChoices):
        """Why a moderator sends a project back (PRODUCT.md: every no has a reason)."""

        FORBIDDEN_WORK = "forbidden_work", "The work is on the list of forbidden work"
        UNCLEAR = "unclear", "The work or its criteria are too vague for a stranger to check"
        TOO_MUCH = "too_much", "The work does not fit into the hours"
        CONTACT = "contact", "It asks to be contacted, or leads, outside the site"
        FREE_WORK = "free_work", "It asks applicants for work that is not paid"
        NOT_HONEST = "not_honest", "Something about the company or the work does not seem right"
        OTHER = "other", "Something else, see the note"

    class CancelReason(models.TextChoices):
        """Why a company takes a project back; its applicants read it."""

        NOT_NEEDED = "not_needed", "The work is no longer needed"
        PLANS_CHANGED = "plans_changed", "Our plans changed; we may post something else"
        MONEY = "money", "The money for it is gone"
        DONE_OTHERWISE = "done_otherwise", "The work is being done in another way"
        MISTAKE = "mistake", "It should not have been posted like this"

    CHANGEABLE: ClassVar[tuple[str, ...]] = (Status.OPEN, Status.PAUSED)
    LIVE: ClassVar[tuple[str, ...]] = (Status.OPEN, Status.PAUSED, Status.CLOSED)
    PUBLIC: ClassVar[tuple[str, ...]] = (*LIVE, Status.FILLED, Status.UNFILLED)
    NO_LONGER_OPEN: ClassVar[tuple[str, ...]] = (Status.CLOSED, Status.FILLED, Status.UNFILLED)
    noun: ClassVar[str] = "project"
    transitions: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.DRAFT: frozenset({Status.IN_MODERATION, Status.CANCELLED}),
        Status.IN_MODERATION: frozenset({Status.OPEN, Status.REJECTED, Status.CANCELLED}),
        Status.REJECTED: frozenset({Status.IN_MODERATION, Status.CANCELLED}),
        Status.OPEN: frozenset({Status.PAUSED, Status.CLOSED, Status.CANCELLED, Status.REMOVED}),
        Status.PAUSED: frozenset({Status.OPEN, Status.CLOSED, Status.CANCELLED, Status.REMOVED}),
        Status.CLOSED: frozenset(
            {Status.FILLED, Status.UNFILLED, Status.OPEN, Status.CANCELLED, Status.REMOVED}
        ),
        Status.FILLED: frozenset({Status.OPEN, Status.CLOSED}),
        Status.UNFILLED: frozenset({Status.OPEN}),
    }

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    company = models.ForeignKey(Company, models.PROTECT, related_name="projects")
    posted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    template_key = models.SlugField(max_length=60, blank=True)

    title = models.CharField(max_length=100)
    brief = models.TextField("what is to be done, and why", max_length=6000, blank=True)
    industry = models.ForeignKey(Industry, models.PROTECT, related_name="projects", null=True, blank=True)
    job_role = models.ForeignKey(JobRole, models.PROTECT, related_name="projects", null=True, blank=True)
    skills = models.ManyToManyField(Skill, related_name="projects", blank=True)
    skill_names = models.TextField(editable=False, default="", blank=True)
    eligibility = models.CharField(max_length=12, choices=Eligibility, default=Eligibility.CONTRACTOR)
    is_trial = models.BooleanField("paid trial", default=False)
    hours = models.PositiveSmallIntegerField("hours of work", null=True, blank=True)
    fee_cents = models.PositiveIntegerField("fee for the student", null=True, blank=True)
    seats = models.PositiveSmallIntegerField("students wanted", default=1)
    starts_within_days = models.PositiveSmallIntegerField("starts within days of acceptance", default=3)
    span_days = models.PositiveSmallIntegerField(
        "days from start to the last due date", null=True, blank=True
    )
    promised_materials = ArrayField(
        models.CharField(max_length=200), size=MAX_PROMISED, default=list, blank=True
    )
    material_links = ArrayField(models.CharField(max_length=200), size=MAX_LINKS, default=list, blank=True)
    questions = ArrayField(models.CharField(max_length=200), size=MAX_QUESTIONS, default=list, blank=True)

    # The site's numbers on the day of publishing; they hold for this project from then on.
    currency = models.CharField(max_length=3)
    min_hours = models.PositiveSmallIntegerField()
    max_hours = models.PositiveSmallIntegerField()
    max_weekly_hours = models.PositiveSmallIntegerField()
    pay_floor_cents = models.PositiveIntegerField()
    fee_percent = models.PositiveSmallIntegerField()
    fee_minimum_cents = models.PositiveIntegerField()
    platform_fee_cents = models.PositiveIntegerField(null=True, blank=True)
    window_days = models.PositiveSmallIntegerField("days open to applications")
    names_hidden = models.BooleanField("names and schools hidden until the short-list", default=True)
    answer_days = models.PositiveSmallIntegerField()

    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_to_moderation_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    applications_close_at = models.DateTimeField(null=True, blank=True)
    answer_by_at = models.DateTimeField(null=True, blank=True)
    rejection_codes = ArrayField(models.CharField(max_length=40), default=list, blank=True, editable=False)
    rejection_note = models.TextField(max_length=1000, blank=True, editable=False)

    search = models.GeneratedField(
        expression=SearchText(), output_field=SearchVectorField(), db_persist=True, null=True
    )

    objects = models.Manager.from_queryset(ProjectQuerySet)()

    class Meta:
        indexes = [
            models.Index(
                name="project_open_newest", fields=["-published_at", "-id"], condition=Q(status="open")
            ),
            models.Index(
                name="project_open_industry",
                fields=["industry", "-published_at", "-id"],
                condition=Q(status="open"),
            ),
            models.Index(
                name="project_in_moderation",
                fields=["sent_to_moderation_at", "id"],
                condition=Q(status="in_moderation"),
            ),
            models.Index(name="project_of_company", fields=["company", "-created_at", "-id"]),
            GinIndex(name="project_open_search", fields=["search"], condition=Q(status="open")),
        ]
        constraints = [
            models.CheckConstraint(
                name="project_says_what_it_is",
                condition=BEFORE_SENT | Q(title__gt="", brief__gt="", industry__isnull=False),
            ),
            models.CheckConstraint(
                name="project_eligibility_known",
                condition=Q(eligibility__in=["contractor", "stipend", "payroll"]),
            ),
            models.CheckConstraint(
                name="project_promises_few", condition=Q(promised_materials__len__lte=MAX_PROMISED)
            ),
            models.CheckConstraint(name="project_links_few", condition=Q(material_links__len__lte=MAX_LINKS)),
            models.CheckConstraint(name="project_questions", condition=Q(questions__len__lte=MAX_QUESTIONS)),
            models.CheckConstraint(
                name="project_hours_in_bounds",
                condition=BEFORE_SENT
                | Q(hours__isnull=False, hours__gte=models.F("min_hours"), hours__lte=models.F("max_hours")),
            ),
            models.CheckConstraint(
                name="project_pays_the_floor",
                condition=BEFORE_SENT
                | Q(fee_cents__isnull=False, fee_cents__gte=models.F("hours") * models.F("pay_floor_cents")),
            ),
            models.CheckConstraint(
                name="project_platform_fee_follows_its_rule",
                condition=BEFORE_SENT
                | Q(
                    platform_fee_cents__isnull=False,
                    platform_fee_cents=models.functions.Greatest(
                        (models.F("fee_cents") * models.F("fee_percent") + 50) / 100,
                        models.F("fee_minimum_cents"),
                    ),
                ),
            ),
            models.CheckConstraint(
                name="project_weekly_hours",
                condition=BEFORE_SENT
                | Q(
                    span_days__isnull=False,
                    span_days__gte=1,
                    span_days__lte=MAX_SPAN_DAYS,
                    # rounded up: a part of an hour over the limit is over it
                    max_weekly_hours__gte=(models.F("hours") * 7 + models.F("span_days") - 1)
                    / models.F("span_days"),
                ),
            ),
            models.CheckConstraint(name="project_seats", condition=Q(seats__gte=1, seats__lte=MAX_SEATS)),
            models.CheckConstraint(
                name="project_starts_soon", condition=Q(starts_within_days__lte=MAX_START_DAYS)
            ),
            models.CheckConstraint(
                name="project_window", condition=Q(window_days__gte=2, window_days__lte=21)
            ),
            models.CheckConstraint(
                name="project_dates_once_public",
                condition=~Q(status__in=["open", "paused", "closed", "filled", "unfilled"])
                | Q(
                    published_at__isnull=False,
                    applications_close_at__gt=models.F("published_at"),
                    answer_by_at__gt=models.F("applications_close_at"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def audited_as(self) -> str:
        return f"“{self.title}” of {self.company}"

    def get_absolute_url(self) -> str:
        return reverse("projects:project", args=[self.public_id])

    @property
    def fee(self) -> Money:
        return Money(self.fee_cents or 0)

    @property
    def platform_fee(self) -> Money:
        return Money(self.platform_fee_cents or 0)

    @property
    def total_price(self) -> Money:
        """What the employer pays for one seat."""
        return self.fee + self.platform_fee

    @property
    def pay_per_hour(self) -> Money:
        return self.fee.per(self.hours) if self.hours else Money(0)

    @property
    def turn(self) -> Turn | None:
        """Whose move it is, as its company sees it; only rows of `by_turn` and `with_turn` know."""
        until: datetime | None = self.turn_mine_until  # type: ignore[attr-defined]
        if until is not None:
            return Turn(mine=True, until=None if until == NO_DATE else until)
        others = {"in_moderation": "a moderator", "open": "applicants"}
        who = others.get(self.status)
        closes_at = self.applications_close_at if self.status == self.Status.OPEN else None
        return Turn(mine=False, who=who, until=closes_at) if who else None

    @property
    def parts(self) -> "list[PlannedDeliverable]":
        """The deliverables in their order; no query where `with_all` brought them along."""
        return sorted(self.planned_deliverables.all(), key=lambda part: part.number)

    @property
    def rejection_reasons(self) -> list[str]:
        return [str(self.RefusalReason(code).label) for code in self.rejection_codes]

    @property
    def is_live(self) -> bool:
        """Whether it still takes or answers applications."""
        return self.status in self.LIVE

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC

    @property
    def is_changeable(self) -> bool:
        """Whether it is public and can still be edited, with a moderator where it touches what was promised."""
        return self.status in self.CHANGEABLE

    @property
    def is_editable(self) -> bool:
        return self.status in {self.Status.DRAFT, self.Status.REJECTED}

    def takes_applications(self, *, at: datetime) -> bool:
        return (
            self.status == self.Status.OPEN
            and self.applications_close_at is not None
            and at < self.applications_close_at
        )

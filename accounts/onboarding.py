"""How a person becomes a student, an employer or both, and keeps what they told up to date."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.models import Company, Industry, JobRole, Membership, Skill, StudentProfile, User
from accounts.models.profiles import birthday
from marketplace.kernel.errors import RuleViolation
from marketplace.kernel.ids import new_public_id
from marketplace.kernel.transactions import locked

SMALL_NUMBERS = 10  # of companies with one name, those whose addresses just count
OLDEST_YEARS = 120  # a birth date before that is a slip of the finger


class Interests(TypedDict):
    """What a student can, wants to learn and to explore, and the time they have."""

    skills: Iterable[Skill]
    learning_goals: Iterable[Skill]
    industries: Iterable[Industry]
    job_roles: Iterable[JobRole]
    hours_a_week: int


class StudentDetails(Interests):
    born_on: date
    school: str
    country: str


class TooYoung(RuleViolation):
    """The person has not reached the site's minimum age."""

    code = "too_young"

    def __init__(self, age: int, since: date) -> None:
        super().__init__(
            f"You can join as a student from {since.day} {since:%B %Y}, the day you turn {age}. "
            "Your account stays as it is until then, and you will be welcome."
        )


class ImpossibleBirthDate(RuleViolation):
    """The date lies ahead, or further back than anyone lives."""

    code = "impossible_birth_date"

    def __init__(self) -> None:
        super().__init__("This cannot be a date of birth. Check the year.")


class AlreadyStudent(RuleViolation):
    """The person has a student profile."""

    code = "already_student"

    def __init__(self) -> None:
        super().__init__("You are on the site as a student already. Your settings show your profile.")


class AlreadyFounded(RuleViolation):
    """The person acts for a company of that name: a second click, not a second company."""

    code = "already_founded"

    def __init__(self, name: str) -> None:
        super().__init__(f"You act for {name} already. Your settings show your companies.")


class ProvenStays(RuleViolation):
    """What a proof was about cannot become something else under the same badge."""

    code = "proven_stays"

    def __init__(self) -> None:
        super().__init__(
            "Name and website were proven and stay as they are. Ask the site’s staff to change them."
        )


def edit_profile(user: User, *, name: str, time_zone: str) -> User:
    """Change what the site calls a person, and the zone in which their days end."""
    with locked(user) as fresh:
        fresh.name, fresh.time_zone = name, time_zone
        fresh.save(update_fields=["name", "time_zone"])
    return fresh


def choose_keys(user: User, *, on: bool) -> User:
    """Whether single keys act in tables for this person, wherever they log in."""
    with locked(user) as fresh:
        fresh.shortcut_keys = on
        fresh.save(update_fields=["shortcut_keys"])
    return fresh


def check_age(born_on: date, *, today: date) -> date:
    """The day on which the person came of age. Raises TooYoung or ImpossibleBirthDate."""
    if not today.year - OLDEST_YEARS <= born_on.year <= today.year:
        raise ImpossibleBirthDate
    adult_on = birthday(born_on, age=settings.MINIMUM_AGE)
    if adult_on > today:
        raise TooYoung(settings.MINIMUM_AGE, adult_on)
    return adult_on


def become_student(user: User, *, at: datetime, **details: Unpack[StudentDetails]) -> StudentProfile:
    """Give a person their student side. Raises TooYoung, ImpossibleBirthDate or AlreadyStudent."""
    with locked(user) as student:
        if student.is_student:
            raise AlreadyStudent
        today = at.astimezone(student.zone).date()
        profile = StudentProfile.objects.create(
            user=student,
            born_on=details["born_on"],
            adult_on=check_age(details["born_on"], today=today),
            joined_on=today,
            school=details["school"],
            country=details["country"],
            hours_a_week=details["hours_a_week"],
        )
        choose(profile, details)
    return profile


def edit_student(
    profile: StudentProfile,
    *,
    school: str,
    country: str,
    may_work_as: Sequence[str] | None = None,
    **interests: Unpack[Interests],
) -> StudentProfile:
    """Change what a student told; the date of birth stays, and how they may work where nothing is said of it."""
    with locked(profile) as profile:
        profile.school, profile.country = school, country
        profile.hours_a_week = interests["hours_a_week"]
        if may_work_as is not None:
            profile.may_work_as = list(may_work_as)
        profile.save(update_fields=["school", "country", "hours_a_week", "may_work_as"])
        choose(profile, interests)
    return profile


def tell_eligibility(profile: StudentProfile, *, may_work_as: Sequence[str]) -> StudentProfile:
    """How a student may work, as kinds of `Eligibility`; none as long as they do not know."""
    with locked(profile) as profile:
        profile.may_work_as = list(may_work_as)
        profile.save(update_fields=["may_work_as"])
    return profile


def edit_page(
    profile: StudentProfile, *, goals: str, links: list[str], shown_to: str, shows_work: bool
) -> StudentProfile:
    """Change what stands only on a student's page, and who may open it."""
    with locked(profile) as profile:
        profile.goals, profile.links = goals, links
        profile.shown_to, profile.shows_work = shown_to, shows_work
        profile.save(update_fields=["goals", "links", "shown_to", "shows_work"])
    return profile


def choose(profile: StudentProfile, interests: Interests) -> None:
    profile.skills.set(interests["skills"])
    profile.learning_goals.set(interests["learning_goals"])
    profile.industries.set(interests["industries"])
    profile.job_roles.set(interests["job_roles"])


def found_company(
    user: User,
    *,
    name: str,
    industry: Industry,
    country: str,
    at: datetime,
    website: str = "",
    about: str = "",
) -> Company:
    """Bring a company onto the site, owned by `user`. Raises AlreadyFounded on a second click."""
    with locked(user) as owner:
        mine = Company.objects.filter(pk__in=owner.company_ids, name__iexact=name).first()
        if mine is not None:
            raise AlreadyFounded(mine.name)
        company = Company(
            name=name,
            website=website,
            about=about,
            industry=industry,
            country=country,
            time_zone=owner.time_zone,
            created_at=at,
        )
        give_address(company)
        Membership.join(company, owner, role=Membership.Role.OWNER, at=at)
    return company


def edit_company(
    company: Company,
    *,
    by: User,
    name: str,
    industry: Industry,
    country: str,
    website: str = "",
    about: str = "",
) -> Company:
    """Change what a company tells of itself; its address stays. Raises ProvenStays, or PermissionDenied."""
    with locked(company) as company:
        company.check_owner(by)
        if company.is_proven and (name, website) != (company.name, company.website):
            raise ProvenStays
        company.name, company.website, company.about = name, website, about
        company.industry, company.country = industry, country
        company.save(update_fields=["name", "website", "about", "industry", "country"])
    return company


def give_address(company: Company) -> None:
    """Save a new company under a free slug.

    The unique column decides, not the look beforehand: two companies of one name may come at once.
    """
    base = slugify(company.name)[:99] or f"company-{new_public_id()}"
    while True:
        company.slug = free_address(base)
        try:
            with transaction.atomic():
                company.save(force_insert=True)
        except IntegrityError:
            if not Company.objects.filter(slug=company.slug).exists():
                raise  # it was another rule of the table
        else:
            return


def free_address(base: str) -> str:
    """The name, or the name and a small number; and where many have one name, the name and a random id."""
    wanted = [base, *(f"{base}-{number}" for number in range(2, SMALL_NUMBERS))]
    taken = set(Company.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    return next((slug for slug in wanted if slug not in taken), f"{base}-{new_public_id()}")

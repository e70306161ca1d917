"""The people of the demo with their student side or their company, each made when first needed."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.text import slugify

from accounts import onboarding
from accounts.models import Company, Industry, JobRole, School, SchoolDomain, Skill, User
from marketplace.site.demo import ADMIN, EMPLOYER, PASSWORD, STUDENT, reading

JOINED = timedelta(days=70)  # before the present of the demo: earlier than anything that they do


class People:
    """Finds or makes them, and remembers them for this run."""

    def __init__(self, base: datetime) -> None:
        self.joined_at = base - JOINED
        self.known: dict[str, User] = {}
        self.companies: dict[str, Company] = {}
        self.hashed = ""

    @property
    def admin(self) -> User:
        return self.person(ADMIN, "Noor Haddad", "UTC", is_staff=True, is_superuser=True)

    def student(self, name: str) -> User:
        first = name == next(iter(reading.students()))
        email, about = STUDENT if first else address(name), reading.students()[name]
        user = self.person(email, name, about.time_zone)
        if not user.is_student:
            self.enrol(user, about)
            self.known[email] = user = User.objects.get(pk=user.pk)  # what a person is, is remembered on it
        elif not user.student_profile.may_work_as:  # enrolled before anybody was asked
            onboarding.tell_eligibility(user.student_profile, may_work_as=reading.may_work_as(name))
        return user

    def enrol(self, user: User, about: reading.Student) -> None:
        profile = onboarding.become_student(
            user,
            at=self.joined_at,
            born_on=about.born_on,
            school=about.school,
            country=about.country,
            hours_a_week=about.hours_a_week,
            skills=list(Skill.objects.filter(slug__in=about.skills)),
            learning_goals=list(Skill.objects.filter(slug__in=about.learning_goals)),
            industries=list(Industry.objects.filter(slug__in=about.industries)),
            job_roles=list(JobRole.objects.filter(slug__in=about.job_roles)),
        )

        onboarding.tell_eligibility(profile, may_work_as=reading.may_work_as(about.name))
        onboarding.edit_page(profile, goals=about.about, links=[], shown_to="companies", shows_work=True)
        if about.name in reading.school()["students"]:
            self.confirm_school(user)

    def confirm_school(self, user: User) -> None:
        """A second verified address, in the domain of the school that the demo knows."""
        about = reading.school()
        school, _ = School.objects.get_or_create(name=about["name"])
        SchoolDomain.objects.get_or_create(school=school, domain=about["domain"])
        email = f"{slugify(user.name)}@{about['domain']}"
        EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True})

    def employer(self, company: str) -> User:
        about = reading.companies()[company]
        first = company == next(iter(reading.companies()))
        email = EMPLOYER if first else address(about.owner)
        user = self.person(email, about.owner, about.time_zone)
        if company not in self.companies:
            self.companies[company] = self.company_of(user, about)
            self.known[email] = user = User.objects.get(pk=user.pk)
        return user

    def company_of(self, owner: User, about: reading.Company) -> Company:
        known = Company.objects.of(owner).filter(name=about.name).select_related("industry").first()
        return known or onboarding.found_company(
            owner,
            name=about.name,
            industry=Industry.objects.get(slug=about.industry),
            country=about.country,
            about=about.about,
            at=self.joined_at,
        )

    def person(self, email: str, name: str, time_zone: str, **rights: bool) -> User:
        if email not in self.known:
            known = User.objects.filter(email=email).first()
            self.known[email] = known or self.sign_up(email, name=name, time_zone=time_zone, **rights)
        return self.known[email]

    def sign_up(self, email: str, **about: Any) -> User:
        """All have the one password, hashed once: a good hash takes longer than all else that a person needs."""
        self.hashed = self.hashed or make_password(PASSWORD)
        with transaction.atomic():
            user = User.objects.create_verified_user(email, **about)
            user.password = self.hashed
            user.save(update_fields=["password"])
        return user


def address(name: str) -> str:
    return f"{slugify(name)}@demo.test"

"""The demo: three people with a known password, a dozen companies and their projects, made by the rules.

Nothing is inserted behind the rules' back; each act gets a moment in the last days. A second run makes
only what is missing, so an interrupted one goes on.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.text import slugify

from accounts import onboarding
from accounts.models import Company, Industry, JobRole, Skill, User
from marketplace.site.demo_projects import COMPANIES, FIRST, PROJECTS, DemoCompany, DemoProject
from projects import moderating, posting
from projects.drafts import Part
from projects.models import Project

PASSWORD = "demo-foothold"  # noqa: S105, known to everybody, and refused in production
STUDENT, EMPLOYER, ADMIN = "student@demo.test", "employer@demo.test", "admin@demo.test"


def seed(*, at: datetime, first: bool) -> int:
    """Make the people, companies and projects that are missing; only the first dozen with `first`.

    Returns how many projects are new. Raises ImproperlyConfigured in production.
    """
    if settings.PRODUCTION:
        raise ImproperlyConfigured("The demo has a known password and is never loaded in production.")
    admin = person(ADMIN, "Noor Haddad", "UTC", is_staff=True, is_superuser=True)
    student(at=at)
    for number, company in enumerate(COMPANIES):
        found(company, number, at=at - timedelta(days=30))
    wanted = PROJECTS[:FIRST] if first else PROJECTS
    return sum(post(project, admin, number, at=at) for number, project in enumerate(wanted))


def person(email: str, name: str, time_zone: str, **rights: bool) -> User:
    known = User.objects.filter(email=email).first()
    return known or User.objects.create_verified_user(
        email, PASSWORD, name=name, time_zone=time_zone, **rights
    )


def student(*, at: datetime) -> None:
    maya = person(STUDENT, "Maya Lindqvist", "America/New_York")
    if maya.is_student:
        return
    onboarding.become_student(
        maya,
        at=at,
        born_on=date(2004, 5, 17),
        school="Riverside College",
        country="US",
        hours_a_week=12,
        skills=list(Skill.objects.filter(slug__in=["sql", "interviewing", "excel-and-spreadsheets"])),
        learning_goals=list(Skill.objects.filter(slug__in=["statistics", "data-visualisation"])),
        industries=list(Industry.objects.filter(slug__in=["health-and-care", "energy-and-environment"])),
        job_roles=list(JobRole.objects.filter(slug__in=["market-research", "data-and-analytics"])),
    )


def found(company: DemoCompany, number: int, *, at: datetime) -> None:
    """The first company is the demo employer's; every other has an owner of its own."""
    email = EMPLOYER if number == 0 else f"{slugify(company.name)}@demo.test"
    owner = person(email, "Sam Ode" if number == 0 else f"Team of {company.name}", company.time_zone)
    if not owner.is_employer:
        onboarding.found_company(
            owner,
            name=company.name,
            industry=Industry.objects.get(slug=company.industry),
            country=company.country,
            about=company.about,
            at=at,
        )


def post(project: DemoProject, admin: User, number: int, *, at: datetime) -> bool:
    """Draft, send and pass one project, some hours apart; False where it is there already."""
    company = Company.objects.get(name=project.company)
    if Project.objects.filter(company=company, title=project.title).exists():
        return False
    owner = company.members_now()[0]
    opened = at - timedelta(hours=2 + 3 * number)
    draft = posting.start_draft(company, by=owner, at=opened - timedelta(hours=9))
    posting.save_draft(
        draft,
        by=owner,
        at=opened - timedelta(hours=8),
        title=project.title,
        brief=project.brief,
        industry=company.industry,
        job_role=JobRole.objects.get(slug=project.job_role),
        skills=list(Skill.objects.filter(slug__in=project.skills)),
        hours=project.hours,
        fee_cents=project.hours * project.pay * 100,
        seats=1 + number % 2,
        starts_within_days=3 + number % 4,
        window_days=7 + number % 8,
        questions=["Which of your own work comes closest to this, and what was your part in it?"],
        parts=[Part(project.result, project.criteria, 0, project.due_days)],
    )
    draft.refresh_from_db()
    sent = posting.send_to_moderation(draft, by=owner, at=opened - timedelta(hours=7))
    moderating.pass_project(sent, by=admin, at=opened)
    return True

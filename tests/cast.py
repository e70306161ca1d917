"""The people of the tests and their projects, all made by calling the rules.

Each takes `at`, by default now: travel with time-machine, or pass a moment. People have no password;
`client.force_login(person)` lets them in.
"""

from datetime import date
from itertools import count

from django.utils import timezone
from django.utils.text import slugify

from accounts import onboarding
from accounts.models import Company, Industry, JobRole, Skill, User
from projects import applying, asking, moderating, posting
from projects.drafts import draft_of
from projects.project_templates import TEMPLATES

numbers = count(1)


def a_person(name, **fields):
    email = f"{slugify(name)}-{next(numbers)}@example.org"
    return User.objects.create_verified_user(email, name=name, **fields)


def afresh(person):
    """The same person as the next request would load them: what they are is remembered on the object."""
    return User.objects.get(pk=person.pk)


def a_student(
    name="Maya Lindqvist", *, at=None, time_zone="Europe/Stockholm", may_work_as=("contractor",), **details
):
    person = a_person(name, time_zone=time_zone)
    onboarding.become_student(
        person,
        at=at or timezone.now(),
        **{
            "born_on": date(2004, 5, 17),
            "school": "Lund University",
            "country": "SE",
            "skills": Skill.objects.filter(slug__in=["interviewing", "sql"]),
            "learning_goals": Skill.objects.filter(slug="statistics"),
            "industries": Industry.objects.filter(slug="health-and-care"),
            "job_roles": JobRole.objects.filter(slug="market-research"),
            "hours_a_week": 12,
        }
        | details,
    )
    onboarding.tell_eligibility(person.student_profile, may_work_as=may_work_as)
    return afresh(person)


def another_student(**details):
    return a_student("Jonas Weber", **details)


def an_employer(name="Sam Ode", company="Maple Health", *, at=None, time_zone="America/Toronto"):
    """A person with a company of their own: `company_of(person)`."""
    person = a_person(name, time_zone=time_zone)
    industry = Industry.objects.get(slug="health-and-care")
    onboarding.found_company(person, name=company, industry=industry, country="CA", at=at or timezone.now())
    return afresh(person)


def another_employer(**details):
    return an_employer("Ida Brandt", "Harbour & Daughters", **details)


def company_of(person):
    return Company.objects.get(pk=min(person.company_ids))


def a_moderator(name="Noor Haddad"):
    return a_person(name, is_staff=True)


def a_draft(employer=None, *, at=None, template="patient-interviews", **changes):
    """A draft that could be sent as it stands; `changes` are fields of `drafts.Draft`."""
    employer, at = employer or an_employer(at=at), at or timezone.now()
    chosen = TEMPLATES[template] if template else None
    project = posting.start_draft(company_of(employer), by=employer, at=at, template=chosen)
    if not changes:
        return project
    return posting.save_draft(project, by=employer, at=at, **draft_of(project) | changes)


def a_project_in_moderation(employer=None, *, at=None, **changes):
    at = at or timezone.now()
    project = a_draft(employer, at=at, **changes)
    return posting.send_to_moderation(project, by=project.posted_by, at=at)


def an_open_project(employer=None, *, at=None, moderator=None, **changes):
    """A project that takes applications from `at` on."""
    at = at or timezone.now()
    project = a_project_in_moderation(employer, at=at, **changes)
    if project.status == project.Status.OPEN:  # its company is known, so it opened unseen
        return project
    return moderating.pass_project(project, by=moderator or a_moderator(), at=at)


def a_refused_project(employer=None, *, at=None, **changes):
    at = at or timezone.now()
    project = a_project_in_moderation(employer, at=at, **changes)
    note = "Say who takes part in the interviews."
    return moderating.refuse_project(project, by=a_moderator(), at=at, codes=["unclear"], note=note)


def a_student_and_a_project():
    """Who could apply, and to what."""
    return a_student(), an_open_project()


def an_application(student=None, project=None, *, at=None, **words):
    """A bid with an answer to every question of the project."""
    at = at or timezone.now()
    project = project or an_open_project(at=at)
    given = {
        "motivation": "I held interviews for a course last spring and want to do it for real.",
        "answers": [f"My answer to number {n}." for n, _ in enumerate(project.questions, start=1)],
    }
    return applying.apply(project, by=student or a_student(at=at), at=at, **given | words)


def a_question(student=None, project=None, *, at=None, text="May the interviews be held by telephone?"):
    """What a student asked in public; it waits for an answer."""
    at = at or timezone.now()
    project = project or an_open_project(at=at)
    return asking.ask(project, by=student or a_student(at=at), at=at, text=text)


def an_answered_question(
    student=None, project=None, *, at=None, answer="Yes, if patients prefer it.", **asked
):
    at = at or timezone.now()
    question = a_question(student, project, at=at, **asked)
    return asking.answer(question, by=question.project.posted_by, at=at, text=answer)

"""How often each list and each page asks the database: as often for a dozen rows as for one, and so often alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import inviting
from accounts.models import Company, Membership, Skill
from projects import editing
from projects.drafts import draft_of
from projects.models import Project
from tests import cast, factories, stages

MANY = 12


def asked(client, path):
    """The number of queries of a page, once what seldom changes is remembered."""
    client.get(path)
    with CaptureQueriesContext(connection) as noted:
        assert client.get(path).status_code == 200
    return len(noted)


@pytest.mark.django_db
def test_what_everybody_may_browse(client):
    expected = {
        "/": (4, 6),
        "/projects/": (2, 4),
        "/projects/?q=bicycle&hours_max=40&pay_min=20": (2, 4),
        "/api/v1/projects/": (2, 3),
        "/api/v1/projects/?q=bicycle": (2, 3),
    }
    counts, maya = [], cast.a_student()
    for more in (1, MANY):
        factories.many_open_projects(more)
        client.logout()
        as_visitor = [asked(client, path) for path in expected]
        client.force_login(maya)
        as_student = [asked(client, path) for path in expected]
        counts.append(dict(zip(expected, zip(as_visitor, as_student, strict=True), strict=True)))
    assert counts == [expected] * 2


@pytest.mark.django_db
def test_a_project_with_much_to_tell(client):
    plain = cast.an_open_project(skills=list(Skill.objects.all()[:1]))
    rich = cast.an_open_project(skills=list(Skill.objects.all()[:6]))
    client.force_login(cast.a_student())
    assert [asked(client, project.get_absolute_url()) for project in (plain, rich)] == [9, 9]


@pytest.mark.django_db
def test_an_own_project_of_which_a_change_waits(client):
    project = cast.an_open_project()
    client.force_login(project.posted_by)
    before = asked(client, project.get_absolute_url())
    wanted = {**draft_of(project), "questions": ["Why?"]}
    editing.edit_project(project, by=project.posted_by, at=timezone.now(), **wanted)
    assert [before, asked(client, project.get_absolute_url())] == [11, 11]
    assert asked(client, f"{project.get_absolute_url()}edit/") == 12


def test_the_pages_of_a_student_and_of_a_company(sandbox, client):
    employer, maya = cast.an_employer(), cast.a_student()
    client.force_login(maya)
    counts = []
    pages = [maya.student_profile.get_absolute_url(), "/accounts/profile/page/"]
    pages.append(cast.company_of(employer).get_absolute_url())
    for more in (1, 2):
        for _ in range(more):
            Company.objects.update(proven_at=timezone.now())
            stages.completed(sandbox, cast.an_application(maya, cast.an_open_project(employer)))
            cast.an_open_project(employer)
        counts.append([asked(client, page) for page in pages])
    assert counts == [[10, 10, 7]] * 2


@pytest.mark.django_db
def test_who_acts_for_a_company(client):
    employer, at = cast.an_employer(), timezone.now()
    company, counts = cast.company_of(employer), []
    client.force_login(employer)
    for more in (1, MANY):
        for number in range(more):
            Membership.join(company, cast.a_person("Kim Ray"), role="manager", at=at)
            email = f"{more}-{number}@example.org"
            inviting.invite(company, by=employer, at=at, email=email, role="manager")
        counts.append(asked(client, f"{company.get_absolute_url()}people/"))
    assert counts == [5] * 2


@pytest.mark.django_db
def test_what_an_employer_has(client):
    first, counts = cast.an_open_project(), []
    client.force_login(first.posted_by)
    for more in (1, MANY):
        for project in factories.many_open_projects(more, like=first):
            cast.an_application(project=project)
        counts.append([asked(client, path) for path in ("/projects/mine/", "/dashboard/")])
    assert counts == [[3, 6]] * 2


def test_what_moves_money(sandbox, client):
    employer, student, at = cast.an_employer(), cast.a_student(), timezone.now()
    Company.objects.update(proven_at=at)

    def work():
        application = cast.an_application(student, cast.an_open_project(employer, at=at), at=at)
        return stages.under_way(sandbox, application, at=at)

    first = work()
    receipt = f"/money/{first.public_id}/"
    paths = ["/money/", receipt, "/engagements/", "/dashboard/"]

    def counts():
        return {path: [asked(as_, path) for as_ in clients] for path in paths}

    clients = [client, client.__class__()]
    clients[0].force_login(student)
    clients[1].force_login(employer)
    before = counts()
    for _ in range(3):
        work()
    assert counts() == before
    assert Project.objects.count() == 4
    assert before == {"/money/": [11, 12], receipt: [25, 25], "/engagements/": [3, 3], "/dashboard/": [6, 6]}

"""A company's page: who they are, what is open, what was completed there; changed by its owner."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import onboarding
from accounts.models import Company, Industry, Membership
from projects.models import Project
from tests import cast, stages
from tests.boards import stands_on

pytestmark = stands_on(cast.an_employer)
TYPED = {"name": "Maple Clinics", "website": "https://maple.example", "country": "CA", "about": "Clinics."}


@pytest.fixture
def employer(board):
    return board


@pytest.fixture
def company(employer):
    return cast.company_of(employer)


def typed(**changes):
    return TYPED | {"industry": Industry.objects.get(slug="education").pk} | changes


def test_open_projects_go_on_by_key(client, employer, company, monkeypatch):
    monkeypatch.setattr("accounts.views.companies.SHOWN", 2)
    now, titles = timezone.now(), [f"Project {number}" for number in range(5)]
    for number, title in enumerate(titles):
        cast.an_open_project(employer, title=title, at=now - timedelta(hours=number))
    seen, address = [], ""
    while True:
        page = client.get(company.get_absolute_url() + address).context["open"]
        seen += [row.title for row in page["rows"]]
        if not (address := page["older"]):
            break
    assert seen == titles


def test_a_place_that_cannot_be_read_starts_from_the_front(client, employer, company):
    cast.an_open_project(employer, title="The one")
    for place in ("x", "99999999999999999.1", "-1.1", "1.999999999999999999"):
        assert client.get(f"{company.get_absolute_url()}?after={place}&before={place}").status_code == 200


@stands_on(stages.completed)
def test_what_was_completed_is_shown_without_the_students_name(client, board):
    address, title = board.company.get_absolute_url(), str(board)

    page = client.get(address).content.decode()

    assert title in page.partition("Completed here")[2]
    assert board.student.name not in page
    Project.objects.update(status="removed")
    assert title not in client.get(address).content.decode()


class TestChangingIt:
    def address(self, company):
        return f"{company.get_absolute_url()}edit/"

    def test_its_owner_does(self, client, employer, company):
        client.force_login(employer)
        shown = client.post(self.address(company), typed(), follow=True).content.decode()
        company.refresh_from_db()
        assert (company.name, company.slug) == ("Maple Clinics", "maple-health")
        assert "Maple Clinics" in shown

    def test_a_manager_does_not(self, client, employer, company):
        cast.an_open_project(employer)
        Membership.objects.update(role="manager")
        client.force_login(employer)
        assert client.post(self.address(company), typed()).status_code == 403
        assert client.get(self.address(company)).status_code == 403

    def test_nobody_else_does(self, client, employer, company):
        client.force_login(cast.another_employer())
        assert client.get(self.address(company)).status_code == 404

    def test_what_was_proven_stays(self, client, employer, company):
        Company.objects.update(proven_at=timezone.now(), website="https://proven.example")
        client.force_login(employer)
        client.post(self.address(company), typed(about="Something new."))
        company.refresh_from_db()
        assert (company.name, company.website) == ("Maple Health", "https://proven.example")
        assert company.about == "Something new."

    def test_the_rule_refuses_it_too(self, employer, company):
        Company.objects.update(proven_at=timezone.now())
        details = {"website": "", "about": "A.", "industry": company.industry, "country": "CA"}
        with pytest.raises(onboarding.ProvenStays):
            onboarding.edit_company(company, by=employer, name="Another", **details)

    def test_a_mistake_stands_beside_its_field_and_nothing_is_lost(self, client, employer, company):
        client.force_login(employer)
        answer = client.post(self.address(company), typed(website="no address", about="Still here."))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "no address" in page
        assert "Still here." in page

"""Settings, profile, the company's page, and who is asked what brings them here."""

from collections import Counter
from types import SimpleNamespace

import pytest
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts import onboarding
from accounts.http import OnboardingMiddleware, TimeZoneMiddleware
from accounts.models import Company, StudentProfile, User
from tests.accounts.conftest import NOW, company_details, log_in, queried, queries


@pytest.fixture
def inside(student, client):
    log_in(client, student.email)
    client.get("/healthz")  # notes the session as seen
    return client


def test_settings_show_what_was_told(inside):
    page = inside.get("/accounts/settings/").content.decode()
    for words in (
        "Ada Lin",
        "Europe/Berlin",
        "Delft, Netherlands",
        "Python",
        "SQL, Statistics",
        "I also want to hire",
    ):
        assert words in page


def test_settings_show_the_companies_and_the_role(employer, client):
    log_in(client, employer.email)
    page = client.get("/accounts/settings/").content.decode()
    assert "Maple Health" in page
    assert "Owner" in page


def test_settings_cost_the_same_for_many_companies(inside, student):
    few = queries(inside, "/accounts/settings/")
    for number in range(4):
        onboarding.found_company(student, at=NOW, **company_details(name=f"Maple {number}"))
    assert queries(inside, "/accounts/settings/") == few <= 11


def test_a_page_asks_at_most_one_query_for_each_thing_of_a_person(inside):
    asked = [row["sql"].split(" FROM ")[1].split()[0] for row in queried(inside, "/accounts/logout/")]
    assert max(Counter(asked).values()) == 1
    assert len(asked) <= 4


def test_a_profile_is_changed(inside):
    page = inside.get("/accounts/profile/").content.decode()
    assert 'value="Ada Lin"' in page
    assert '<option value="Europe/Berlin" selected>Berlin' in page
    assert inside.post("/accounts/profile/", {"name": "Ada L", "time_zone": "Asia/Tokyo"}).status_code == 302
    assert User.objects.values_list("name", "time_zone").get() == ("Ada L", "Asia/Tokyo")
    assert inside.post("/accounts/profile/", {"name": "", "time_zone": "Nowhere"}).status_code == 422


def test_a_student_profile_is_changed_but_not_the_birth_date(inside):
    page = inside.get("/accounts/profile/student/").content.decode()
    assert page.count(" checked") == 5
    sent = {"school": "Leiden", "country": "NL", "hours_a_week": "20", "born_on": "2000-01-01"}
    assert inside.post("/accounts/profile/student/", sent).status_code == 302
    profile = StudentProfile.objects.get()
    assert (profile.school, profile.hours_a_week, profile.skills.count()) == ("Leiden", 20, 0)
    assert profile.born_on.year == 2004


def test_who_is_no_student_is_led_to_become_one(employer, client):
    log_in(client, employer.email)
    assert client.get("/accounts/profile/student/").url == "/accounts/welcome/student/"


def test_a_company_without_a_checked_project_shows_itself_only_to_its_own(employer, student, client):
    address = Company.objects.get().get_absolute_url()
    assert client.get(address).status_code == 404
    log_in(client, student.email)
    assert client.get(address).status_code == 404
    client.post("/accounts/logout/")
    log_in(client, employer.email)
    page = client.get(address).content.decode()
    assert "Not proven yet" in page
    assert "has no open project" in page


def test_a_company_page_shows_its_site_without_vouching_for_it(employer, client):
    Company.objects.update(website="https://maple.example", proven_at=NOW, about="<b>Clinics</b>")
    log_in(client, employer.email)
    page = client.get("/companies/maple-health/").content.decode()
    assert '<a href="https://maple.example" rel="nofollow noopener ugc">' in page
    assert "Proven company" in page
    assert "&lt;b&gt;Clinics" in page
    assert client.get("/companies/nobody/").status_code == 404


def ask(user, view, path="/dashboard/", method="get", **headers):
    request = getattr(RequestFactory(), method)(path, **headers)
    request.user = user
    return OnboardingMiddleware(lambda _: HttpResponse()).process_view(request, view, (), {})


@login_required
def for_members(request):
    return HttpResponse()


def for_all(request):
    return HttpResponse()


def test_who_is_neither_is_asked_before_a_page_that_needs_one(maya, student, employer):
    assert ask(maya, for_members).url == "/accounts/welcome/?next=%2Fdashboard%2F"
    assert ask(maya, for_members, method="post").url == "/accounts/welcome/"
    assert ask(student, for_members) is None
    assert ask(employer, for_members) is None
    assert ask(maya, for_all) is None
    assert ask(maya, for_members, "/accounts/settings/") is None
    assert ask(maya, for_members, "/admin/x/") is None


def test_staff_are_not_asked(db):
    assert ask(User.objects.create_superuser("root@example.org"), for_members) is None


def test_moments_are_shown_in_the_zone_of_who_looks(student):
    seen = []
    middleware = TimeZoneMiddleware(lambda _: seen.append(timezone.get_current_timezone_name()))
    middleware(SimpleNamespace(user=student))
    middleware(SimpleNamespace(user=SimpleNamespace(is_authenticated=False)))
    assert seen == ["Europe/Berlin", "UTC"]

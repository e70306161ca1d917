"""A school is confirmed by the domain of a verified address; what the student typed stays."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import School, SchoolDomain, StudentProfile
from accounts.models.schools import domains_above, is_domain
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lund():
    school = School.objects.create(name="Lund University")
    school.domains.create(domain="lu.test")
    return school


def with_address(student, email, *, verified=True):
    EmailAddress.objects.create(user=student, email=email, verified=verified)
    return student


def page_of(client, student):
    client.force_login(student)
    return client.get(student.student_profile.get_absolute_url()).content.decode()


def test_a_verified_address_confirms_the_school_that_was_typed(client):
    page = page_of(client, with_address(cast.a_student(), "maya@lu.test"))
    assert "Lund University" in page
    assert "Confirmed by e-mail" in page


def test_a_domain_below_counts_too_and_one_that_only_ends_alike_does_not(lund):
    assert School.objects.recognised_by(with_address(cast.a_student(), "m@stud.LU.test")) == lund
    assert School.objects.recognised_by(with_address(cast.another_student(), "m@evil-lu.test")) is None


def test_an_address_that_was_not_verified_confirms_nothing(client):
    page = page_of(client, with_address(cast.a_student(), "maya@lu.test", verified=False))
    assert "Confirmed by e-mail" not in page


def test_another_school_than_the_one_typed_is_named_and_what_was_typed_stays(client):
    student = with_address(cast.a_student(school="Harvard"), "maya@lu.test")
    page = page_of(client, student)
    assert "Harvard" in page
    assert "E-mail address of Lund University" in page
    assert "Confirmed by e-mail" not in page
    assert StudentProfile.objects.get().school == "Harvard"


def test_capitals_and_spaces_make_no_other_school(client):
    student = with_address(cast.a_student(school="lund  university"), "maya@lu.test")
    assert "Confirmed by e-mail" in page_of(client, student)


def test_a_domain_that_is_taken_away_confirms_nothing_from_then_on(client):
    student = with_address(cast.a_student(), "maya@lu.test")
    SchoolDomain.objects.all().delete()
    assert "Confirmed by e-mail" not in page_of(client, student)


def test_the_nearest_domain_wins(lund):
    clinic = School.objects.create(name="Lund Clinic")
    clinic.domains.create(domain="clinic.lu.test")
    assert School.objects.recognised_by(with_address(cast.a_student(), "m@clinic.lu.test")) == clinic


def test_the_domains_above_an_address():
    assert domains_above("M@a.Lu.test") == ["a.lu.test", "lu.test"]


@pytest.mark.parametrize(
    "domain", ["test", "LU.test", "@lu.test", "lu.test\n", "lu..test", "-lu.test", "a b.test"]
)
def test_what_is_no_domain_is_refused(domain):
    with pytest.raises(ValidationError):
        is_domain(domain)


@pytest.mark.parametrize("domain", ["lu.se", "student.uni-leipzig.de", "ox.ac.uk", "a.xn--p1ai"])
def test_what_is_one_is_taken(domain):
    is_domain(domain)


def test_a_domain_belongs_to_one_school(lund):
    other = School.objects.create(name="Other")
    with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
        other.domains.create(domain="lu.test")


def test_the_database_refuses_capitals(lund):
    with pytest.raises(IntegrityError, match="school_domain_is_lower_case"), transaction.atomic():
        lund.domains.create(domain="LU.test")


def test_an_admin_adds_a_school_with_its_domains(client):
    client.force_login(cast.a_person("Ada Chief", is_staff=True, is_superuser=True))
    rows = {"domains-TOTAL_FORMS": 1, "domains-INITIAL_FORMS": 0, "domains-0-domain": "kth.test"}
    client.post("/admin/accounts/school/add/", {"name": "KTH"} | rows)
    assert School.objects.get(name="KTH").domains.get().domain == "kth.test"


def test_the_short_list_shows_it_to_the_employer(client):
    from django.utils import timezone

    from projects import selecting

    application = cast.an_application(with_address(cast.a_student(), "maya@lu.test"))
    employer = application.project.posted_by
    client.force_login(employer)
    assert "Confirmed by e-mail" not in client.get(application.get_absolute_url()).content.decode()
    selecting.shortlist(application, by=employer, at=timezone.now())
    assert "Confirmed by e-mail" in client.get(application.get_absolute_url()).content.decode()

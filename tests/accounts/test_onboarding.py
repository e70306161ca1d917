"""The rules of becoming a student and an employer."""

from datetime import date, datetime
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts import onboarding
from accounts.models import Company, Industry, JobRole, Membership, Skill, StudentProfile, User
from accounts.models.profiles import birthday
from marketplace.kernel.errors import RuleViolation
from tests.accounts.conftest import NOW, company_details, student_details


def test_a_student_has_a_profile_and_what_they_chose(student):
    profile = student.student_profile
    assert student.is_student
    assert not student.is_employer
    assert (profile.adult_on, profile.joined_on) == (date(2022, 5, 17), NOW.date())
    assert sorted(skill.slug for skill in profile.learning_goals.all()) == ["sql", "statistics"]


def test_nobody_under_18_becomes_a_student(maya):
    with pytest.raises(onboarding.TooYoung, match="from 25 November 2026, the day you turn 18"):
        onboarding.become_student(maya, at=NOW, **student_details(born_on=date(2008, 11, 25)))
    assert not StudentProfile.objects.exists()
    onboarding.become_student(maya, at=NOW, **student_details(born_on=date(2008, 11, 24)))


def test_the_day_is_that_of_the_persons_own_zone(maya):
    details = student_details(born_on=date(2008, 11, 24))
    late = datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("UTC"))
    with pytest.raises(onboarding.TooYoung):
        onboarding.become_student(maya, at=late, **details)
    maya = onboarding.edit_profile(maya, name="Maya", time_zone="Europe/Berlin")
    assert onboarding.become_student(maya, at=late, **details).joined_on == date(2026, 11, 24)


def test_the_minimum_age_is_a_setting_of_the_site(maya, settings):
    settings.MINIMUM_AGE = 21
    with pytest.raises(onboarding.TooYoung, match="you turn 21"):
        onboarding.become_student(maya, at=NOW, **student_details(born_on=date(2006, 1, 1)))


@pytest.mark.parametrize("born_on", [date(1, 1, 1), date(1899, 12, 31), date(2027, 1, 1), date(9999, 12, 31)])
def test_impossible_birth_dates_are_refused(maya, born_on):
    with pytest.raises(onboarding.ImpossibleBirthDate):
        onboarding.become_student(maya, at=NOW, **student_details(born_on=born_on))


def test_who_is_born_on_a_leap_day_comes_of_age_in_march():
    assert birthday(date(2008, 2, 29), age=18) == date(2026, 3, 1)


def test_the_database_refuses_a_minor_too(maya):
    with pytest.raises(IntegrityError, match="student_is_an_adult"):
        StudentProfile.objects.create(
            user=maya,
            born_on=date(2010, 1, 1),
            adult_on=date(2028, 1, 1),
            joined_on=NOW.date(),
            school="Delft",
            country="NL",
            hours_a_week=5,
        )


def test_nobody_becomes_a_student_twice(student):
    with pytest.raises(onboarding.AlreadyStudent):
        onboarding.become_student(student, at=NOW, **student_details())


def test_a_student_changes_what_they_told(student):
    onboarding.edit_student(
        student.student_profile,
        school="Leiden",
        country="NL",
        hours_a_week=20,
        skills=Skill.objects.filter(slug="sql"),
        learning_goals=[],
        industries=[],
        job_roles=JobRole.objects.filter(slug="design"),
    )
    profile = StudentProfile.objects.get()
    assert (profile.school, profile.hours_a_week, profile.learning_goals.count()) == ("Leiden", 20, 0)


def test_a_company_has_its_owner_and_their_zone(employer):
    membership = Membership.objects.get()
    assert (membership.role, membership.joined_at) == ("owner", NOW)
    assert membership.company.time_zone == "Europe/Paris"
    assert membership.company.slug == "maple-health"


def test_one_person_may_be_both(student):
    onboarding.found_company(student, at=NOW, **company_details())
    both = User.objects.get(pk=student.pk)
    assert both.is_student
    assert both.is_employer


def test_rules_ask_the_company_and_only_who_is_a_member_today(employer, student):
    company = Company.objects.get()
    assert company.has_member(employer)
    assert not company.has_member(student)
    Membership.objects.update(left_at=NOW)
    left = User.objects.get(pk=employer.pk)
    assert not company.has_member(left)
    assert not left.is_employer


def test_a_second_click_founds_nothing(employer):
    with pytest.raises(onboarding.AlreadyFounded, match="You act for Maple Health"):
        onboarding.found_company(employer, at=NOW, **company_details(name="maple health"))


def test_two_companies_of_one_name_have_two_addresses(employer, student):
    second = onboarding.found_company(student, at=NOW, **company_details())
    assert second.slug == "maple-health-2"


def test_an_address_is_found_at_once_however_many_have_the_name(maya, django_assert_max_num_queries):
    slugs = ["maple-health", *(f"maple-health-{number}" for number in range(2, 30))]
    Company.objects.bulk_create(Company(slug=slug, created_at=NOW, **company_details()) for slug in slugs)
    with django_assert_max_num_queries(12):
        found = onboarding.found_company(maya, at=NOW, **company_details())
    assert found.slug.startswith("maple-health-")


def test_a_name_without_latin_letters_has_an_address(maya):
    company = onboarding.found_company(maya, at=NOW, **company_details(name="株式会社"))
    assert company.slug.startswith("company-")
    assert company.get_absolute_url() == f"/companies/{company.slug}/"


def test_the_longest_name_fits_its_address(student, employer, maya):
    details = company_details(name="x" * 100)
    slugs = {onboarding.found_company(user, at=NOW, **details).slug for user in (student, employer, maya)}
    assert len(slugs) == 3


def race(*acts):
    """Run all at once, each on its own connection; answers what each gave or raised."""
    start, results = Barrier(len(acts)), []

    def run(act):
        start.wait()
        try:
            results.append(act())
        except RuleViolation as error:
            results.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_companies_of_one_name_founded_at_once_get_an_address_each(own_database):
    users = [User.objects.create_user(f"{i}@example.org") for i in range(4)]
    details = company_details()
    race(*(lambda user=user: onboarding.found_company(user, at=NOW, **details) for user in users))
    slugs = sorted(Company.objects.values_list("slug", flat=True))
    assert slugs == ["maple-health", "maple-health-2", "maple-health-3", "maple-health-4"]


def test_two_clicks_at_once_make_one_company_and_one_profile(own_database):
    user = User.objects.create_user("one@example.org")
    company, student = company_details(), student_details(skills=[], learning_goals=[], industries=[])
    found = lambda: onboarding.found_company(User.objects.get(), at=NOW, **company)  # noqa: E731
    become = lambda: onboarding.become_student(User.objects.get(), at=NOW, **student)  # noqa: E731
    results = race(found, found, become, become)
    refused = sorted(one.code for one in results if isinstance(one, RuleViolation))
    assert refused == ["already_founded", "already_student"]
    assert Company.objects.count() == StudentProfile.objects.filter(user=user).count() == 1


def test_the_lists_to_choose_from_are_filled(db):
    assert Skill.objects.count() >= 60
    assert (Industry.objects.count(), JobRole.objects.count()) == (14, 16)
    assert set(Skill.objects.values_list("slug", flat=True)) >= {"sql", "python", "market-research"}


def test_addresses_are_lower_case_for_the_database(db):
    with pytest.raises(IntegrityError, match="user_email_is_lower_case"):
        User.objects.create(email="Maya@example.org")


def test_a_person_without_a_name_is_greeted_by_the_address(db):
    assert User(email="maya@example.org").short_name == "maya"
    assert User(email="maya@example.org", name="Maya Lindqvist").short_name == "Maya"
    assert User(email="m@example.org", time_zone="Asia/Tokyo").zone == ZoneInfo("Asia/Tokyo")
    assert timezone.is_aware(User.objects.create_user("m@example.org").joined_at)

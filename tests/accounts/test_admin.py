"""What staff see and may touch of people and companies."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Company, School, Skill, StudentProfile, User
from tests.accounts.conftest import SECRET, log_in


@pytest.fixture
def root(db, client):
    user = User.objects.create_superuser("root@example.org", SECRET)
    log_in(client, user.email)
    return client


@pytest.fixture
def staff(db, client):
    user = User.objects.create_verified_user("staff@example.org", SECRET, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    log_in(client, user.email)
    return client


@pytest.mark.parametrize(
    "model", ["user", "company", "studentprofile", "school", "skill", "industry", "jobrole"]
)
def test_every_list_and_page_opens_and_searches(
    root, student, employer, model, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        assert root.get(f"/admin/accounts/{model}/").status_code == 200
    assert root.get(f"/admin/accounts/{model}/?q=maple").status_code == 200
    row = {
        "user": student,
        "company": Company.objects.get(),
        "studentprofile": StudentProfile.objects.get(),
        "school": School.objects.create(name="Lund University"),
    }.get(model, Skill.objects.first())
    assert root.get(f"/admin/accounts/{model}/{row.pk}/change/").status_code == 200


def test_what_is_listed_is_spelt_as_people_spell_it(root):
    index = root.get("/admin/").content.decode()
    assert ">Industries<" in index
    assert "Industrys" not in index
    assert index.count('title="Models in the People application"') == 1


def test_no_page_shows_a_password_or_a_secret(root, student):
    page = root.get(f"/admin/accounts/user/{student.pk}/change/").content.decode()
    assert "argon2" not in page
    assert root.get("/admin/mfa/authenticator/").status_code == 404
    assert root.get("/admin/usersessions/usersession/").status_code == 404


def test_nobody_is_added_or_deleted_there(root, student):
    assert root.get("/admin/accounts/user/add/").status_code == 403
    assert root.get(f"/admin/accounts/user/{student.pk}/delete/").status_code == 403
    assert root.get("/admin/accounts/company/add/").status_code == 403


def change(client, user, **fields):
    inline = {f"memberships-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    return client.post(f"/admin/accounts/user/{user.pk}/change/", fields | inline)


def test_staff_close_an_account_but_give_no_powers(staff, student):
    assert change(staff, student, is_staff="on", is_superuser="on").status_code == 302
    student.refresh_from_db()
    assert (student.is_active, student.is_staff, student.is_superuser) == (False, False, False)


def test_staff_do_not_touch_staff(staff):
    root = User.objects.create_superuser("root@example.org")
    change(staff, root)
    root.refresh_from_db()
    assert root.is_active


def test_a_superuser_gives_powers(root, student):
    assert change(root, student, is_active="on", is_staff="on").status_code == 302
    student.refresh_from_db()
    assert student.is_staff


def test_a_company_is_corrected_but_not_proven_there(root, employer):
    company = Company.objects.get()
    sent = {
        "name": "Maple",
        "website": "maple.example",
        "country": "CA",
        "time_zone": "UTC",
        "proven_at_0": "2026-01-01",
    }
    sent |= {"industry": company.industry_id, "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert root.post(f"/admin/accounts/company/{company.pk}/change/", sent).status_code == 302
    company.refresh_from_db()
    assert (company.name, company.website, company.slug) == ("Maple", "https://maple.example", "maple-health")
    assert not company.is_proven


def test_a_word_keeps_its_slug(root):
    skill = Skill.objects.get(slug="sql")
    root.post(f"/admin/accounts/skill/{skill.pk}/change/", {"name": "SQL queries", "slug": "other"})
    skill.refresh_from_db()
    assert (skill.name, skill.slug) == ("SQL queries", "sql")

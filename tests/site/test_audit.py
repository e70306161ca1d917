"""Every act of staff leaves one row that nobody can change, and staff find it again."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.models import School
from marketplace.kernel import auditing
from marketplace.kernel.models import AuditEntry
from projects import moderating
from tests import cast

pytestmark = pytest.mark.django_db
AUDIT = "/admin/kernel/auditentry/"


@pytest.fixture
def chief(client):
    person = cast.a_person("Ada Chief", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def test_a_rule_keeps_who_what_why_and_when():
    project, moderator, now = cast.a_project_in_moderation(), cast.a_moderator(), timezone.now()
    moderating.refuse_project(project, by=moderator, at=now, codes=["unclear"], note=" Say more. ")
    kept = AuditEntry.objects.get()
    assert (kept.act, kept.by, kept.at, kept.reason) == ("project_refused", moderator, now, "Say more.")
    assert (kept.app, kept.noun, kept.row_id) == ("projects", "project", str(project.pk))
    assert kept.words == f"“{project.title}” of {project.company}"


def test_what_fails_leaves_nothing():
    project = cast.a_project_in_moderation()
    with pytest.raises(moderating.NoReason):
        moderating.refuse_project(project, by=cast.a_moderator(), at=timezone.now(), codes=[], note="No.")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "change", ["UPDATE kernel_auditentry SET reason = 'other'", "DELETE FROM kernel_auditentry"]
)
def test_nobody_changes_or_deletes_a_row(change):
    auditing.record("project_passed", cast.a_student(), by=cast.a_moderator(), at=timezone.now())
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_what_is_typed_in_the_administration_is_kept_without_names(client, chief):
    student = cast.a_student()
    inline = {f"memberships-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    client.post(f"/admin/accounts/user/{student.pk}/change/", {"is_active": "on", "is_staff": "on"} | inline)
    kept = AuditEntry.objects.get(act="user_changed")
    assert kept.by == chief
    assert kept.details == {"message": [{"changed": {"fields": ["Is staff"], "now": {"is_staff": True}}}]}
    assert kept.words == f"user {student.public_id}"


def test_so_is_what_libraries_register_and_what_is_added_and_deleted(client, chief):
    client.post("/admin/auth/group/add/", {"name": "Helpers"})
    school = School.objects.create(name="Lund University")
    client.post(f"/admin/accounts/school/{school.pk}/delete/", {"post": "yes"})
    assert list(AuditEntry.objects.order_by("pk").values_list("act", flat=True)) == [
        "group_added",
        "school_deleted",
    ]


def test_an_amount_that_was_decided_is_shown_as_money(client, chief):
    auditing.record("award_stands", cast.a_student(), by=chief, at=timezone.now(), cents=27_000)
    page = client.get(f"/admin/kernel/auditentry/{AuditEntry.objects.get().pk}/change/").text
    assert "$270.00" in page
    assert "27000" not in page


def test_staff_find_an_act_by_who_what_why_and_to_whom(client):
    noor, maya = cast.a_moderator(), cast.a_student()
    client.force_login(cast.a_moderator("Eli Stone"))
    auditing.record("user_warned", maya, by=noor, at=timezone.now(), reason="Lured people away")
    for found in ("Noor", "warned", "lured", maya.public_id, maya.email, maya.name):
        assert b"Lured people away" in client.get(AUDIT, {"q": found}).content, found
    assert b"Lured people away" not in client.get(AUDIT, {"q": "Jonas Weber"}).content
    assert maya.name.encode() not in client.get(AUDIT).content


def test_the_list_has_a_constant_number_of_queries(client, chief, django_assert_max_num_queries):
    for number in range(12):
        auditing.record(f"thing_{number}", chief, by=cast.a_moderator(), at=timezone.now())
    with django_assert_max_num_queries(11):
        client.get(AUDIT)

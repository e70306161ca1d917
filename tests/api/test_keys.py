"""Keys of the API: what they open, for how long, and what they never do."""

import pytest
from django.utils import timezone

from accounts import keying
from accounts.models import ApiKey, Scope
from marketplace.kernel.states import InvalidTransition
from projects.models import Application, Project
from tests import cast
from tests.api.conftest import Program, a_key

pytestmark = pytest.mark.django_db
BID = {"motivation": "I want to.", "answers": ["A.", "B."]}


def apply(program, project):
    return program.send(f"projects/{project.public_id}/applications/", BID)


def refused(answer, status, code):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status


def test_a_key_acts_for_its_owner(program):
    student, project = cast.a_student(), cast.an_open_project()
    assert apply(program(student, "apply"), project).status_code == 201
    assert Application.objects.get().student == student


def test_without_its_scope_it_does_not(program):
    student, project = cast.a_student(), cast.an_open_project()
    others = [scope for scope in Scope.values if scope != "apply"]
    refused(apply(program(student, *others), project), 403, "insufficient_scope")


def test_looking_needs_a_scope_too(program):
    answer = program(cast.a_student(), "apply").get("projects/")
    refused(answer, 403, "insufficient_scope")
    assert "read" in answer.json()["detail"]


@pytest.mark.parametrize("secret", ["fh_nobodys", "", "a b", "fh_\xff", "x" * 5000])
def test_a_key_that_nobody_has_opens_nothing(secret, db):
    answer = Program().get("projects/", headers={"Authorization": f"Bearer {secret}"})
    refused(answer, 401, "authentication_failed")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_it_ends(time_machine):
    _, secret = a_key(cast.a_student(), days=30)
    assert Program(secret).get("projects/").status_code == 200
    time_machine.move_to(ApiKey.objects.get().expires_at)
    refused(Program(secret).get("projects/"), 401, "authentication_failed")


def test_revoked_it_opens_nothing_and_stays_revoked():
    student = cast.a_student()
    key, secret = a_key(student)
    keying.revoke(key, by=student, at=timezone.now())
    refused(Program(secret).get("projects/"), 401, "authentication_failed")
    with pytest.raises(InvalidTransition):
        keying.revoke(key, by=student, at=timezone.now())
    assert [move.to_status for move in key.history.order_by("pk")] == ["active", "revoked"]


def test_of_a_closed_account_it_opens_nothing():
    student = cast.a_student()
    _, secret = a_key(student)
    type(student).objects.filter(pk=student.pk).update(is_active=False)
    refused(Program(secret).get("projects/"), 401, "authentication_failed")


def test_a_moderators_key_sees_what_everybody_sees():
    moderator, draft = cast.a_moderator(), cast.a_draft()
    program = Program(a_key(moderator)[1])
    assert program.get(f"projects/{draft.public_id}/").status_code == 404
    assert Project.objects.visible_to(cast.afresh(moderator)).filter(pk=draft.pk).exists()


def test_it_does_no_more_than_its_owner_may_at_that_moment(program):
    employer = cast.an_employer()
    draft, keyed = cast.a_draft(employer), program(employer)
    assert keyed.get(f"projects/{draft.public_id}/").status_code == 200
    employer.memberships.update(left_at=timezone.now())
    assert keyed.get(f"projects/{draft.public_id}/").status_code == 404


def test_only_its_digest_and_its_beginning_are_kept():
    key, secret = a_key(cast.a_student())
    kept = " ".join(str(value) for value in ApiKey.objects.values().get(pk=key.pk).values())
    assert len(secret) > 40
    assert secret not in kept
    assert secret.startswith(key.beginning)
    assert len(key.beginning) < 12


def test_when_it_was_used_is_noted_once_a_minute(time_machine, django_assert_num_queries):
    time_machine.move_to("2026-05-04 10:00:30Z", tick=False)
    key, secret = a_key(cast.a_student())
    with django_assert_num_queries(2):
        keying.use(secret, at=timezone.now())
    with django_assert_num_queries(1):
        keying.use(secret, at=timezone.now())
    key.refresh_from_db()
    assert key.last_used_at == timezone.now()


def test_two_live_keys_have_two_names():
    student = cast.a_student()
    key, _ = a_key(student, days=30)
    with pytest.raises(keying.NameTaken):
        a_key(student)
    a_key(student, at=key.expires_at)
    a_key(cast.another_student())


def test_a_person_has_few(settings):
    settings.API_KEYS = 2
    student = cast.a_student()
    a_key(student, name="One")
    a_key(student, name="Two")
    with pytest.raises(keying.TooManyKeys):
        a_key(student, name="Three")


def test_the_database_knows_every_scope():
    a_key(cast.a_student(), *Scope.values)

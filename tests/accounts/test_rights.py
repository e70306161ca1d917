"""Rights of staff for some hours: asked for, granted by somebody else, over by themselves, each step in the audit."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from accounts import empowering
from accounts.models import StaffRight, User
from marketplace.kernel import letters
from marketplace.kernel.models import AuditEntry, Letter
from tests import cast
from tests.accounts.conftest import NOW

LATER = NOW + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def timed(settings):
    settings.STAFF_TIMED_RIGHTS = True


@pytest.fixture
def noor(db):
    return cast.a_moderator()


@pytest.fixture
def chief(db):
    return cast.a_person("Ada Chief", is_staff=True, is_superuser=True)


def asked(person, kind="read", hours=2):
    return empowering.ask_for(person, at=NOW, kind=kind, hours=hours, reason="The case of Maple.")


def acts():
    return list(AuditEntry.objects.order_by("pk").values_list("act", flat=True))


def may(person, *permissions, at=LATER):
    with time_machine.travel(at, tick=False):
        person = cast.afresh(person)
        return [person.has_perm(name) for name in permissions]


def test_one_that_fails_to_end_stops_no_other(noor, chief):
    broken, other = asked(noor), asked(noor, "people")
    for right in (broken, other):
        empowering.grant(right, by=chief, at=NOW)
    StaffRight.objects.filter(pk=broken.pk).update(version=2**31 - 1)  # one more is out of range
    assert empowering.end_over(at=LATER + timedelta(days=1)) == 1
    assert list(StaffRight.objects.order_by("pk").values_list("status", flat=True)) == ["granted", "ended"]


def test_a_right_is_granted_for_hours_and_ends_by_itself(noor, chief):
    right = asked(noor)
    assert may(noor, "projects.view_project") == [False]
    empowering.grant(right, by=chief, at=NOW)
    assert may(noor, "projects.view_project", "projects.change_project") == [True, False]
    over = NOW + timedelta(hours=2)
    assert may(noor, "projects.view_project", at=over - timedelta(seconds=1)) == [True]
    assert may(noor, "projects.view_project", at=over) == [False]  # whatever the sweep does
    assert empowering.end_over(at=over) == 1
    assert empowering.end_over(at=over) == 0
    assert acts() == ["right_asked_for", "right_granted", "right_ended"]
    assert AuditEntry.objects.earliest("pk").reason == "The case of Maple."


def test_nobody_grants_their_own_where_somebody_else_can(noor, chief):
    other = cast.a_person("Bo Chief", is_staff=True, is_superuser=True)
    right = asked(chief, kind="all")
    for person, error in ((noor, PermissionDenied), (chief, empowering.OwnRequest)):
        with pytest.raises(error):
            empowering.grant(right, by=person, at=NOW)
    empowering.grant(right, by=other, at=NOW)
    assert may(chief, "accounts.change_user") == [True]


def test_the_only_administrator_answers_alone_and_the_audit_says_so(chief):
    empowering.grant(asked(chief, kind="all"), by=chief, at=NOW)
    assert AuditEntry.objects.get(act="right_granted").details["alone"] is True


def test_an_administrators_powers_sleep(chief, client):
    assert may(chief, "accounts.change_user") == [False]
    client.force_login(chief)
    assert client.get("/admin/accounts/user/").status_code == 403
    assert client.get("/admin/").status_code == 200  # to moderate


def test_in_a_local_run_they_do_not(chief, settings):
    settings.STAFF_TIMED_RIGHTS = False
    assert may(chief, "accounts.change_user") == [True]


def test_everything_for_some_hours_makes_nobody_an_administrator(noor, chief, client):
    with time_machine.travel(LATER, tick=False):
        empowering.grant(asked(noor, kind="all"), by=chief, at=NOW)
        client.force_login(noor)
        inline = {f"memberships-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
        sent = inline | {"is_active": "on", "is_staff": "on", "is_superuser": "on"}
        maya = cast.a_student()
        client.post(f"/admin/accounts/user/{maya.pk}/change/", sent)
        client.post(f"/admin/accounts/user/{noor.pk}/change/", sent)
    assert User.objects.filter(is_superuser=True).get() == chief


def test_who_is_no_staff_asks_for_nothing(student):
    with pytest.raises(PermissionDenied):
        asked(student)


def test_asked_once_refused_or_given_back(noor, chief):
    right = asked(noor, hours=900)
    assert right.hours == 8
    with pytest.raises(empowering.AskedAlready):
        asked(noor)
    with pytest.raises(PermissionDenied):
        empowering.give_back(right, by=chief, at=NOW)
    empowering.refuse(right, by=chief, at=NOW)
    empowering.give_back(empowering.grant(asked(noor), by=chief, at=NOW), by=noor, at=NOW)
    assert StaffRight.objects.live(at=LATER).count() == 0
    told = [
        letters.message(letter, at=NOW).subject for letter in Letter.objects.filter(to=noor).order_by("pk")
    ]
    assert told == ["Your request for a right is refused", "Your request for a right is granted"]


def test_the_page_asks_and_answers(noor, chief, student, client):
    client.force_login(student)
    assert client.get("/accounts/rights/").status_code == 403
    client.force_login(noor)
    assert client.post("/accounts/rights/", {"kind": "people", "hours": 1, "reason": ""}).status_code == 422
    sent = {"kind": "people", "hours": 1, "reason": "A case."}
    assert client.post("/accounts/rights/", sent).status_code == 302
    assert client.post("/accounts/rights/", sent).status_code == 422
    right = StaffRight.objects.get()
    assert client.post(f"/accounts/rights/{right.public_id}/grant/").status_code == 403
    client.force_login(chief)
    assert "Noor Haddad" in client.get("/accounts/rights/").content.decode()
    assert client.post(f"/accounts/rights/{right.public_id}/grant/").status_code == 302
    client.force_login(noor)
    assert "Give it back" in client.get("/accounts/rights/").content.decode()
    assert client.get("/admin/accounts/user/").status_code == 200

"""Seeing the site as somebody else: with a right, to look and nothing else, in the audit and told to the person."""

from datetime import timedelta

import pytest
import time_machine
from django.db import InternalError, transaction
from django.utils import timezone

from accounts import empowering, viewing
from accounts.http.seen_as import SHOWN, read_only
from accounts.models import User, Viewing
from marketplace.kernel.models import AuditEntry, Letter
from tests import cast

REASON = {"reason": "You asked why your list is empty."}


@pytest.fixture
def maya(db):
    return cast.a_student()


@pytest.fixture
def noor(db, settings):
    noor, at = cast.a_moderator(), timezone.now()
    chief = cast.a_person("Ada Chief", is_staff=True, is_superuser=True)
    asked = empowering.ask_for(noor, at=at, kind="see_as", hours=2, reason="Letters.")
    empowering.grant(asked, by=chief, at=at)
    return noor


@pytest.fixture
def looking(maya, noor, client):
    client.force_login(noor)
    assert client.post(f"/people/{maya.public_id}/see-as/", REASON).url == "/dashboard/"
    return client


def acts():
    return list(AuditEntry.objects.filter(noun="user").order_by("pk").values_list("act", flat=True))


def test_pages_are_as_the_person_sees_them_with_a_banner(looking, maya):
    application = cast.an_application(maya)
    page = looking.get("/applications/").content.decode()
    assert application.project.title in page
    assert "You see the site as <strong>Maya Lindqvist</strong>" in page
    assert "Nothing can be changed" in looking.get("/accounts/settings/").content.decode()
    for address in (application.get_absolute_url(), "/dashboard/", "/money/", "/projects/", "/"):
        assert looking.get(address).status_code == 200, address


def test_begin_end_and_each_page_stand_in_the_audit(looking, noor, maya):
    looking.get("/dashboard/")
    looking.get("/applications/?x=1")
    assert looking.post("/accounts/viewing/end/").url == "/accounts/rights/"
    assert acts() == ["viewing_begun", "page_viewed", "page_viewed", "viewing_ended"]
    rows = AuditEntry.objects.filter(noun="user").order_by("pk")
    assert {(row.by, row.row_id) for row in rows} == {(noor, str(maya.pk))}
    assert rows[0].reason == REASON["reason"]
    assert rows[2].details["path"] == "/applications/?x=1"
    assert looking.get("/accounts/settings/").context["user"] == noor
    assert looking.post("/accounts/viewing/end/").url == "/"


def test_nothing_is_done_and_nothing_secret_is_seen(looking, maya):
    for address in (
        *("/accounts/password/change/", "/accounts/email/", "/accounts/2fa/", "/accounts/api-keys/"),
        *("/accounts/data/", "/accounts/data/delete/", "/accounts/sessions/", "/accounts/profile/"),
        *("/money/payee/", "/admin/", "/accounts/logout/", "/accounts/rights/", "/projects/new/"),
    ):
        assert looking.get(address).status_code == 403, address
    for address in (
        "/accounts/keys/",
        "/accounts/data/copy/",
        "/accounts/logout/",
        "/notices/read/",
        "/dashboard/",
    ):
        assert looking.post(address).status_code == 403, address
    assert looking.get("/api/v1/me/").status_code == 403
    assert cast.afresh(maya).is_active


def test_no_page_of_the_list_has_to_do_with_money_or_secrets():
    named = {name.rpartition(":")[2] for name in SHOWN}
    for word in (
        "password",
        "pay",
        "key",
        "mfa",
        "delete",
        "export",
        "email",
        "offer",
        "accept",
        "edit",
        "file",
    ):
        assert not [name for name in named if word in name], word


def test_the_database_refuses_what_a_page_might_write(maya):
    def writes():
        User.objects.filter(pk=maya.pk).update(name="Somebody Else")

    with pytest.raises(InternalError, match="read-only"), transaction.atomic():
        read_only(writes)
    User.objects.filter(pk=maya.pk).update(name="Maya L")  # and afterwards as ever


def test_the_person_is_told(looking, maya, client):
    assert Letter.objects.filter(to=maya, template="accounts/was_viewed").count() == 1
    looking.post("/accounts/viewing/end/")
    client.force_login(maya)
    page = client.get("/accounts/settings/").content.decode()
    assert "Who looked at your account" in page
    assert REASON["reason"] in page


def test_it_ends_by_itself_and_with_the_right(looking, maya, noor):
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert looking.get("/accounts/settings/").context["user"] == noor
    begun = viewing.begin(maya, by=cast.afresh(noor), at=timezone.now(), **REASON)
    assert viewing.live(begun.pk, by=cast.afresh(noor), at=timezone.now())
    noor.staff_rights.update(status="ended")
    assert viewing.live(begun.pk, by=cast.afresh(noor), at=timezone.now()) is None


def test_staff_and_closed_accounts_are_not_looked_at_and_nobody_looks_without_the_right(maya, noor, client):
    client.force_login(noor)
    for person in (cast.a_moderator("Bo Other"), cast.a_person("Al Gone", is_active=False)):
        assert client.post(f"/people/{person.public_id}/see-as/", REASON).status_code == 409
    assert client.post(f"/people/{maya.public_id}/see-as/", {"reason": " "}).status_code == 422
    for who in (cast.a_moderator("Bo Other"), cast.another_student(), cast.an_employer()):
        client.force_login(who)
        assert client.get(f"/people/{maya.public_id}/see-as/").status_code == 403
    assert not Viewing.objects.exists()


def test_a_forged_session_value_opens_nothing(maya, client):
    other = cast.another_student()
    row = Viewing.objects.create(
        by=cast.a_moderator(),
        person=maya,
        reason="x",
        began_at=timezone.now(),
        ends_at=timezone.now() + timedelta(hours=1),
    )
    client.force_login(other)
    session = client.session
    session["viewing"] = row.pk
    session.save()
    assert client.get("/accounts/settings/").context["user"] == other

"""The end of an account: what stands in its way, the days to change one's mind, and what is left afterwards."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from accounts import inviting, keying
from accounts.models import Deletion, Membership, StudentProfile, User
from marketplace.kernel import letters
from marketplace.kernel.models import Case, Letter
from marketplace.site.privacy import deleting, erasing, exporting
from marketplace.site.privacy.erasing import ERASED, KEPT
from payments import releasing
from payments.models import Hold
from projects import applying
from projects.models import Application, Waiting
from tests import cast, stages
from tests.accounts.conftest import SECRET, log_in
from tests.payments import steps


@pytest.fixture
def maya(db):
    return cast.a_student()


def gone(person, *, at=None):
    """Asked for, and carried out after its days."""
    at = at or timezone.now()
    deleting.ask_for_deletion(person, at=at)
    assert deleting.carry_out_due(at=at + timedelta(days=14)) == 1
    return cast.afresh(person)


def test_each_table_says_what_becomes_of_it():
    known = {model._meta.label for model in apps.get_models()}
    assert known - set(ERASED) - set(KEPT) == set()
    assert (set(ERASED) | set(KEPT)) - known == set()
    assert not set(ERASED) & set(KEPT)
    assert all({**ERASED, **KEPT}.values())


class TestTheDays:
    def test_it_begins_at_once(self, maya, client):
        application = cast.an_application(maya)
        StudentProfile.objects.update(shown_to="all")
        deleting.ask_for_deletion(maya, at=timezone.now())
        application.refresh_from_db()
        assert application.status == Application.Status.WITHDRAWN
        assert client.get(f"/people/{maya.public_id}/").status_code == 404
        letter = Letter.objects.get(to=maya, template="accounts/deletion_asked")
        assert "Keep my account" in letters.message(letter, at=timezone.now()).body

    def test_the_keys_of_their_programs_open_nothing(self, maya):
        at = timezone.now()
        _, secret = keying.make_key(maya, at=at, name="Laptop", scopes=["read"], days=90)
        deleting.ask_for_deletion(maya, at=at)
        assert keying.use(secret, at=at) is None
        deleting.keep_account(maya, at=at)
        assert keying.use(secret, at=at) is not None

    def test_asked_twice_it_is_one(self, maya):
        at = timezone.now()
        first = deleting.ask_for_deletion(maya, at=at)
        assert deleting.ask_for_deletion(maya, at=at + timedelta(days=1)) == first

    def test_one_click_takes_it_back(self, maya):
        at = timezone.now()
        deleting.ask_for_deletion(maya, at=at)
        deleting.keep_account(maya, at=at + timedelta(days=13))
        assert deleting.carry_out_due(at=at + timedelta(days=15)) == 0
        assert not cast.afresh(maya).is_leaving
        assert Letter.objects.filter(to=maya, template="accounts/deletion_cancelled").exists()
        deleting.ask_for_deletion(cast.afresh(maya), at=at + timedelta(days=20))

    def test_nobody_goes_before_their_day(self, maya):
        at = timezone.now()
        deleting.ask_for_deletion(maya, at=at)
        assert deleting.carry_out_due(at=at + timedelta(days=14, seconds=-1)) == 0
        assert cast.afresh(maya).is_active

    def test_the_pages_ask_and_take_back_and_let_nothing_else_happen(self, db, client):
        person = User.objects.create_verified_user("kim@example.org", SECRET, name="Kim Ray")
        other = type(client)()
        for browser in (client, other):
            log_in(browser, person.email)
            browser.get("/accounts/settings/")  # from where it is known
        assert "What stays" in client.get("/accounts/data/delete/").content.decode()
        assert client.post("/accounts/data/delete/").url == "/accounts/data/"
        assert other.get("/accounts/settings/").url.startswith("/accounts/login/")
        assert client.get("/accounts/settings/").url == "/accounts/data/"
        assert client.post("/accounts/keys/").status_code == 403
        assert client.get("/api/v1/projects/").status_code == 403
        assert "Keep my account" in client.get("/accounts/data/").content.decode()
        client.post("/accounts/data/keep/")
        assert client.get("/accounts/settings/").status_code == 200


class TestWhatStandsInTheWay:
    def refused(self, person, words):
        with pytest.raises(deleting.CannotBeDeleted, match=words):
            deleting.ask_for_deletion(cast.afresh(person), at=timezone.now())

    def test_a_company_that_nobody_else_owns(self, db, client):
        employer = cast.an_employer()
        company = cast.company_of(employer)
        deleting.ask_for_deletion(employer, at=timezone.now())  # nothing is under way
        deleting.keep_account(employer, at=timezone.now())
        cast.an_open_project(employer)
        self.refused(employer, "Nobody but you owns Maple Health")
        client.force_login(employer)
        assert "Nobody but you owns" in client.get("/accounts/data/delete/").content.decode()
        other = Membership.join(company, cast.a_person("Kim Ray"), role="owner", at=timezone.now()).user
        deleting.ask_for_deletion(cast.afresh(employer), at=timezone.now())
        self.refused(other, "Nobody but you owns")  # of two who leave, one must stay

    def test_being_staff(self, db):
        self.refused(cast.a_moderator(), "You are staff")

    def test_a_case_puts_it_off_without_a_word_of_it(self, maya):
        at = timezone.now()
        deleting.ask_for_deletion(maya, at=at)
        due = {"due_at": at, "opened_at": at, "kind": "fraud", "row_id": 1, "words": "A check"}
        case = Case.objects.create(people=[maya.pk], **due)
        for days in (14, 15, 16):
            assert deleting.carry_out_due(at=at + timedelta(days=days)) == 0
        letter = Letter.objects.get(to=maya, template="accounts/deletion_put_off")
        assert "check" not in letters.message(letter, at=at).body
        Case.objects.filter(pk=case.pk).update(closed_at=at, outcome="fine")
        assert deleting.carry_out_due(at=at + timedelta(days=17)) == 1


def test_one_bid_that_cannot_be_taken_back_stops_neither_the_others_nor_the_wish(maya):
    stuck, free = cast.an_application(maya), cast.an_application(maya)
    Application.objects.filter(pk=stuck.pk).update(version=2**31 - 1)  # one more is out of range
    deleting.ask_for_deletion(maya, at=timezone.now())
    statuses = Application.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["submitted", "withdrawn"]
    Application.objects.filter(pk=stuck.pk).update(version=1)
    deleting.withdraw_bids(maya, at=timezone.now())
    assert not Application.objects.exclude(pk=free.pk).exclude(status="withdrawn").exists()


def test_cut_off_halfway_nothing_has_happened_and_the_next_sweep_does_it(maya, monkeypatch):
    at = timezone.now()
    deleting.ask_for_deletion(maya, at=at)
    with monkeypatch.context() as broken:
        broken.setattr(erasing, "unname", lambda user: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            deleting.carry_out_due(at=at + timedelta(days=14))
    assert StudentProfile.objects.get().school == "Lund University"
    assert deleting.carry_out_due(at=at + timedelta(days=14)) == 1
    assert deleting.carry_out_due(at=at + timedelta(days=14)) == 0
    assert Deletion.objects.get().done_at


def test_who_is_deleted_cannot_log_in_and_the_address_is_free(db, client):
    person = User.objects.create_verified_user("kim@example.org", SECRET, name="Kim Ray")
    log_in(client, person.email)
    gone(person)
    assert client.get("/accounts/data/").status_code == 302
    assert log_in(client, "kim@example.org").status_code == 200
    User.objects.create_verified_user("kim@example.org", SECRET)


def test_the_goodbye_leaves_and_takes_the_address_with_it(maya):
    email, at = maya.email, timezone.now()
    gone(maya, at=at)
    assert Letter.objects.get(template="accounts/deleted").address == email
    Letter.objects.update(sent_at=at)
    deleting.carry_out_due(at=at)
    assert not Letter.objects.filter(address=email).exists()


class TestAWholeLife:
    """Somebody who did everything one can do: nothing in the whole database names them afterwards."""

    NAME, SCHOOL, SECRETS = "Zebedee Quillfeather", "Quillfeather College", "I, quillfeather, would love to."

    def test_no_name_is_left_and_the_books_and_terms_are(self, sandbox, client):
        person = self.lives(sandbox)
        email = person.email
        export = exporting.ask_for_export(person, at=timezone.now())
        exporting.make_waiting(at=timezone.now())
        export.refresh_from_db()
        holds = list(Hold.objects.filter(engagement__student=person).values_list("public_id", "status"))
        assert len(found_in_the_database("quillfeather")) > 8
        person = gone(person)
        assert found_in_the_database("quillfeather") - {"kernel_letter: deleted"} == set()
        assert found_in_the_database(email) - {"kernel_letter: deleted"} == set()
        assert not export.file.storage.exists(export.file.name)
        assert (
            list(Hold.objects.filter(engagement__student=person).values_list("public_id", "status")) == holds
        )
        self.others_still_read_their_pages(person, client)

    def lives(self, sandbox):
        person = cast.a_student(self.NAME, school=self.SCHOOL)
        User.objects.filter(pk=person.pk).update(email="zebedee.quillfeather@example.org")
        person.emailaddress_set.update(email="zebedee.quillfeather@example.org")
        StudentProfile.objects.filter(user=person).update(goals="Quillfeather's goals", shown_to="all")
        person = cast.afresh(person)
        project = stages.paid_for(sandbox).project
        application = cast.an_application(person, project)
        engagement = stages.under_way(sandbox, application)
        self.obstacle(person, "is not finished")
        for number in range(1, engagement.deliverables.count() + 1):
            files = [SimpleUploadedFile("findings.txt", b"Five patients.\n")]
            stages.deliver(engagement, number=number, files=files)
            part = engagement.deliverables.get(number=number)
            releasing.approve_work(part, by=engagement.offered_by, at=timezone.now())
        self.obstacle(person, "is not finished|still on its way")
        at = steps.a_ready_payee(sandbox, person, at=timezone.now()) and timezone.now() + timedelta(days=8)
        steps.pass_time(sandbox, 8 * 24)
        steps.work_off(sandbox, at=at)
        other = cast.an_open_project(cast.another_employer())
        applying.apply(
            other, by=person, at=timezone.now(), motivation=self.SECRETS, answers=[self.SECRETS] * 2
        )
        waited = cast.an_open_project(cast.an_employer("Ola", "Ola's"))
        Waiting.objects.create(
            project=waited, student=person, lot=1, joined_at=timezone.now(), motivation=self.SECRETS
        )
        keying.make_key(person, at=timezone.now(), name="Quillfeather's laptop", scopes=["read"], days=90)
        company = cast.company_of(other.posted_by)
        inviting.invite(company, by=other.posted_by, at=timezone.now(), email=person.email, role="manager")
        return cast.afresh(person)

    def obstacle(self, person, words):
        with pytest.raises(deleting.CannotBeDeleted, match=words):
            deleting.ask_for_deletion(person, at=timezone.now())

    def others_still_read_their_pages(self, person, client):
        engagement = person.engagements.get()
        client.force_login(engagement.offered_by)
        for address in (
            engagement.get_absolute_url(),
            f"/projects/{engagement.project.public_id}/applicants/",
        ):
            assert "Deleted account" in client.get(address).content.decode()
        assert client.get(f"/people/{person.public_id}/").status_code == 404


def found_in_the_database(text):
    """Each table in which it stands, whatever the column, in small or capital letters; bytes are read too."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                plain = row.casefold()
                coded = text.casefold().encode().hex()
                if text.casefold() in plain or coded in plain:
                    found.add(f"{table}: deleted" if "accounts/deleted" in plain else f"{table}: {row[:300]}")
    return found


BREAK = """
create function broken() returns trigger language plpgsql as $$
begin raise exception 'a guard spoke' using errcode = '23514'; end $$;
create trigger broken before update of name on accounts_user
  for each row when (new.id = {pk}) execute function broken();
"""


def test_one_that_fails_does_not_stop_the_rest_and_is_tried_again(own_database, as_owner, caplog):
    at = timezone.now()
    people = [cast.a_student(), cast.another_student()]
    for person in people:
        deleting.ask_for_deletion(person, at=at)
    as_owner.execute(BREAK.format(pk=people[0].pk))
    at += timedelta(days=14)

    assert deleting.carry_out_due(at=at) == 1
    assert "will be tried again" in caplog.text
    names = dict(User.objects.filter(pk__in=[one.pk for one in people]).values_list("pk", "name"))
    assert [names[one.pk] == erasing.NOBODY for one in people] == [False, True]

    as_owner.execute("drop trigger broken on accounts_user")
    assert deleting.carry_out_due(at=at) == 1

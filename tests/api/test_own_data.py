"""Copies, the end of the account, reports, blocks, appeals and proofs by API: as their pages do it."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Block, Company, CompanyProof, User
from marketplace.kernel.models import Case
from marketplace.site.privacy import exporting
from payments import sanctioning
from projects.models import Application, Flag, Report
from tests import cast
from tests.api.conftest import Program, a_key

pytestmark = pytest.mark.django_db
NOW = timezone.now()
JSON = {"content_type": "application/json"}


class Browser(Client):
    """Somebody's session, asking below /api/v1/."""

    def __init__(self, person):
        super().__init__()
        self.force_login(person)

    def ask(self, method, path, document=None):
        return getattr(self, method)(f"/api/v1/{path}", document or {}, **JSON)


def test_a_copy_is_asked_for_and_fetched(db):
    student = cast.a_student()
    browser = Browser(student)
    asked = browser.ask("post", "me/copies/")
    assert (asked.status_code, asked.json()["made_at"]) == (201, None)
    assert browser.ask("post", "me/copies/").json()["code"] == "export_under_way"
    exporting.make_waiting(at=NOW)
    (listed,) = browser.get("/api/v1/me/copies/").json()["results"]
    assert listed["public_id"] == asked.json()["public_id"]
    assert listed["parts_made"] == listed["parts"]
    fetched = browser.get(f"/api/v1/me/copies/{listed['public_id']}/")
    assert (fetched["Content-Type"], b"".join(fetched.streaming_content)[:2]) == ("application/zip", b"PK")


def test_no_key_fetches_a_copy_or_ends_an_account_and_a_stale_session_proves_itself_first(db):
    student = cast.a_student()
    program = Program(a_key(student)[1])
    for method, path in (("post", "me/copies/"), ("post", "me/deletion/")):
        answer = program.send(path, method=method)
        assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")
    copy = exporting.ask_for_export(student, at=NOW)
    exporting.make_waiting(at=NOW)
    assert program.get(f"me/copies/{copy.public_id}/").status_code == 403
    student.set_password("quince-lantern-9")
    student.save()
    stale = Browser(student)  # logged in without having shown anything lately
    assert stale.get(f"/api/v1/me/copies/{copy.public_id}/").json()["code"] == "reauthentication_required"
    assert stale.ask("post", "me/deletion/").json()["code"] == "reauthentication_required"


def test_an_account_ends_and_is_kept(db):
    student = cast.a_student()
    browser, program = Browser(student), Program(a_key(student)[1])
    assert browser.get("/api/v1/me/deletion/").json() == {"leaves_at": None, "obstacles": []}
    asked = browser.ask("post", "me/deletion/")
    assert asked.status_code == 201
    assert asked.json()["leaves_at"]
    assert program.get("me/").status_code == 401  # keys open nothing meanwhile
    assert browser.get("/api/v1/me/").status_code == 403
    assert browser.get("/api/v1/me/deletion/").json()["leaves_at"] == asked.json()["leaves_at"]
    assert browser.ask("delete", "me/deletion/").status_code == 204
    assert User.objects.get(pk=student.pk).leaves_at is None
    assert program.get("me/").status_code == 200


def test_a_moderator_hears_what_stands_in_the_way(db):
    moderator = Browser(cast.a_moderator())
    (said,) = moderator.get("/api/v1/me/deletion/").json()["obstacles"]
    refused = moderator.ask("post", "me/deletion/")
    assert (refused.status_code, refused.json()["detail"]) == (409, said)


def test_a_report_and_its_block_are_made_together_or_not_at_all(db):
    application = cast.an_application()
    company = application.project.company
    employer = company.memberships.get().user
    program = Program(a_key(employer)[1])
    told = {"reason": "offensive", "text": "Words that nobody should read.", "block": True}
    path = f"reports/application/{application.public_id}/"
    assert program.send(path, told).json()["code"] == "answer_before_blocking"
    assert not Report.objects.exists()
    assert program.send(path, told | {"block": False}).status_code == 201
    student = Program(a_key(cast.afresh(application.student))[1])
    assert student.send(f"reports/project/{application.project.public_id}/", told).status_code == 201
    assert Application.objects.get().status == "withdrawn"
    (row,) = student.get("me/blocks/").json()["results"]
    assert (row["company"]["slug"], row["side"]) == (company.slug, "student")
    assert program.get("me/blocks/").json()["results"] == []  # the other side is not told
    assert program.send(f"me/blocks/{row['id']}/", method="delete").status_code == 404
    assert student.send(f"me/blocks/{row['id']}/", method="delete").status_code == 204
    again = student.send("me/blocks/", {"kind": "company", "key": company.slug})
    assert (again.status_code, Block.objects.standing().count()) == (201, 1)
    stranger = Program(a_key(cast.a_person("Kim Ray"))[1])
    assert stranger.send("me/blocks/", {"kind": "company", "key": company.slug}).status_code == 403


def test_a_sanction_is_appealed_once(db):
    student, moderator = cast.a_student(), cast.a_moderator()
    given = {"level": "warning", "codes": ["other"], "note": "Please read the rules."}
    sanction = sanctioning.impose(student, by=moderator, at=NOW, **given)
    program = Program(a_key(student)[1])
    (row,) = program.get("me/decisions/").json()["results"]
    assert (row["public_id"], row["note"], row["company"]) == (sanction.public_id, given["note"], None)
    path = f"me/decisions/{sanction.public_id}/"
    assert program.send(path, {}).json()["errors"] == {"text": ["This field is required."]}
    assert program.send(path, {"text": "It was somebody else."}).json()["appeal"] == "It was somebody else."
    assert program.send(path, {"text": "Again."}).json()["code"] == "no_appeal_now"
    assert Case.objects.get(kind="appeal").row_id == sanction.pk
    assert Program(a_key(cast.another_student())[1]).get(path).status_code == 404


def test_what_was_noticed_is_sent_knowingly(db):
    student, project = cast.a_student_and_a_project()
    program = Program(a_key(student)[1])
    bid = {"motivation": "I can cash a cheque for you.", "answers": ["One.", "Two."]}
    path = f"projects/{project.public_id}/applications/"
    assert program.send(path, bid).json()["code"] == "words_noticed"
    assert program.send(path, bid | {"flagged": True}).status_code == 201
    assert Flag.objects.get().kinds == ["cheque"]


def test_a_company_shows_who_it_is(db):
    cache.clear()
    employer = cast.an_employer()
    Company.objects.update(website="https://maple.example")
    program, path = Program(a_key(employer)[1]), "companies/maple-health/proofs/"
    assert program.send(path, {"way": "mail"}).json()["code"] == "no_address_in_domain"
    assert list(program.send(path, {"way": "registry"}).json()["errors"]) == ["registry", "number"]
    site = program.send(path, {"way": "site"}).json()
    assert site["address"] == "https://maple.example/.well-known/marketplace-proof.txt"
    assert site["token"] == CompanyProof.objects.get().token
    looked = program.send(f"{path}{site['public_id']}/look/")
    assert (looked.status_code, CompanyProof.objects.get().look_at is None) == (200, False)
    assert program.send(f"{path}{site['public_id']}/look/").json()["code"] == "looked_just_now"
    told = program.send(path, {"way": "registry", "registry": "Companies House", "number": "0451"})
    assert (told.status_code, told.json()["status"]) == (201, "waiting")
    assert [row["way"] for row in program.get(path).json()["results"]] == ["site", "registry"]
    rival = Program(a_key(cast.another_employer())[1])
    assert rival.get(path).status_code == 404

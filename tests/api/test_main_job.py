"""The main job by API alone: two people with an account and a key each, from a first profile to money sent.

Nobody opens a page but the one for the card, which the stand-in for Stripe serves.
"""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Company
from payments import tasks
from payments.models import Payee
from projects import moderating
from projects.models import Project
from tests import cast
from tests.api.conftest import Program, a_key
from tests.payments.steps import books_agree, got, work_off

STUDENT = {
    "born_on": "2004-05-17",
    "school": "Lund University",
    "country": "SE",
    "hours_a_week": 12,
    "skills": ["interviewing", "sql"],
    "learning_goals": ["statistics"],
    "industries": ["health-and-care"],
    "job_roles": ["market-research"],
    "may_work_as": ["contractor"],
}
COMPANY = {"name": "Maple Health", "industry": "health-and-care", "country": "CA", "about": "Care at home."}
MINE = {
    "title": "Talk to five patients",
    "hours": 10,
    "fee_cents": 30_000,
    "seats": 1,
    "questions": ["How would you begin?"],
    "deliverables": [
        {"title": "A guide", "criteria": ["One page.", "Ten questions.", "No names."], "due_days": 5},
        {"title": "The findings", "criteria": ["Two pages.", "Five patients.", "Quotes."], "due_days": 12},
    ],
}
ANSWERS = ["Met, see page one."] * 3


class Keyed(Program):
    """A program that goes on only where it is answered as it should be."""

    def read(self, path):
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.content)
        return answer.json()

    def do(self, path, document=None, *, status=200, **more):
        answer = self.send(path, document, **more)
        assert answer.status_code == status, (path, answer.status_code, answer.content)
        return answer.json() if answer.content else None


@pytest.fixture
def people(own_database):
    return {name: cast.a_person(name) for name in ("Maya Lindqvist", "Sam Ode", "Jonas Weber")}


@pytest.fixture
def student(people):
    return Keyed(a_key(people["Maya Lindqvist"], "read", "apply", "work", "pay", "account")[1])


@pytest.fixture
def employer(people):
    return Keyed(a_key(people["Sam Ode"], "read", "post", "select", "work", "pay", "account")[1])


@pytest.fixture
def other(people):
    return Keyed(a_key(people["Jonas Weber"], "read", "apply", "account")[1])


def test_the_main_job_is_done_by_api_alone(sandbox, people, student, employer, other):
    # Who they are.
    for program in (student, other):
        assert program.do("me/student/", STUDENT, status=201)["skills"] == ["interviewing", "sql"]
    company = employer.do("companies/", COMPANY, status=201)
    assert employer.read("me/")["companies"][0]["role"] == "owner"

    # Posting, as far as a moderator's desk.
    started = {"company": company["slug"], "template": "patient-interviews"}
    draft = employer.do("projects/", started, status=201, headers={"Idempotency-Key": "post"})
    assert employer.do("projects/", started, status=201, headers={"Idempotency-Key": "post"}) == draft
    project = f"projects/{draft['public_id']}/"
    mine = employer.do(f"{project}draft/", MINE | {"version": draft["version"]}, method="patch")
    assert mine["faults"] == []
    assert mine["price"] == {
        "fee_cents": 30_000,
        "platform_fee_cents": 3_000,
        "total_cents": 33_000,
        "all_seats_cents": 33_000,
    }
    assert employer.do(f"{project}send/", {"version": mine["version"]})["status"] == "in_moderation"
    look = Project.objects.get(public_id=draft["public_id"])
    reasons = {"codes": ["unclear"], "note": "Say how long a talk takes."}
    moderating.refuse_project(look, by=cast.a_moderator(), at=timezone.now(), **reasons)
    refused = employer.read(f"{project}draft/")
    assert (refused["status"], refused["rejection_note"]) == ("rejected", "Say how long a talk takes.")
    employer.do(f"{project}draft/", {"brief": "Five talks of half an hour each."}, method="patch")
    employer.do(f"{project}send/")
    look.refresh_from_db()
    moderating.pass_project(look, by=cast.a_moderator(), at=timezone.now())
    Company.objects.update(proven_at=timezone.now())

    # Finding it and applying.
    (found,) = student.read("projects/?q=patients")["results"]
    assert found["public_id"] == draft["public_id"]
    seen = student.read(project)
    assert [part["share_cents"] for part in seen["deliverables"]] == [15_000, 15_000]
    bid = {
        "motivation": "I held interviews before.",
        "answers": ["With a guide."],
        "version": seen["version"],
    }
    sent = student.do(f"{project}applications/", bid, status=201)
    other.do(f"{project}applications/", bid, status=201)

    # Choosing: one no with its reason, one offer.
    first, second = employer.read(f"{project}applications/")["results"]
    assert first["applicant"] == "Applicant 1"
    assert first["school"] is None
    no = {"reason": "experience", "note": "Thank you.", "version": second["version"]}
    employer.do(f"applications/{second['public_id']}/decline/", no)
    (told,) = other.read("applications/")["results"]
    assert (told["status"], told["decline_note"]) == ("declined", "Thank you.")
    employer.do(f"applications/{first['public_id']}/shortlist/", {"version": first["version"]})
    named = employer.read(f"applications/{sent['public_id']}/")
    assert named["applicant"] == "Maya Lindqvist"
    chosen = f"applications/{sent['public_id']}/offer/"
    offer = employer.do(
        chosen, {"version": named["version"]}, status=201, headers={"Idempotency-Key": "offer"}
    )
    again = employer.do(
        chosen, {"version": named["version"]}, status=201, headers={"Idempotency-Key": "offer"}
    )
    assert again == offer
    room = f"engagements/{offer['engagement']}/"

    # The one page in a browser: the card.
    assert offer["payment_url"].startswith("http")
    assert employer.do(f"{room}confirm/")["status"] == "authorising"
    sandbox.pay(offer["payment_url"].rpartition("/")[2].partition("#")[0])
    assert employer.do(f"{room}confirm/")["status"] == "offered"

    # Yes: the card is charged, the money held.
    open_offer = student.read(room)
    assert (open_offer["role"], open_offer["turn"]["mine"]) == ("student", True)
    assert student.do(f"{room}accept/", {"version": open_offer["version"]}, status=400)["errors"]["country"]
    under_way = student.do(f"{room}accept/", {"version": open_offer["version"], "country": "SE"})
    assert (under_way["status"], under_way["hold"]["status"]) == ("active", "funded")
    refusal = student.do("money/payee/", {}, status=403)  # where money goes is no key's to say
    assert refusal["code"] == "reauthentication_required"

    # Work: with a file, sent back once, approved, undone and approved.
    guide = {"text": "The guide.", "criteria_answers": ANSWERS}
    form = guide | {"files": SimpleUploadedFile("guide.txt", b"Ask, then listen.\n")}
    answer = student.post(f"/api/v1/{room}deliverables/1/submissions/", form)
    assert answer.status_code == 201, answer.content
    (part, _) = employer.read(room)["deliverables"]
    (version,) = part["submissions"]
    (file,) = version["files"]
    download = employer.get(f"files/{file['public_id']}/")
    assert download.getvalue() == b"Ask, then listen.\n"
    changes = {"failing_criteria": [2], "message": "There are nine.", "version": part["version"]}
    employer.do(f"{room}deliverables/1/changes/", changes)
    assert student.read(room)["deliverables"][0]["submissions"][0]["review"]["message"] == "There are nine."
    for number in (1, 2):
        student.do(f"{room}deliverables/{number}/submissions/", guide, status=201)
    parts = employer.read(room)["deliverables"]
    employer.do(f"{room}deliverables/1/approve/", {"version": parts[0]["version"]})
    back = employer.do(f"{room}deliverables/1/undo/")["deliverables"][0]
    assert back["status"] == "submitted"
    for number, version in ((1, back["version"]), (2, parts[1]["version"])):
        release = employer.do(f"{room}deliverables/{number}/approve/", {"version": version})
        assert release["student_cents"] == 15_000
    assert student.read(room)["status"] == "completed"

    # Money: sent, and every cent of it told to both.
    maya = people["Maya Lindqvist"]
    tasks.sweep_once(at=timezone.now())  # the worker opens the account
    sandbox.onboard(Payee.objects.get(user=maya).stripe_account)  # and she tells Stripe of her bank
    assert student.read("money/payee/")["is_ready"]
    work_off(sandbox, at=timezone.now() + timedelta(days=8))
    tasks.sweep_once(at=timezone.now() + timedelta(days=8))
    for program in (student, employer):
        (row,) = program.read("money/")["results"]
        receipt = program.read(f"money/{row['public_id']}/")
        assert receipt["totals"] == {
            "employer_cents": 33_000,
            "student_cents": 30_000,
            "platform_cents": 3_000,
        }
        assert "Sent to the student" in {move["what"] for move in receipt["moves"]}
    assert got(sandbox, maya) == 30_000
    books_agree(sandbox)

"""What proves the work to a bank that took its payment back: whole, private where it is, and kept in the audit."""

import json
import zipfile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from marketplace.kernel.models import AuditEntry
from payments import assembling, releasing, reviewing
from payments.accounting import record_as_pdf, writing
from payments.models import Chargeback
from projects import messaging
from tests import cast, stages
from tests.boards import stands_on
from tests.payments.adding import TERMS, held
from tests.payments.test_chargebacks import tell

CONTENT = b"What five patients said.\n"
QUERIES = 22


def disputed(sandbox):
    """Delivered twice and approved, talked of, and taken back by the bank."""
    engagement, at = stages.under_way(sandbox), timezone.now()
    stages.deliver(engagement, at=at, files=[SimpleUploadedFile("a/find:ings.txt", CONTENT)])
    part = engagement.deliverables.get(number=1)
    said = {"failing_criteria": [1], "message": "Name the five."}
    reviewing.ask_for_changes(part, by=engagement.offered_by, at=at, **said)
    stages.deliver(engagement, at=at, link="https://maple.example/findings")
    part.refresh_from_db()
    releasing.approve_work(part, by=engagement.offered_by, at=at)
    for text, flagged in (("My cat is ill.", False), ("I pay by cheque.", True)):
        messaging.send(engagement, by=engagement.offered_by, at=at, text=text, flagged=flagged)
    tell(engagement.holds.get(), at=at)
    return Chargeback.objects.get()


pytestmark = stands_on(disputed)


@pytest.fixture
def admin(db):
    return cast.a_person("Chief", is_staff=True, is_superuser=True)


def record(chargeback):
    """Its words in one text."""
    found = assembling.record_of(assembling.case_of(chargeback), at=timezone.now())
    return "\n".join(f"{name} | {words}" for section in found.sections for name, words in section.rows)


def test_the_bundle_has_a_page_the_record_the_terms_and_the_files_as_they_were_handed_in(board, admin):
    bundle = assembling.assemble(board, by=admin, at=timezone.now())
    with bundle, zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        terms = json.loads(archive.read("terms.json"))
        assert names[:3] == ["summary.pdf", "record.pdf", "terms.json"]
        assert archive.read(names[3]) == CONTENT
        assert archive.read("summary.pdf").startswith(b"%PDF-")
    assert len(names) == 4
    assert names[3].startswith("files/part-1/version-1/")
    assert names[3].endswith("-find_ings.txt")
    assert terms["title"] == str(board.hold.engagement)
    assert not {"questions", "answers"} & set(terms)  # of the application
    entry = AuditEntry.objects.get(act="evidence_taken")
    assert (entry.by, entry.row_id, entry.details["files"]) == (admin, board.pk, 1)


def test_the_record_names_who_accepted_what_and_the_hash_of_each_file(board, db):
    engagement, told = board.hold.engagement, record(board)
    for words in (
        f"{engagement.student}",
        f"{engagement.offered_by.email}",
        board.charge,
        "Name the five.",
        "https://maple.example/findings",
        "Met, see page one.",
        engagement.terms["rights"],
        engagement.deliverables.get(number=1).criteria[0],
        engagement.deliverables.get(number=1).submissions.get(number=1).files.get().sha256,
        "Delivered, in review → Approved, by Sam Ode",
        "fingerprint",
    ):
        assert words in told


def test_only_messages_that_moderators_may_open_are_quoted(board, db):
    told = record(board)
    assert "I pay by cheque." in told
    assert "My cat is ill." not in told
    assert told.count("Not quoted.") == 1


def test_the_summary_is_one_page_and_says_when_an_answer_is_due(board, db):
    case = assembling.case_of(board)
    summary = assembling.summary_of(case, at=timezone.now())
    assert ("Answer due by", f"{board.due_by:%Y-%m-%d %H:%M} UTC") in summary.facts
    words = dict(summary.sections[0].rows)
    assert words["Delivered"].startswith("1 of 2 parts were handed in, in 2 versions with 1 files")
    assert words["Accepted"].startswith("1 of 2 parts were accepted, 0 of them")
    data = {"record": json.dumps({"site": "Foothold", **writing.asdict(summary)})}
    pages = writing.typst.compile(writing.RECORD, format="svg", sys_inputs=data)
    assert isinstance(pages, bytes)  # several would be a list
    assert record_as_pdf(summary).startswith(b"%PDF-")


def test_it_takes_as_many_queries_for_much_as_for_little(board, db):
    with assertNumQueries(QUERIES):
        record(board)
    engagement = board.hold.engagement
    Chargeback.objects.update(stopped_at=None)
    engagement.holds.update(hold_reason="")
    stages.deliver(engagement, number=2, files=[SimpleUploadedFile(f"{n}.txt", b"More.") for n in "abc"])
    for number in range(5):
        messaging.send(engagement, by=engagement.student, at=timezone.now(), text=f"Number {number}")
    chargeback = Chargeback.objects.get()
    with assertNumQueries(QUERIES):
        record(chargeback)


def test_nobody_but_who_acts_on_money_may_take_it(board, db, client, admin):
    address = f"/admin/payments/chargeback/{board.pk}/evidence/"
    with pytest.raises(PermissionDenied):
        assembling.assemble(board, by=cast.a_moderator(), at=timezone.now())
    for person, status in ((board.hold.engagement.student, 302), (cast.a_moderator(), 403), (admin, 200)):
        client.force_login(person)
        answer = client.post(address)
        assert answer.status_code == status
        if status == 200:
            assert b"".join(answer).startswith(b"PK")
    assert AuditEntry.objects.filter(act="evidence_taken").count() == 1
    assert client.get(address).status_code == 405
    page = client.get(f"/admin/payments/chargeback/{board.pk.replace('_', '_5F')}/change/")
    assert address in page.content.decode()


@stands_on(held)
def test_of_a_further_payment_it_proves_the_part_that_was_paid_by_it(board, db):
    hold = board.holds.get(number=2)
    tell(hold, moves=((-33000, 1500),))
    chargeback = Chargeback.objects.get()
    case = assembling.case_of(chargeback)
    assert [part.number for part in case.parts] == [3]
    assert assembling.terms_of(case)["title"] == TERMS.title
    assert f"Accepted | {assembling.moment(hold.more_work.agreed_at)} by" in record(chargeback)

"""Messages between the two sides: who may write when, what is stopped, who is told, and what moderators see."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import restraining
from accounts.models import Membership, Sanction
from marketplace.kernel.models import AuditEntry, Case, How, Letter, Notice, Risk, Topic
from marketplace.kernel.preferences import choose
from marketplace.site.privacy import erasing
from marketplace.site.privacy.tables import TABLES
from payments import refunding
from projects import bidding, blocking, messaging, moderating, reporting, tasks
from projects.models import Flag, Message, Reading
from projects.models.messages import LONGEST
from tests import cast, stages
from tests.boards import stands_on
from tests.reading import the_letter

pytestmark = stands_on(stages.under_way)
NOW = timezone.now()
AN_HOUR = timedelta(hours=1)
CHEQUE = "I can pay you by cheque as well."
UNREAD = "projects/messages_unread"


@pytest.fixture
def work(board):
    return board


@pytest.fixture
def maya(work):
    return work.student


@pytest.fixture
def sam(work):
    return work.offered_by


@pytest.fixture
def write(work):
    def send(by, text="When shall we speak?", *, at=NOW, **options):
        return messaging.send(work, by=by, at=at, text=text, **options)

    return send


def told(person):
    return Letter.objects.filter(to=person, template=UNREAD, dropped_at=None).count()


class TestWhoMayWrite:
    def test_either_side_and_nobody_else(self, write, maya, sam):
        assert [write(maya).side, write(sam).side] == ["student", "company"]
        for stranger in (cast.another_student(), cast.another_employer(), cast.a_moderator()):
            with pytest.raises(PermissionDenied):
                write(stranger)

    @stands_on(stages.offered)
    def test_not_before_the_money_is_held(self, write, maya):
        with pytest.raises(messaging.NotHeldYet):
            write(maya)

    def test_some_days_longer_than_the_work(self, work, write, maya, settings):
        refunding.cancel_before_start(work, by=maya, at=NOW, reason="I fell ill.")
        last = NOW + timedelta(days=settings.MESSAGES_DAYS_AFTER)
        write(maya, "Sorry.", at=last)
        with pytest.raises(messaging.WritingOver, match="30 days"):
            write(maya, at=last + timedelta(seconds=1))

    @pytest.mark.parametrize("who", ["student", "company"])
    def test_not_once_one_blocked_the_other_and_neither_learns_who(self, work, write, maya, sam, who):
        if who == "student":
            block = blocking.block_company(work.company, by=maya, at=NOW)
        else:
            block = blocking.block_student(work.company, maya, by=sam, at=NOW)
        for side in (maya, sam):
            with pytest.raises(messaging.NoMessagesBetween, match="One of you blocked the other"):
                write(side)
        blocking.lift(block, by=block.by, at=NOW)
        write(sam)

    @pytest.mark.parametrize("level", ["limit", "suspension"])
    def test_not_while_suspended_but_while_limited(self, work, write, maya, sam, level):
        words = {"codes": ["other"], "note": "For a while.", "by": cast.a_moderator(), "at": NOW}
        for whom in ({"person": maya}, {"company": work.company}):
            Sanction.objects.create(level=level, status="standing", **whom, **words)
        for side in (maya, sam):
            if level == "limit":
                write(side)
                continue
            with pytest.raises(restraining.Suspended, match="is suspended"):
                write(side)


class TestTheWords:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            (" \n ", "Write a sentence"),
            ("x" * (LONGEST + 1), "at most 2000"),
            ("a\x00b", "cannot be shown"),
            ("a\x1b[31mb", "cannot be shown"),
            ("a\ud800b", "cannot be shown"),
            ("Send it to DE89 3704 0044 0532 0130 00", "Leave out “DE89"),
            ("My card is 4242 4242 4242 4242", "Leave out “4242"),
            ("My passport number is X1234567", "Leave out “passport number"),
        ],
    )
    def test_that_cannot_be_sent_whatever_one_says(self, write, maya, text, why):
        with pytest.raises(messaging.NotToBeSent, match=why):
            write(maya, text, flagged=True)
        assert not Message.objects.exists()

    def test_may_hold_what_waited_for_the_money(self, write, maya):
        text = "Call +46 70 123 45 67,\r\nor maya@lund.example. https://lund.example"
        assert write(maya, f" {text} ").text == text.replace("\r\n", "\n")

    @pytest.mark.parametrize("text", [CHEQUE, "I take bitcoin.", "Let us go to Telegram.", "By PayPal?"])
    def test_that_swindlers_use_are_sent_only_knowingly_and_a_moderator_looks(self, work, write, maya, text):
        with pytest.raises(bidding.WordsNoticed):
            write(maya, text)
        message = write(maya, text, flagged=True)
        flag, case = Flag.objects.get(), Case.objects.get(kind="flag")
        assert (flag.message, flag.text, flag.writer, flag.work) == (message, text, maya, work)
        assert (case.risk, case.people, case.company_ids) == (Risk.HIGH, [maya.pk], [work.company_id])
        moderating.clear_flag(flag, by=cast.a_moderator(), at=NOW)

    def test_so_many_an_hour_in_one_room(self, write, maya, sam, settings):
        settings.MESSAGES_AN_HOUR = 2
        for minutes in (0, 30):
            write(maya, at=NOW + timedelta(minutes=minutes))
        with pytest.raises(messaging.TooManyMessages, match="2 messages"):
            write(maya, at=NOW + timedelta(minutes=59))
        write(sam, at=NOW + timedelta(minutes=59))
        write(maya, at=NOW + timedelta(minutes=61))

    def test_of_a_form_that_arrives_twice_are_one_message(self, write, maya, sam):
        first = write(maya, "Hello.", form_key="abcdefghjk")
        assert write(maya, "Hello. ", form_key="abcdefghjk", at=NOW + AN_HOUR) == first
        assert write(maya, "And this.", form_key="abcdefghjk").text == "And this."
        write(sam, "Hello.", form_key="abcdefghjk")
        assert Message.objects.count() == 3


class TestTelling:
    def test_one_letter_for_the_first_then_one_an_hour_while_unread(self, work, write, maya, sam):
        write(maya, "One.")
        write(maya, "Two.", at=NOW + timedelta(minutes=5))
        write(maya, "Three.", at=NOW + timedelta(minutes=20))
        assert (told(sam), told(maya)) == (1, 0)
        tasks.tell_of_messages(at=NOW + timedelta(minutes=59))
        assert told(sam) == 1
        for _ in range(2):
            tasks.tell_of_messages(at=NOW + AN_HOUR)
        assert told(sam) == 2
        letter = Letter.objects.filter(to=sam, template=UNREAD).latest("pk")
        assert letter.context["messages"] == ["One.", "Two.", "Three."]
        assert letter.context["count"] == 3
        assert letter.topic == Topic.MESSAGES
        tasks.tell_of_messages(at=NOW + 3 * AN_HOUR)
        assert told(sam) == 2  # nothing new came

    def test_what_was_read_or_answered_is_told_no_more(self, work, write, maya, sam):
        write(maya, "One.")
        messaging.read(work, by=sam, at=NOW)
        assert told(sam) == 0  # it still waited to be sent
        assert Notice.objects.get(recipient=sam, topic=Topic.MESSAGES).read_at == NOW
        write(maya, "Two.", at=NOW + timedelta(minutes=5))
        messaging.read(work, by=sam, at=NOW + timedelta(minutes=6))
        tasks.tell_of_messages(at=NOW + AN_HOUR)
        assert Letter.objects.filter(to=sam, template=UNREAD).count() == 1
        assert Reading.objects.get(person=sam).unread.count() == 0

    def test_a_colleagues_answer_is_enough(self, work, write, maya, sam):
        kim = Membership.join(work.company, cast.a_person("Kim Ray"), role="manager", at=NOW).user
        write(maya, "One.")
        write(maya, "Two.", at=NOW + timedelta(minutes=5))
        assert (told(sam), told(kim)) == (1, 1)
        write(sam, "Yes.", at=NOW + timedelta(minutes=6))
        tasks.tell_of_messages(at=NOW + AN_HOUR)
        assert (told(sam), told(kim)) == (0, 0)
        assert Letter.objects.filter(template=UNREAD).exclude(to=maya).count() == 2

    def test_who_has_left_hears_nothing(self, work, write, maya):
        kim = Membership.join(work.company, cast.a_person("Kim Ray"), role="manager", at=NOW)
        write(maya, "One.")
        write(maya, "Two.", at=NOW + timedelta(minutes=5))
        kim.end(by=kim.user, at=NOW)
        tasks.tell_of_messages(at=NOW + AN_HOUR)
        assert told(kim.user) == 1

    def test_the_letter_quotes_all_but_what_was_noticed(self, write, maya, sam):
        write(sam, CHEQUE, flagged=True)
        letter = the_letter(UNREAD, to=maya)
        assert "cheque" not in letter
        assert "Maple Health wrote to you" not in letter.partition("http")[2]
        assert "Read it in the workroom." in letter
        write(maya, "No, thank you.")
        assert "> No, thank you." in the_letter(UNREAD, to=sam)

    def test_as_one_chose(self, write, maya, sam):
        choose(sam, {Topic.MESSAGES: How.DAILY}, at=NOW)
        choose(maya, {Topic.MESSAGES: How.SITE}, at=NOW)
        write(maya)
        write(sam)
        assert not Letter.objects.filter(template=UNREAD).exists()
        notices = Notice.objects.filter(topic=Topic.MESSAGES)
        assert {notice.recipient: notice.in_digest for notice in notices} == {sam: True, maya: False}


class TestModerators:
    def test_of_a_report_they_read_the_words_and_decide(self, work, write, maya, sam):
        message = write(sam, "You are useless.")
        with pytest.raises(reporting.OwnReport):
            reporting.report(message, by=sam, at=NOW, reason="offensive", text="Mine.")
        made = reporting.report(message, by=maya, at=NOW, reason="offensive", text="He insults me.")
        case = Case.objects.get(kind="report")
        assert (case.company_ids, case.people) == ([work.company_id], sorted([maya.pk, sam.pk]))
        assert "useless" not in case.words
        reporting.uphold(made, by=cast.a_moderator(), at=NOW, codes=["warned"], note="We told them.")
        assert "you reported a message" in the_letter("projects/report_upheld", to=maya)

    def test_open_only_what_was_reported_and_the_audit_knows(self, client, write, maya, sam):
        quiet, loud = write(maya, "Between us."), write(sam, "You are useless.")
        reporting.report(loud, by=maya, at=NOW, reason="offensive", text="He insults me.")
        noor, pages = cast.a_moderator(), "/admin/projects/message/"
        client.force_login(noor)
        listed = client.get(pages).content.decode()
        assert loud.public_id in listed
        assert quiet.public_id not in listed
        assert "useless" not in listed
        assert client.get(f"{pages}{quiet.pk}/change/").status_code == 302
        assert not AuditEntry.objects.filter(act="message_opened").exists()
        shown = client.get(f"{pages}{loud.pk}/change/").content.decode()
        assert "You are useless." in shown
        assert "Between us." in shown  # what stood around it
        entry = AuditEntry.objects.get(act="message_opened")
        assert (entry.by, entry.row_id) == (noor, str(loud.pk))
        desk = client.get(f"/admin/desk/{Case.objects.get(kind='report').public_id}/").content.decode()
        assert "You are useless." in desk

    def test_what_one_does_not_see_is_not_reported(self, client, write, maya):
        client.force_login(cast.another_student())
        assert client.get(f"/report/message/{write(maya).public_id}/").status_code == 404

    def test_both_reporting_and_blocking_from_one_form(self, client, write, maya, sam):
        message = write(sam, "You are useless.")
        client.force_login(maya)
        page = f"/report/message/{message.public_id}/"
        assert "“You are useless.”" in client.get(page).content.decode()
        assert client.post(page, {"text": "A.", "reason": "offensive", "block": "on"}).status_code == 302
        with pytest.raises(messaging.NoMessagesBetween):
            write(sam)


class TestWhatStays:
    @pytest.mark.parametrize("change", [{"text": "Another."}, {"sent_at": NOW - AN_HOUR}])
    def test_the_database_keeps_each_as_it_was_sent(self, write, maya, change):
        row = Message.objects.filter(pk=write(maya).pk)
        with pytest.raises(IntegrityError, match="as it was sent"), transaction.atomic():
            row.update(**change)
        with pytest.raises(IntegrityError, match="as it was sent"), transaction.atomic():
            row.delete()

    def test_the_words_of_who_is_deleted_go_but_those_that_moderators_looked_at(self, write, maya, sam):
        write(maya, "Call +46 70 123 45 67.")
        write(maya, CHEQUE, flagged=True)
        write(sam, "Thank you.")
        erasing.messages(maya)
        texts = list(Message.objects.order_by("pk").values_list("text", flat=True))
        assert texts == ["(deleted)", CHEQUE, "Thank you."]
        assert Letter.objects.get(to=sam, template=UNREAD).context["messages"] == []
        assert not Reading.objects.filter(person=maya).exists()

    def test_a_copy_of_ones_data_holds_what_one_wrote_and_what_a_student_was_written(self, write, maya, sam):
        write(maya, "Hello.")
        write(sam, "Good morning.")
        table = next(table for table in TABLES if table.label == "projects.Message")
        assert [row["text"] for row in table.rows(maya)] == ["Hello.", "Good morning."]
        assert [row["text"] for row in table.rows(sam)] == ["Good morning."]

"""Messages in the workroom and by API, as each side finds them."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Viewing
from projects import blocking, messaging
from projects.models import Flag, Message, Reading
from projects.views.correspondence import PAGE
from tests import cast, stages
from tests.boards import stands_on
from tests.projects.test_application_races import at_once

pytestmark = stands_on(stages.under_way)
NOW = timezone.now()
CHEQUE = "I can pay you by cheque as well."


@pytest.fixture
def work(board):
    return board


@pytest.fixture
def room(work):
    return work.get_absolute_url()


def text(response):
    return response.content.decode()


def said(work, count, *, by=None):
    for number in range(1, count + 1):
        messaging.send(
            work, by=by or work.offered_by, at=NOW + timedelta(minutes=3 * number), text=f"No {number}."
        )


class TestTheRoom:
    def test_one_writes_and_the_other_finds_it_new_everywhere_until_it_is_read(self, client, work, room):
        client.force_login(work.student)
        assert "Nothing was written yet" in text(client.get(room))
        sent = client.post(f"{room}messages/", {"text": "When shall we speak?", "form_key": "abcdefghjk"})
        assert sent.url == f"{room}#messages"
        client.post(f"{room}messages/", {"text": "When shall we speak?", "form_key": "abcdefghjk"})
        assert Message.objects.count() == 1
        assert "You wrote last" in text(client.get(room))
        client.force_login(work.offered_by)
        for page in ("/dashboard/", "/engagements/", room):
            assert "1 new message" in text(client.get(page))
        page = text(client.get(room))
        assert "Maya Lindqvist wrote last" in page
        for page in ("/dashboard/", "/engagements/", room):
            assert "1 new message" not in text(client.get(page))

    def test_what_was_typed_stays_beside_what_is_wrong_with_it(self, client, work, room):
        client.force_login(work.student)
        page = text(client.post(f"{room}messages/", {"text": CHEQUE}))
        assert "“cheque” is often part of a swindle" in page
        assert f">\n{CHEQUE}</textarea>" in page
        assert 'name="flagged"' in page
        assert client.post(f"{room}messages/", {"text": "a\x00b"}).status_code == 422
        assert client.post(f"{room}messages/", {"text": CHEQUE, "flagged": "on"}).status_code == 302
        assert Flag.objects.get().message.text == CHEQUE

    def test_where_no_messages_pass_it_says_so_and_what_was_typed_is_not_lost(self, client, work, room):
        client.force_login(work.student)
        blocking.block_student(work.company, work.student, by=work.offered_by, at=NOW)
        page = text(client.get(room))
        assert "One of you blocked the other" in page
        assert "<textarea" not in page.partition('id="messages"')[2]
        refused = client.post(f"{room}messages/", {"text": "Is the guide there?"})
        assert refused.status_code == 409
        assert "Is the guide there?" in text(refused)

    @stands_on(stages.offered)
    def test_before_the_money_is_held_it_says_what_opens_it(self, client, work, room):
        client.force_login(work.student)
        assert "Messages open when the money is held." in text(client.get(room))

    def test_older_ones_come_by_a_key_and_are_read_only_with_the_newest(self, client, work, room):
        said(work, PAGE + 3)
        client.force_login(work.student)
        older = f"{room}?messages_before=9999999999999999.1"
        assert [row.text for row in client.get(older).context["talk"]][-1] == f"No {PAGE + 3}."
        assert Reading.objects.get(person=work.student).read_to == 0
        first = client.get(room)
        shown = first.context["talk"]
        assert [row.text for row in shown] == [f"No {number}." for number in range(4, PAGE + 4)]
        assert all(row.is_new for row in shown)
        second = client.get(f"{room}{first.context['talk_older']}")
        assert [row.text for row in second.context["talk"]] == ["No 1.", "No 2.", "No 3."]
        assert second.context["talk_older"] == ""

    def test_is_for_the_two_sides_alone(self, client, work, room):
        said(work, 1)
        noor = cast.a_moderator()
        client.force_login(noor)
        page = text(client.get(room))
        assert "No 1." not in page
        assert "Messages are for the two sides alone" in page
        assert client.post(f"{room}messages/", {"text": "Hello."}).status_code == 403

    def test_somebody_who_sees_the_site_as_one_does_reads_and_marks_nothing(self, work, rf):
        from projects.views.correspondence import of_page

        said(work, 1)
        request = rf.get("/")
        request.user, request.viewing = work.student, Viewing()
        assert of_page(request, work, role="student", form=None) == {"messages_hidden": True}

    def test_the_number_of_queries_does_not_depend_on_how_much_was_written(self, client, work, room):
        client.force_login(work.student)
        counts = []
        for more in (1, PAGE):
            said(work, more)
            client.get(room)  # read
            with CaptureQueriesContext(connection) as noted:
                client.get(room)
            counts.append(len(noted))
        assert len(set(counts)) == 1


class TestTheApi:
    @pytest.fixture
    def door(self, work):
        return f"/api/v1/engagements/{work.public_id}/messages/"

    @pytest.fixture
    def post(self, client, door):
        def send(address=door, headers=None, **words):
            return client.post(address, words, content_type="application/json", headers=headers or {})

        return send

    def test_sends_once_lists_by_place_and_reads(self, client, work, post, door):
        said(work, 21)
        client.force_login(work.student)
        key = {"Idempotency-Key": "one"}
        assert [post(text="Hello.", headers=key).status_code for _ in range(2)] == [201, 201]
        assert Message.objects.filter(author=work.student).count() == 1
        page = client.get(door).json()
        assert page["unread"] == 21
        assert {"side": "company", "author": "Sam Ode", "text": "No 21."}.items() <= page["results"][
            0
        ].items()
        rest = client.get(page["next"]).json()
        assert [len(page["results"]), len(rest["results"]), rest["next"]] == [20, 2, None]
        assert post(f"{door}read/").status_code == 204
        assert client.get(door).json()["unread"] == 0

    def test_refuses_what_the_page_refuses(self, client, work, post):
        client.force_login(work.student)
        noticed = post(text=CHEQUE)
        assert (noticed.status_code, noticed.json()["code"]) == (409, "words_noticed")
        assert post(text=CHEQUE, flagged=True).status_code == 201
        assert post(text="a\x00b").status_code == 400
        iban = post(text="DE89 3704 0044 0532 0130 00")
        assert (iban.status_code, iban.json()["code"]) == (409, "not_to_be_sent")


class TestAtOnce:
    """With threads and commits, beside a control that shows what the lock is for."""

    def test_of_two_forms_with_one_key_one_is_sent_and_told(self, own_database, work):
        def send():
            return messaging.send(work, by=work.student, at=NOW, text="Hello.", form_key="abcdefghjk").pk

        first, second = at_once(send, send)
        assert first == second
        assert Message.objects.count() == 1

    def test_the_last_message_of_an_hour_is_one_of_two(self, own_database, work, settings):
        settings.MESSAGES_AN_HOUR = 1

        def send():
            return messaging.send(work, by=work.student, at=NOW, text="Hello.").side

        assert sorted(at_once(send, send), key=str) == [messaging.TooManyMessages, "student"]

    def test_control_without_the_lock_both_are_sent(self, own_database, work):
        """The same count and the same writing, with both counts before both writings."""
        counted = Barrier(2, timeout=20)

        def unguarded():
            with transaction.atomic():
                assert not work.messages.filter(author=work.student).exists()
                counted.wait()
                row = {"engagement": work, "author": work.student, "side": "student", "sent_at": NOW}
                return Message.objects.create(text="Hello.", **row).side

        assert at_once(unguarded, unguarded) == ["student", "student"]

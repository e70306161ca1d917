"""The one click that stops a kind of letter (RFC 8058): without log-in, by a signed address, never by looking."""

from email import message_from_bytes

import pytest
from django.core.signing import BadSignature

from marketplace.kernel import digests, letters, mail, preferences
from marketplace.kernel.models import How, Letter, Preference, Topic
from marketplace.kernel.preferences import DAILY
from tests.kernel.telling import MORNING, NOON, daily, letter_of, tell


class TestOneClick:
    def headers_of(self, person):
        return letters.message(Letter.objects.get(to=person), at=NOON).extra_headers

    def test_stands_in_the_headers_of_rfc_8058_and_in_the_footer(self, student):
        tell(student, "A")
        message = letters.message(Letter.objects.get(), at=NOON)
        url = message.extra_headers["List-Unsubscribe"].strip("<>")

        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message_from_bytes(message.message().as_bytes())["List-Unsubscribe"].strip() == f"<{url}>"
        assert f"Stop letters about offers and work: {url}" in message.body
        assert f'href="{url}"' in message.alternatives[0][0]

    def test_is_not_offered_for_money(self, student):
        tell(student, "A", topic=Topic.MONEY)
        message = letters.message(Letter.objects.get(), at=NOON)

        assert "List-Unsubscribe" not in message.extra_headers
        assert "Letters about money always come." in message.body

    def test_works_by_a_bare_post_without_log_in(self, student, client):
        client.handler.enforce_csrf_checks = True
        tell(student, "A")
        path = self.headers_of(student)["List-Unsubscribe"].strip("<>").partition("/letters/")[2]

        answer = client.post(f"/letters/{path}", {"List-Unsubscribe": "One-Click"})

        assert answer.status_code == 200
        assert preferences.chosen_by(student) == {
            Topic.WORK: How.SITE,
            Topic.MESSAGES: How.AT_ONCE,
            Topic.APPLICATIONS: How.AT_ONCE,
            Topic.MODERATION: How.AT_ONCE,
            Topic.REMINDERS: How.AT_ONCE,
            Topic.TEAM: How.AT_ONCE,
        }

    def test_opened_by_a_person_asks_first(self, student, client):
        address = f"/letters/stop/{preferences.stop_token(student, Topic.WORK)}/"

        page = client.get(address).content.decode()

        assert "Stop letters about offers and work?" in page
        assert not Preference.objects.exists()

    def test_of_the_daily_letter_stops_all_that_comes_daily(self, student, client):
        daily(student)
        preferences.choose(student, {Topic.APPLICATIONS: How.AT_ONCE}, at=NOON)

        client.post(f"/letters/stop/{preferences.stop_token(student, DAILY)}/")

        chosen = preferences.chosen_by(student)
        assert (chosen[Topic.WORK], chosen[Topic.APPLICATIONS]) == (How.SITE, How.AT_ONCE)

    def test_of_the_daily_letter_holds_one_that_waits(self, student, client):
        daily(student)
        tell(student, "A")
        digests.write_due(at=NOON)
        digests.write_due(at=MORNING)
        address = letters.message(letter_of(student), at=MORNING).extra_headers["List-Unsubscribe"]

        client.post(f"/letters/{address.strip('<>').partition('/letters/')[2]}")

        assert mail.deliver_waiting(at=MORNING) == 0

    def test_of_a_topic_that_is_no_more_is_nobodys(self, student, client):
        token = preferences.stop_token(student, "weather")

        assert client.get(f"/letters/stop/{token}/").status_code == 404

    @pytest.mark.parametrize(
        "change", [lambda token: token[:-2], lambda token: "x" + token, lambda _: "a:b:c"]
    )
    def test_a_changed_address_is_nobodys(self, student, client, change):
        token = change(preferences.stop_token(student, Topic.WORK))

        with pytest.raises(BadSignature):
            preferences.read_token(token)
        assert client.post(f"/letters/stop/{token}/").status_code == 404
        assert not Preference.objects.exists()

    def test_cannot_stop_money(self, student, client):
        token = preferences.stop_token(student, Topic.MONEY)

        assert client.post(f"/letters/stop/{token}/").status_code == 409

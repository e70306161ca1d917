"""Letters: what people wrote stays words, moments are the reader's at sending, text and HTML say the same."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.core import mail as post
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import letters, mail
from marketplace.kernel.letters import About, Words
from marketplace.kernel.models import Letter, Notice, Topic
from marketplace.kernel.money import Money
from projects.models.turns import Turn
from tests import cast

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ENDS = datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)
NASTY = [
    "**Bold** _and_ `code`",
    "[Click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "# We refund you",
    "&lt;b&gt; &amp; &copy; \\*",
    "1. one 2) two - three + four === ---",
    "{{ secret }} {% include 'x' %}",
    'a" onmouseover="x',
    "| a | b | ~~c~~ ^d^ $e$",
]
# Mostly marks, so that a few tries meet what Markdown knows.
MARKED = st.text(alphabet=st.sampled_from("*_`[]()<>#&;\\!-=+.:/1 ab\n\t\u2028é"), max_size=60)


class Seen(HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


@pytest.fixture(autouse=True)
def _now():
    """A date of another year is written with its year."""
    with time_machine.travel(NOW, tick=False):
        yield


def about(**changes):
    given = {
        "path": "/engagements/abc/",
        "action": "See the offer",
        "why": "you applied for it",
        "topic": Topic.WORK,
    }
    return About(**given | changes)


def offer(to, *, at=NOW, key="offer", company="Maple Health", title="Five interviews", **changes):
    """Write the letter of an offer by hand, so that every word in it can be chosen."""
    words = {"company": company, "title": title, "amount": Money(30000), "hours": 12, "until": ENDS}
    mail.send("payments/offer_made", to=to, key=key, at=at, about=about(**changes), **words)
    return Letter.objects.get(key=f"{key}:{to.pk}")


def parts_of(message):
    return message.body, message.alternatives[0][0]


class TestWordsOfOthers:
    @pytest.mark.parametrize("name", NASTY)
    def test_stay_words_in_html_and_in_text(self, db, name):
        letter = offer(cast.a_student(), company=name, title=name)

        text, html = parts_of(letters.message(letter, at=NOW))

        body = Seen(html.partition('<div class="body">')[2].partition("</div>")[0])
        assert set(body.tags) == {"p"}
        assert f"{name} chose you for “{name}”" in body.text
        assert f"{name} chose you for “{name}”" in " ".join(text.split())

    @given(MARKED)
    def test_no_text_at_all_can_format(self, text):
        line, marked = Words(text, markdown=False), Words(text, markdown=True)

        shown = Seen(letters.MARKDOWN.render(f"We say “{marked}”."))

        assert set(shown.tags) == {"p"}
        assert shown.text.strip() == f"We say “{line}”."

    @given(MARKED)
    def test_a_message_of_many_lines_is_one_quotation(self, text):
        quoted = Words(f"a{text}", markdown=True).quoted

        html = letters.MARKDOWN.render(f"They write:\n\n{quoted}\n\nThe end.")

        assert set(Seen(html).tags) <= {"p", "blockquote", "br"}
        assert html.count("<blockquote>") == 1
        assert html.endswith("</blockquote>\n<p>The end.</p>\n")

    def test_a_name_can_start_no_line_and_no_header(self, db):
        letter = offer(cast.a_student(), company="Maple\r\nBcc: all@example.org\u2028\u202egnp.exe")

        message = letters.message(letter, at=NOW)

        assert message.subject == "Maple Bcc: all@example.org gnp.exe offers you “Five interviews”"
        assert message.message()["Bcc"] is None


class TestMoments:
    def test_are_the_readers_and_counted_when_the_letter_is_sent(self, db):
        student = cast.a_student(time_zone="Europe/Stockholm")
        letter = offer(student)

        text, html = parts_of(letters.message(letter, at=NOW + timedelta(days=1)))

        assert "The offer ends in 2 days · Fri 27 Nov, 23:59." in text
        assert "The offer ends in 2 days · Fri 27 Nov, 23:59." in html

    def test_another_reader_has_another_calendar(self, db):
        letter = offer(cast.a_student(time_zone="Asia/Tokyo"))

        text, _ = parts_of(letters.message(letter, at=NOW))

        assert "in 3 days · Sat 28 Nov, 07:59" in text

    def test_a_letter_whose_time_has_passed_is_dropped(self, db):
        student = cast.a_student()
        mail.send(
            "payments/offer_reminder",
            to=student,
            key="late",
            at=NOW,
            about=about(),
            not_after=ENDS,
            until=ENDS,
        )

        assert mail.deliver_waiting(at=ENDS + timedelta(seconds=1)) == 0
        assert Letter.objects.get().dropped_at


class TestTheFrame:
    TURN = Turn(mine=True, until=ENDS)
    BAR = [
        {
            "label": "Reserved on the card",
            "state": "done",
            "mark": "waiting",
            "amount": Money(33000),
            "at": NOW,
        },
        {"label": "Held", "state": "now", "mark": "held", "amount": Money(33000), "at": NOW},
        {"label": "Sent", "state": "next", "mark": "released", "amount": Money(30000), "at": None},
    ]

    def test_has_the_chip_and_the_bar_of_the_page_in_text_and_html(self, db):
        letter = offer(cast.a_student(), turn=self.TURN, bar=self.BAR)

        text, html = parts_of(letters.message(letter, at=NOW))

        assert text.startswith("Your turn · 3 days left\n")
        assert "\nHeld $330.00 · since Tue 24 Nov\n" in text
        shown = " ".join(Seen(html).text.split())
        assert "Your turn · 3 days left" in shown
        assert "Held $330.00 · since Tue 24 Nov" in shown
        assert html.count("<td ") == 3

    def test_names_whom_one_waits_for(self, db):
        turn = Turn(mine=False, who="Maple\nHealth", until=ENDS)
        text, _ = parts_of(letters.message(offer(cast.a_student(), turn=turn), at=NOW))

        assert text.startswith("Waiting for Maple Health · until Friday\n")

    def test_says_so_when_the_turn_is_overdue(self, db):
        mine, theirs = Turn(mine=True, until=ENDS), Turn(mine=False, who="Maya", until=ENDS)
        chips = [
            letters.chip_of(
                {"mine": turn.mine, "who": turn.who, "until": turn.until}, now=ENDS + timedelta(days=2)
            )
            for turn in (mine, theirs)
        ]

        assert [chip["words"] for chip in chips] == [
            "Your turn · was due Fri 27 Nov",
            "Waiting for Maya · was due Fri 27 Nov",
        ]

    def test_has_one_action_and_says_who_and_why(self, db):
        student = cast.a_student()
        text, html = parts_of(letters.message(offer(student), at=NOW))

        assert text.count("See the offer:\nhttp") == 1
        assert html.count('class="button"') == 1
        assert f"This letter went to {student.email}, because you applied for it." in text
        assert "because you applied for it" in Seen(html).text

    def test_no_line_of_plain_text_is_long(self, db):
        text, _ = parts_of(letters.message(offer(cast.a_student(), title="A long title " * 8), at=NOW))

        assert max(len(line) for line in text.splitlines() if "http" not in line and "@" not in line) <= 76


class TestLeaving:
    def test_a_letter_goes_out_once_and_a_second_one_of_its_key_never(self, db):
        student = cast.a_student()
        offer(student)
        offer(student)

        assert mail.deliver_waiting(at=NOW) == 1
        assert mail.deliver_waiting(at=NOW) == 0
        assert len(post.outbox) == 1
        assert Notice.objects.visible_to(student).count() == 1

    def test_goes_out_under_the_same_id_when_a_worker_is_killed_before_it_said_so(self, db):
        letter = offer(cast.a_student())

        def killed(execute, sql, *rest):
            if 'SET "sent_at"' in sql:
                raise KeyboardInterrupt
            return execute(sql, *rest)

        with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(killed):
            mail.deliver_waiting(at=NOW)
        assert mail.deliver_waiting(at=NOW) == 0
        Letter.objects.filter(pk=letter.pk).update(
            lease_until=NOW - timedelta(days=900)
        )  # by the database's clock

        assert [mail.deliver_waiting(at=NOW) for _ in range(2)] == [1, 0]
        assert len({sent.extra_headers["Message-ID"] for sent in post.outbox}) == 1

    def test_waits_when_the_mail_server_does_not_answer(self, db, settings):
        offer(cast.a_student())
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

        assert mail.deliver_waiting(at=NOW) == 0

        letter = Letter.objects.get()
        assert (letter.sent_at, letter.next_try_at) == (None, NOW + timedelta(minutes=1))


def test_amounts_and_moments_survive_the_row(db):
    packed = letters.packed({"until": ENDS, "fee": Money(30000), "names": ["a", {"at": NOW}], "none": None})

    assert letters.unpacked(packed) == {
        "until": ENDS,
        "fee": Money(30000),
        "names": ["a", {"at": NOW}],
        "none": None,
    }
    assert timezone.is_aware(letters.unpacked(packed)["until"])

"""The letters of a local run, as its pages read them."""

from datetime import UTC, datetime

import time_machine
from django.core.mail import EmailMultiAlternatives

from marketplace.site.letters import opened

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@time_machine.travel(NOON, tick=False)
def test_a_letter_is_read_with_its_moment():
    sent = EmailMultiAlternatives("Your code", "ABCD-EFGH", to=["maya@example.org"])
    sent.attach_alternative("<p>ABCD-EFGH</p>", "text/html")

    letter = opened(sent.message())

    assert letter.at == NOON
    assert (letter.subject, letter.to) == ("Your code", "maya@example.org")
    assert letter.text.strip() == "ABCD-EFGH"

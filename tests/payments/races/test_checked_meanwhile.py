"""A check is cleared while another one of the same payment is opened: the payment stays stopped."""

import threading
import time

from django.db import connection
from django.utils import timezone

from marketplace.kernel.transactions import locked
from payments import clearing
from payments.models import FraudCheck, Hold
from payments.operations import watching
from tests import cast, stages
from tests.boards import stands_on


def waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


@stands_on(stages.under_way)
def test_what_was_opened_while_the_other_was_cleared_still_stops(own_database, board):
    hold, company, now = board.holds.get(), board.company, timezone.now()
    with locked(hold) as hold:
        watching.open_check(FraudCheck.Kind.SHARED_DEVICE, company, hold=hold, at=now)
    first, moderator = FraudCheck.objects.get(), cast.a_moderator()
    opened, may_end = threading.Event(), threading.Event()

    def open_another():
        with locked(hold) as mine:
            watching.open_check(FraudCheck.Kind.SHARED_CARD, company, hold=mine, at=now)
            opened.set()
            may_end.wait(10)
        connection.close()

    def clear():
        clearing.clear(first, by=moderator, at=now)
        connection.close()

    threads = [threading.Thread(target=open_another), threading.Thread(target=clear)]
    threads[0].start()
    assert opened.wait(10)
    threads[1].start()
    end = time.monotonic() + 10
    while not waits_for_a_lock() and time.monotonic() < end:
        time.sleep(0.01)
    may_end.set()
    for thread in threads:
        thread.join()
    assert FraudCheck.objects.waiting().count() == 1
    assert Hold.objects.get(pk=hold.pk).hold_reason == Hold.Reason.FRAUD_REVIEW

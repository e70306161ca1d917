"""Nudges: one after each commit that asks for it, and none where a great deal of work asks for quiet."""

import time

import pytest

from marketplace.kernel import transactions
from marketplace.kernel.transactions import QUIET, after_commit, wait_for, without_nudges


@pytest.mark.django_db
def test_work_that_nobody_waits_for_rings_nobody(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rung:
        with without_nudges():
            after_commit("kernel.send_letters")
        assert rung == []
        after_commit("kernel.send_letters")
    assert len(rung) == 1


def test_many_nudges_at_once_are_two_the_second_after_all(monkeypatch):
    monkeypatch.setattr(transactions, "RUNS", {})
    assert wait_for("kernel.tick") == 0
    wait = wait_for("kernel.tick")
    assert 0 < wait <= QUIET
    assert [wait_for("kernel.tick") for _ in range(5)] == [None] * 5  # it runs after these
    assert wait_for("kernel.tock") == 0
    time.sleep(wait)
    assert wait_for("kernel.tick") > 0  # and so on, one in half a second

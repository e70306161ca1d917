"""Nudges: one after each commit that asks for it, and none where a great deal of work asks for quiet."""

import pytest

from marketplace.kernel.transactions import after_commit, without_nudges


@pytest.mark.django_db
def test_work_that_nobody_waits_for_rings_nobody(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rung:
        with without_nudges():
            after_commit("kernel.send_letters")
        assert rung == []
        after_commit("kernel.send_letters")
    assert len(rung) == 1

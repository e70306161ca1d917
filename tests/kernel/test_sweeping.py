"""A sweep does every row, whatever one of them does."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from marketplace.kernel.sweeping import work_off


def test_what_nobody_foresaw_stops_no_other_row_and_is_raised_with_all_its_like():
    done = []

    def act(row):
        done.append(10 // row)
        return 1

    assert work_off([5, 2], act) == 2
    with pytest.raises(ExceptionGroup) as raised:
        work_off([0, 1, 0, 10], act)
    assert done == [2, 5, 10, 1]
    assert [type(mistake) for mistake in raised.value.exceptions] == [ZeroDivisionError] * 2


def test_the_end_of_a_tasks_time_ends_its_sweep():
    def act(row):
        raise SoftTimeLimitExceeded if row else ZeroDivisionError

    with pytest.raises(SoftTimeLimitExceeded):
        work_off(iter([1, 0]), act)

"""Deferred work: the taut string, against optimality conditions and hand-worked cases."""

from itertools import pairwise

import numpy as np
import pytest

from simcenter import erlang
from simcenter.errors import UnattainableError

HOUR = {"aht_s": 3600.0, "interval_s": 3600.0}
"""So that one contact is one adviser for one interval."""


def test_by_hand() -> None:
    """12 contacts due by interval 3, 4 a time; then 8 more due at the end, 4 a time."""
    found = erlang.deferred_requirement([12, 0, 0, 8, 0, 0], [2, 2, 2, 5, 5, 5], **HOUR)
    assert found.tolist() == [4, 4, 4, 3, 3, 2]
    exact = erlang.deferred_requirement([12, 0, 0, 8, 0, 0], [2, 2, 2, 5, 5, 5], fractional=True, **HOUR)
    assert np.allclose(exact, [4, 4, 4, 8 / 3, 8 / 3, 8 / 3])


def test_work_is_done_in_open_intervals_only() -> None:
    found = erlang.deferred_requirement([6, 0, 0, 0], [3, 3, 3, 3], open=[False, True, False, True], **HOUR)
    assert found.tolist() == [0, 3, 0, 3]
    with pytest.raises(UnattainableError, match="arrivals of interval 2"):
        erlang.deferred_requirement([0, 0, 1, 0], [3, 3, 2, 3], open=[1, 1, 0, 1], **HOUR)


def test_what_is_not_due_here_needs_nobody() -> None:
    assert erlang.deferred_requirement([5, 5], [np.inf, 2], **HOUR).tolist() == [0, 0]


def random_case(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = int(rng.integers(1, 40))
    work = np.where(rng.random(count) < 0.3, 0, rng.uniform(0, 20, count))
    due = np.maximum.accumulate(np.arange(count) + rng.integers(0, 8, count))
    is_open = rng.random(count) < 0.8
    for i in np.flatnonzero(work):
        if not is_open[i : due[i] + 1].any():
            is_open[i] = True
    return work, due, is_open


def test_every_deadline_is_met_and_the_path_is_taut() -> None:
    """In time, no work before it comes, and level wherever neither bound holds it: that is the optimality condition."""
    rng = np.random.default_rng(2)
    for _ in range(300):
        work, due, is_open = random_case(rng)
        staff = erlang.deferred_requirement(work, due, open=is_open, fractional=True, **HOUR)
        done = staff.cumsum()
        come = work.cumsum()
        must = np.array([work[due <= i].sum() for i in range(len(work))])
        assert (staff[~is_open] == 0).all()
        assert (staff >= -1e-12).all()
        assert (done >= must - 1e-9).all()
        assert (done <= come + 1e-9).all()
        assert done[-1] == pytest.approx(must[-1], abs=1e-9)
        places = np.flatnonzero(is_open)
        for i, j in pairwise(places):
            if staff[j] > staff[i] + 1e-9:  # rises only where nothing is left to do
                assert done[i] == pytest.approx(min(come[i], must[-1]), abs=1e-9)
            elif staff[j] < staff[i] - 1e-9:  # falls only where a deadline has just been met
                assert done[i] == pytest.approx(must[j - 1], abs=1e-9)


def test_whole_advisers_meet_every_deadline() -> None:
    """Working first what is due first, and never on what has not come."""
    rng = np.random.default_rng(3)
    for _ in range(300):
        work, due, is_open = random_case(rng)
        staff = erlang.deferred_requirement(work, due, open=is_open, **HOUR)
        assert staff.dtype == np.int64
        left = np.zeros(len(work))
        for i in range(len(work)):
            left[i] = work[i]
            able = float(staff[i])
            for piece in np.argsort(due[: i + 1], kind="stable"):
                used = min(able, left[piece])
                left[piece] -= used
                able -= used
            assert left[: i + 1][due[: i + 1] <= i].max(initial=0) < 1e-6
        real = erlang.deferred_requirement(work, due, open=is_open, fractional=True, **HOUR)
        assert staff.max() <= np.ceil(real.max() + 1e-9)


def test_work_is_done_in_order_of_arrival() -> None:
    """What comes first goes first, even if due later: it must not stand in the way of what comes after it."""
    found = erlang.deferred_requirement([4, 0, 2, 0], [3, 3, 2, 3], fractional=True, **HOUR)
    assert np.allclose(found, [2, 2, 2, 0])
    assert erlang.deferred_requirement([4, 2], [np.inf, 1], **HOUR).sum() == 6

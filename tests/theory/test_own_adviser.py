"""Advisers of one's own: with endless waits each is a desk of one; without, the desk is one pool."""

import numpy as np
import pytest
from oracles.chains import one_desk
from oracles.days import own_adviser_answers
from simulated import Days, check

pytestmark = pytest.mark.slow


def own(rate, aht_s, advisers, adviser, *, days, seed, **more):
    queue = {"channel": "phone", "handle_time": f"{aht_s} s", "adviser": {"desk": "team", **adviser}, **more}
    desks = {"team": {"advisers": advisers, "serves": {"calls": {}}}}
    return Days({"calls": queue}, desks, {"calls": rate}, days=days, seed=seed)


def by_own(log):
    """Answered by the adviser of his own."""
    return np.sum((log.own_adviser >= 0) & (log.own_adviser == log.adviser) & (log.entered_s < 16 * 3600))


def have_one(log):
    return np.sum((log.own_adviser >= 0) & (log.entered_s < 16 * 3600))


def test_who_waits_for_his_own_however_long_has_a_desk_of_one():
    """Four advisers, each with customers of his own: four times M/M/1, and nobody is answered by another."""
    rate, patience_s = 1.6 / 60, 300.0
    seen = own(rate, 100.0, 4, {"share": 1.0, "of": 4, "wait": "12 h"}, days=80, seed=161, patience=f"{patience_s} s")
    expect = one_desk(rate / 4, 1 / 100, 1, 1 / patience_s).day(seen.length_s)
    for log in seen.logs:
        answered = log.adviser >= 0
        assert np.array_equal(log.adviser[answered], log.own_adviser[answered])
    check(
        {
            "busy": (seen.of(seen.busy_seconds("team")), 4 * expect(lambda k: min(k, 1))),
            "waiting": (seen.of(seen.waiting_seconds("calls")), 4 * expect(lambda k: max(k - 1, 0))),
            "abandoned": (seen.of(seen.abandoned("calls")), 4 * expect(lambda k: max(k - 1, 0)) / patience_s),
            "delayed": (seen.of(seen.delayed("calls")), rate * expect(lambda k: k >= 1)),
        }
    )


def test_who_does_not_wait_for_his_own_is_in_one_pool():
    """Erlang C for all; his own answers if he is free, or if he is the first to be free."""
    rate = 1.9 / 60
    seen = own(rate, 100.0, 4, {"share": 1.0, "of": 4, "wait": "0 s"}, days=80, seed=162)
    chain = one_desk(rate, 1 / 100, 4)
    expect = chain.day(seen.length_s)
    continuity = expect(lambda k: (4 - k) / 4 if k < 4 else 1 / 4) / seen.length_s
    assert continuity == pytest.approx(own_adviser_answers(chain, 4), rel=0.05)  # the long run is near
    check(
        {
            "waiting": (seen.of(seen.waiting_seconds("calls")), expect(lambda k: max(k - 4, 0))),
            "delayed": (seen.of(seen.delayed("calls")), rate * expect(lambda k: k >= 4)),
            "continuity": (seen.ratio(by_own, have_one), continuity),
        }
    )


def test_whose_own_adviser_is_not_there_goes_to_the_pool():
    """Of ten advisers three are there: three tenths have theirs; a share of all have one at all."""
    rate = 0.8 / 60
    seen = own(rate, 100.0, 3, {"share": 0.5, "of": 10, "wait": "0 s"}, days=80, seed=163)
    expect = one_desk(rate, 1 / 100, 3).day(seen.length_s)
    free_or_next = expect(lambda k: (3 - k) / 3 if k < 3 else 1 / 3) / seen.length_s
    check(
        {
            "have one": (seen.ratio(have_one, seen.entered("calls")), 0.5),
            "continuity": (seen.ratio(by_own, have_one), 0.3 * free_or_next),
            "waiting": (seen.of(seen.waiting_seconds("calls")), expect(lambda k: max(k - 3, 0))),
        }
    )


def test_one_adviser_for_all_is_first_come_first_served_however_long_they_wait():
    """With one adviser it does not matter for whom one waits: the same rows."""
    days = {
        wait: own(0.4 / 60, 120.0, 1, {"share": share, "of": 1, "wait": wait}, days=5, seed=164, patience="200 s")
        for wait, share in (("12 h", 1.0), ("40 s", 0.5), ("0 s", 0.0))
    }
    for log in zip(*(seen.logs for seen in days.values()), strict=True):
        for column in ("entered_s", "start_s", "end_s", "outcome"):
            assert all(np.array_equal(getattr(log[0], column), getattr(x, column), equal_nan=True) for x in log[1:])


def test_who_does_not_wait_for_his_own_waits_as_anybody():
    """The very same starts and ends as without advisers of one's own, by other advisers."""
    mine = own(1.9 / 60, 100.0, 4, {"share": 0.7, "of": 4, "wait": "0 s"}, days=5, seed=165, patience="200 s")
    queue = {"channel": "phone", "handle_time": "100.0 s", "patience": "200 s"}
    desks = {"team": {"advisers": 4, "serves": {"calls": {}}}}
    plain = Days({"calls": queue}, desks, {"calls": 1.9 / 60}, days=5, seed=165)
    for one, other in zip(mine.logs, plain.logs, strict=True):
        for column in ("entered_s", "start_s", "end_s", "outcome"):
            assert np.array_equal(getattr(one, column), getattr(other, column), equal_nan=True)
        assert not np.array_equal(one.adviser, other.adviser)

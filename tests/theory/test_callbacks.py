"""Callbacks against M/M/n, M/G/1 with an exceptional first customer, and the geometric number of tries."""

import numpy as np
import pytest
from oracles.chains import one_desk
from oracles.days import called_back_wait
from simulated import Days, check

from simcenter.simulation.log import Entry, Outcome, Returns

pytestmark = pytest.mark.slow


def called(rate, aht_s, advisers, callback, *, days, seed, hours=8, **more):
    queue = {"channel": "phone", "handle_time": f"{aht_s} s", "callback": callback, **more}
    desks = {"team": {"advisers": advisers, "serves": {"calls": {}}}}
    return Days({"calls": queue}, desks, {"calls": rate}, days=days, seed=seed, hours=hours)


@pytest.mark.parametrize(("per_minute", "aht_s", "advisers", "days"), [(2.0, 100.0, 4, 80), (0.35, 120.0, 1, 120)])
def test_who_is_always_called_back_waits_as_in_erlang_c(per_minute, aht_s, advisers, days):
    """All who would wait accept and are reached: nobody gives up, however impatient, and the turn comes as in M/M/n."""
    always = {"over": "0 s", "accepted": 1.0}
    rate = per_minute / 60
    seen = called(rate, aht_s, advisers, always, days=days, seed=151, patience="5 s")
    expect = one_desk(rate, 1 / aht_s, advisers).day(seen.length_s)
    assert all(np.sum(log.outcome == Outcome.ABANDONED) == 0 for log in seen.logs)
    check(
        {
            "accepted": (seen.of(seen.ended("calls", Outcome.CALLBACK)), rate * expect(lambda k: k >= advisers)),
            "waiting": (seen.of(seen.waiting_seconds("calls")), expect(lambda k: max(k - advisers, 0))),
            "busy": (seen.of(seen.busy_seconds("team")), expect(lambda k: min(k, advisers))),
        }
    )


@pytest.mark.parametrize(("accepted", "reached"), [(1.0, 0.6), (0.5, 0.2)])
def test_ringing_in_vain_at_one_adviser(accepted, reached):
    """One try: who is not at home costs 40 s; in the long run M/G/1 with another first customer of a busy period."""
    callback = {"over": "0 s", "accepted": accepted, "reached": reached, "tries": 1, "ring": "40 s"}
    rate = 0.42 / 60
    seen = called(rate, 100.0, 1, callback, days=120, seed=152, hours=14)
    waits, wait = called_back_wait(rate, 100.0, 40.0, accepted * (1 - reached))

    def entered(log, late):
        """Of those who enter, each customer once."""
        return np.sum(late & (log.leg == 0))

    def turn(log, late):
        until = np.where(np.isnan(log.start_s), log.end_s, log.start_s)
        return np.sum((until - log.entered_s)[late])

    def had_to(log, late):
        return np.sum(late & (log.leg == 0) & ((log.outcome == Outcome.CALLBACK) | (log.start_s > log.entered_s)))

    everyone = seen.late("calls", entered, 7200)
    check(
        {
            "delayed": (seen.ratio(seen.late("calls", had_to, 7200), everyone), waits),
            "wait for the turn": (seen.ratio(seen.late("calls", turn, 7200), everyone), wait),
        }
    )


def test_tries_are_geometric_up_to_their_limit():
    """Reached with 0.4 each time, three times at most: 1 - 0.6^3 in the end, after (1 - 0.6^3) / 0.4 tries."""
    callback = {"over": "0 s", "accepted": 1.0, "reached": 0.4, "tries": 3, "retry": "10 min", "ring": "30 s"}
    seen = called(1.2 / 60, 120.0, 3, callback, days=80, seed=153, hours=14)

    def early(log):
        """Rows of customers who came in time for all their tries."""
        return log.entered_s[np.searchsorted(log.customer, log.customer)] < seen.open_s + 10 * 3600

    def accepted(log):
        return np.sum(early(log) & (log.outcome == Outcome.CALLBACK))

    def tries(log):
        return np.sum(early(log) & (log.entry == Entry.CALLBACK))

    def in_vain(log):
        return np.sum(early(log) & (log.entry == Entry.CALLBACK) & (log.returns == Returns.AT_LIMIT))

    for log in seen.logs:
        again = np.flatnonzero((log.entry == Entry.CALLBACK) & (log.entry[np.arange(len(log)) - 1] == Entry.CALLBACK))
        assert np.array_equal(log.entered_s[again], log.end_s[again - 1] + 600)
        rung = log.outcome == Outcome.NOT_REACHED
        assert np.all(log.freed_s[rung] - log.start_s[rung] == 30)
    check(
        {
            "tries": (seen.ratio(tries, accepted), (1 - 0.6**3) / 0.4),
            "never reached": (seen.ratio(in_vain, accepted), 0.6**3),
        }
    )


def test_prediction_is_right_on_average_where_nobody_gives_up():
    """M/M/3: who finds w waiting waits for w + 1 ends of service, each a third of the mean apart."""
    seen = called(1.6 / 60, 100.0, 3, {"over": "8 h", "accepted": 0.5}, days=100, seed=154)

    def error(log):
        return np.nansum(log.start_s - log.entered_s - log.predicted_s)

    def predicted(log):
        return np.sum(~np.isnan(log.predicted_s))

    bias, spread = seen.ratio(error, predicted)
    wait, _ = seen.ratio(lambda log: np.nansum(log.predicted_s), predicted)
    assert abs(bias) < 4 * spread
    assert spread < 0.05 * wait

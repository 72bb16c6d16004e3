"""With its warm-up left out, the measures of `simulate` are those of the long run."""

from datetime import date

import pytest
from oracles.chains import one_desk
from oracles.days import own_adviser_answers
from oracles.returning import redialling_desk

from simcenter import simulate
from simcenter.scenario import Scenario

pytestmark = pytest.mark.slow

K9 = {
    "delayed": 0.486213869373938,
    "abandon_rate": 0.187274455500603,
    "mean_wait_s": 22.4729346601,
    "asa_s": 18.1750487687,
    "service_level": 0.599377920744,
}


def long_run(per_hour, aht_s, advisers, *, seed, days=1, serves=None, **calls):
    """One queue that never closes, three hours of warm-up."""
    horizon = {"start": date(2026, 3, 2), "days": days, "interval": "60 min", "hours": "00:00-24:00", "warm_up": "3 h"}
    queue = {"channel": "phone", "volume": [per_hour] * 24, "handle_time": f"{aht_s} s", **calls}
    queue["target"] = {"answered": 0.8, "within": "20 s"}
    desks = {"team": {"advisers": advisers, "serves": {"calls": serves or {}}}}
    data = {"schema": 1, "name": "long run", "timezone": "UTC", "horizon": horizon, "desks": desks}
    return simulate(Scenario.from_dict(data | {"queues": {"calls": queue}}), replications=100, seed=seed)


def check(row, exact):
    """Each measure within four of its own standard errors."""
    for measure, value in exact.items():
        error = (row[f"{measure}_high"] - row[f"{measure}_low"]) / 2 / 1.96
        assert 0 < error < 0.1 * value, (measure, error)
        assert abs(row[measure] - value) <= 4 * error, (measure, row[measure], error, value)


def test_k9_erlang_a_behind_a_warm_up():
    """The published values; and fewer contacts, by what is left out."""
    calls = long_run(100.0, 300.0, 8, seed=181, patience="120 s").queues.loc["calls"]
    check(calls, K9 | {"offered": 2100.0})


def test_redials():
    """Attempts, redials and those who give up, of a chain with an orbit."""
    after = {"mean": "300 s", "law": "exponential"}
    redial = {"share": 0.7, "after": after, "at_most": 100}
    results = long_run(90.0, 150.0, 4, seed=182, patience="120 s", redial=redial)
    chain = redialling_desk(90 / 3600, 1 / 150, 4, 1 / 120, 0.7, 1 / 300)
    again = chain.long_run(lambda s: s[1]) / 300
    gives_up = chain.long_run(lambda s: max(s[0] - 4, 0)) / 120
    every = 90 / 3600 + again
    seconds = 21 * 3600
    check(
        results.queues.loc["calls"],
        {
            "offered": every * seconds,
            "redials": again * seconds,
            "abandoned": gives_up * seconds,
            "abandon_rate": gives_up / every,
            "mean_wait_s": gives_up / every * 120,
        },
    )
    check(results.desks.loc["team"], {"occupancy": chain.long_run(lambda s: min(s[0], 4)) / 4})


def test_continuity():
    own = {"share": 0.5, "desk": "team", "of": 5, "wait": "0 s"}
    calls = long_run(110.0, 120.0, 5, seed=183, adviser=own).queues.loc["calls"]
    chain = one_desk(110 / 3600, 1 / 120, 5)
    check(
        calls,
        {"continuity": own_adviser_answers(chain, 5), "delayed": chain.long_run(lambda k: k >= 5)},
    )


def test_callbacks():
    """All who would wait: as many as wait in Erlang C, and as long; the prediction is unbiased."""
    callback = {"over": "0 s", "accepted": 1.0, "reached": 1.0}
    calls = long_run(110.0, 120.0, 5, seed=184, callback=callback).queues.loc["calls"]
    chain = one_desk(110 / 3600, 1 / 120, 5)
    waits = chain.long_run(lambda k: k >= 5)
    queue = chain.long_run(lambda k: max(k - 5, 0))
    check(
        calls,
        {"callbacks": 110 * 21 * waits, "callback_wait_s": queue / (110 / 3600) / waits},
    )
    assert calls["called_back"] == 1
    half = (calls["prediction_bias_s_high"] - calls["prediction_bias_s_low"]) / 2
    assert abs(calls["prediction_bias_s"]) <= 4 * half / 1.96
    assert 0 < half < 0.1 * calls["prediction_error_s"]


def test_called_back_after_three_tries():
    callback = {"over": "0 s", "accepted": 1.0, "reached": 0.4, "tries": 3, "retry": "5 min", "ring": "20 s"}
    calls = long_run(90.0, 120.0, 4, seed=185, callback=callback).queues.loc["calls"]
    check(calls, {"called_back": 1 - 0.6**3})


def test_repeat_contacts():
    """Attempts per customer are geometric: of those who are served in vain half come again."""
    repeat = {"share": 0.5, "after": {"mean": "600 s", "law": "exponential"}, "at_most": 100}
    results = long_run(80.0, 120.0, 5, seed=186, days=3, serves={"resolved": 0.6}, repeat=repeat)
    check(results.queues.loc["calls"], {"resolved": 0.6})
    check(results.journeys.loc["calls"], {"attempts_per_contact": 1 / (1 - 0.4 * 0.5)})

"""With its warm-up left out, the command's own measures of a day are those of the long run."""

from datetime import date

import pytest

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


def day(**horizon):
    hours = {"start": date(2026, 3, 2), "days": 1, "interval": "60 min", "hours": "00:00-24:00", **horizon}
    calls = {"channel": "phone", "volume": [100.0] * 24, "handle_time": "300 s", "patience": "120 s"}
    calls["target"] = {"answered": 0.8, "within": "20 s"}
    desks = {"team": {"advisers": 8, "serves": {"calls": {}}}}
    data = {"schema": 1, "name": "K9", "timezone": "UTC", "horizon": hours, "queues": {"calls": calls}, "desks": desks}
    return Scenario.from_dict(data)


def test_k9_erlang_a_behind_a_warm_up():
    """The published values of the long run, within four standard errors; and fewer contacts, by what is left out."""
    calls = simulate(day(warm_up="3 h"), replications=100, seed=181).queues.loc["calls"]
    assert calls["offered"] == pytest.approx(2100, abs=4 * 2100**0.5 / 10)
    for measure, exact in K9.items():
        error = (calls[f"{measure}_high"] - calls[f"{measure}_low"]) / 2 / 1.96
        assert 0 < error < 0.1 * exact
        assert abs(calls[measure] - exact) <= 4 * error, measure

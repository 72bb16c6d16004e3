"""Effects against differences known exactly."""

import numpy as np
import pytest
from planning_centres import phone, scenario
from planning_fakes import HOURS, VOLUME, set_up

from simcenter.planning.effects import measure_effects, reach_of


@pytest.mark.parametrize("per", ["interval", "day"])
def test_the_gain_of_an_adviser_is_that_of_erlangs_formula(per: str) -> None:
    """Per interval as it is; per day averaged with up to three neighbours on each side, the sum kept inside the day."""
    queue = phone(volume=VOLUME, target={"answered": 0.8, "within": "20 s", "per": per})
    search, evaluate = set_up(scenario({"a": queue}, {"t": {"serves": {"a": {}}}}, **HOURS))
    advisers = np.where(search.centre.desk_open, 6, 0)
    base = evaluate(advisers, range(2))
    effects = measure_effects(search.centre, search.units, search.cells, evaluate, base, range(2))
    exact = np.zeros(24)
    for hour in range(8, 16):
        less = advisers.copy()
        less[hour, 0] -= 1
        exact[hour] = (base.mean - evaluate(less, range(2)).mean).sum()
    gain = effects.gain.toarray()
    if per == "interval":
        np.testing.assert_allclose(gain.sum(axis=1), exact[8:16], atol=1e-9)
        return
    near = np.abs(np.arange(8)[:, None] - np.arange(8)[None, :])
    weight = np.clip(4.0 - near, 0, None)
    weight /= weight.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(gain[:, 0], weight @ exact[8:16], atol=1e-9)


def test_an_adviser_is_added_where_none_can_go() -> None:
    queue = phone(volume=VOLUME)
    search, evaluate = set_up(scenario({"a": queue}, {"t": {"min_advisers": 3, "serves": {"a": {}}}}, **HOURS))
    base = evaluate(np.where(search.centre.desk_open, 3, 0), range(2))
    effects = measure_effects(search.centre, search.units, search.cells, evaluate, base, range(2))
    assert (effects.level == 4).all()
    assert (effects.gain.toarray() >= 0).all()


def test_changes_lie_a_handle_time_apart() -> None:
    short, _ = set_up(scenario({"a": phone(100)}, {"t": {"serves": {"a": {}}}}))
    long, _ = set_up(scenario({"a": phone(100, handle_time="20 min")}, {"t": {"serves": {"a": {}}}}, interval="10 min"))
    assert reach_of(short.centre) == 3
    assert reach_of(long.centre) == 4

"""The search on centres whose effects are known exactly: each interval an Erlang queue of its own, and no noise."""

import numpy as np
import pytest
from planning_centres import phone, scenario
from planning_fakes import HOURS, VOLUME, set_up

from simcenter import erlang
from simcenter.planning.centre import FloatArray, IntArray
from simcenter.planning.sample import Sample
from simcenter.planning.search import improve


def minimum(volume: list[float], target: float = 0.8) -> IntArray:
    counts = [erlang.advisers_for(v * 0.05, aht_s=180, target=target, within_s=20, patience_s=180) for v in volume]
    return np.array(counts)


@pytest.mark.parametrize("start", [0, 3, 25])
def test_interval_targets_lead_to_the_exact_erlang_minimum_from_below_and_from_above(start: int) -> None:
    target = {"answered": 0.8, "within": "20 s", "per": "interval"}
    queue = phone(volume=VOLUME, target=target)
    search, _ = set_up(scenario({"a": queue}, {"team": {"serves": {"a": {}}}}, **HOURS))
    begin = np.where(search.centre.desk_open, start, 0)
    best = improve(search, begin, range(2), 0.0, "search", range(2))
    np.testing.assert_array_equal(best.advisers[:, 0], minimum(VOLUME))


def cheapest_day(volume: list[float], target: float) -> int:
    """Fewest advisers in all intervals for a target over the day: by dynamic programming on a grid of margins, each
    rounded up, so that the answer is never more than the true one."""
    step, size = 0.02, 20_000
    counts = np.arange(1, 16)
    # least[size + m]: fewest advisers so far for a summed margin of m steps
    least = np.full(2 * size, 10**6)
    least[size] = 0
    for calls in (calls for calls in volume if calls):
        level = np.asarray(erlang.service_level(calls * 0.05, counts, aht_s=180, within_s=20, patience_s=180))
        gained = np.ceil(calls * (level - target) / step).astype(int)
        least = np.min([np.roll(least, gain) + n for n, gain in zip(counts, gained, strict=True)], axis=0)
    return int(least[size:].min())


def test_a_day_target_is_met_within_one_adviser_interval_of_the_cheapest_day() -> None:
    queue = phone(volume=VOLUME)
    search, _ = set_up(scenario({"a": queue}, {"team": {"serves": {"a": {}}}}, **HOURS))
    start = np.where(search.centre.desk_open, minimum(VOLUME)[:, None], 0)
    best = improve(search, start, range(2), 0.0, "search", range(2))
    assert best.mean[0] >= 0
    assert best.advisers.sum() < start.sum()
    assert best.advisers.sum() <= cheapest_day(VOLUME, 0.8) + 1


def test_given_desks_and_bounds_are_never_left_and_a_bounded_desk_does_all_it_can() -> None:
    queues = {"a": phone(400), "b": phone(400), "c": phone(400)}
    desks = {
        "given": {"advisers": 9, "serves": {"a": {}}},
        "bounded": {"min_advisers": 2, "max_advisers": 3, "serves": {"b": {}}},
        "high": {"min_advisers": 12, "serves": {"c": {}}},
    }
    search, _ = set_up(scenario(queues, desks))
    start = search.centre.least
    best = improve(search, start, range(2), 0.0, "search", range(2))
    assert (best.advisers[9:13, 0] == 9).all()
    assert (best.advisers[9:13, 1] == 3).all()
    assert (best.advisers[9:13, 2] == 12).all()
    assert search.given_up.tolist() == [False, True, False]
    assert best.advisers[:9].sum() == 0


def test_the_best_so_far_is_kept_when_an_evaluation_stops_the_search() -> None:
    search, evaluate = set_up(scenario({"a": phone(volume=VOLUME)}, {"team": {"serves": {"a": {}}}}, **HOURS))
    plain = search.evaluate

    def stopping(advisers: IntArray, replications: range) -> Sample:
        if evaluate.looks > 12:
            raise TimeoutError
        return plain(advisers, replications)

    search.evaluate = stopping
    with pytest.raises(TimeoutError):
        improve(search, np.where(search.centre.desk_open, 30, 0), range(2), 0.0, "search", range(2))
    assert search.best is not None
    assert search.best.mean[0] >= 0


def test_margins_scale_like_contacts() -> None:
    """The fake evaluator itself: one more adviser in one interval moves that interval's cell by the Erlang gain."""
    target = {"answered": 0.8, "within": "20 s", "per": "interval"}
    queue = phone(volume=VOLUME, target=target)
    search, evaluate = set_up(scenario({"a": queue}, {"t": {"serves": {"a": {}}}}, **HOURS))
    start = np.where(search.centre.desk_open, 5, 0)
    more = start.copy()
    more[10, 0] += 1
    gain: FloatArray = evaluate(more, range(2)).mean - evaluate(start, range(2)).mean
    cell = search.cells.label.index("2026-03-02T10:00")
    levels = erlang.service_level(77 * 0.05, [5, 6], aht_s=180, within_s=20, patience_s=180)
    assert gain[cell] == pytest.approx(77 * (levels[1] - levels[0]), rel=1e-9)
    assert np.count_nonzero(gain) == 1

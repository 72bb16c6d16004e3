"""Pools: balking, lines, own advisers and chance, against chains and sums done in full."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, gamma

from simcenter import erlang
from simcenter.planning.chance import Chance, busy_days, presence
from simcenter.planning.pools import Limit, Pool, fates, least

AHT_S, WITHIN_S = 180.0, 20.0
LEVEL = Limit(0, "service_level", 0.8, WITHIN_S)


def pool(load: float = 8.0, patience_s: float = 300.0, **keys: object) -> Pool:
    return Pool(np.array([load]), np.array([AHT_S]), patience_s, **keys)  # type: ignore[arg-type]


def chain(load: float, advisers: int, balking: float, patience_s: float, places: int) -> tuple[float, float, float]:
    """Shares of those who come that wait, balk and are blocked: birth and death, solved term by term."""
    weight, state = [1.0], 0
    while state < advisers + places and (state < advisers or weight[-1] > 1e-18):
        rate = load * (1.0 if state < advisers else 1 - balking)
        state += 1
        weight.append(weight[-1] * rate / (min(state, advisers) + max(state - advisers, 0) * AHT_S / patience_s))
    p = np.array(weight) / sum(weight)
    full = p[-1] if len(p) == advisers + places + 1 else 0.0
    busy = p[advisers:].sum() - full
    return busy * (1 - balking), busy * balking, full


@pytest.mark.parametrize("balking", [0.0, 0.1, 0.7])
@pytest.mark.parametrize(("load", "advisers"), [(8.0, 7), (8.0, 10), (0.5, 1)])
@pytest.mark.parametrize("places", [3, 10**6])
def test_waits_balks_and_full_rooms_are_those_of_the_chain(
    balking: float, load: float, advisers: int, places: int
) -> None:
    room = np.inf if places > 1000 else float(places)
    fate = fates(pool(load, balking=balking, places=room), np.array([float(advisers)]), WITHIN_S)
    expected = chain(load, advisers, balking, 300.0, places)
    np.testing.assert_allclose([fate.waits[0], fate.balked[0], fate.blocked[0]], expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(fate.at_once + fate.waits + fate.balked + fate.blocked, 1.0, rtol=1e-12)


def test_the_lines_left_by_the_advisers_are_the_places_to_wait() -> None:
    fate = fates(pool(lines=np.array([12.0])), np.array([9.0]))
    assert fate.blocked[0] == pytest.approx(chain(8.0, 9, 0.0, 300.0, 3)[2], rel=1e-9)
    none_left = fates(pool(lines=np.array([9.0]), patience_s=np.inf), np.array([15.0]))
    assert none_left.blocked[0] == pytest.approx(float(erlang.erlang_b(8.0, 9)), rel=1e-9)


def test_balkers_spare_advisers_and_the_least_number_just_keeps_the_target() -> None:
    plain = least(pool(), LEVEL)
    balking = least(pool(balking=0.3), LEVEL)
    assert 0.5 < (plain - balking)[0] < 2
    fate = fates(pool(balking=0.3), balking, WITHIN_S)
    assert (fate.in_time / (fate.at_once + fate.waits))[0] == pytest.approx(0.8, abs=1e-5)


@pytest.mark.parametrize("definition", ["sl_offered", "sl_answered", "sl_excl_early_abandons", "sl_abandons_met"])
def test_halving_finds_what_the_formulas_find(definition: str) -> None:
    """The same least number with rules so faint that they change nothing, by the other way."""
    limit = Limit(0, "service_level", 0.8, WITHIN_S, definition)
    faint = least(pool(balking=1e-12), limit)
    np.testing.assert_allclose(faint, least(pool(), limit), rtol=1e-5)


@pytest.mark.parametrize("limit", [Limit(0, "abandon_rate", 0.03), Limit(0, "asa_s", 15.0)])
def test_halving_finds_the_other_limits_too(limit: Limit) -> None:
    np.testing.assert_allclose(least(pool(balking=1e-12), limit), least(pool(), limit), rtol=1e-5)


def test_a_waiting_room_is_not_full_too_often() -> None:
    room = pool(patience_s=np.inf, places=0.0)
    needed = least(room, Limit(0, "blocked", 0.10))
    assert float(erlang.erlang_b(8.0, float(needed[0]))) == pytest.approx(0.10, abs=1e-5)


def test_busy_days_have_mean_one_and_nearly_their_spread() -> None:
    factors = busy_days(np.array([0.0, 0.24, 1.0]))
    np.testing.assert_allclose(factors.mean(axis=0), 1.0, rtol=1e-12)
    assert (factors[:, 0] == 1).all()
    # equally likely cases leave out the ends of the law
    np.testing.assert_allclose(factors[:, 1:].std(axis=0), [0.24, 1.0], rtol=0.1)


def test_advisers_for_busy_days_keep_the_target_on_average_over_the_gamma_law() -> None:
    """The average of answered in time over all days, summed over 20,000 points of the law."""
    chance = Chance(busy_days(np.array([0.3])), np.ones((1, 1)), np.ones(1))
    needed = float(least(pool(20.0), LEVEL, chance)[0])
    u = (np.arange(20_000) + 0.5) / 20_000
    busy = gamma.ppf(u, 1 / 0.09, scale=0.09)
    level = erlang.service_level(20.0 * busy, needed, aht_s=AHT_S, patience_s=300.0, within_s=WITHIN_S)
    assert (busy * level).mean() == pytest.approx(0.8, abs=0.004)
    assert needed > float(least(pool(20.0), LEVEL)[0]) + 1.5


def test_advisers_planned_keep_the_target_on_average_over_the_binomial_law() -> None:
    """20 % absent: the average over how many of the planned come, each with its probability."""
    planned, absence = np.array([30.0]), np.array([0.2])
    there, weight = presence(planned, absence, planned * 0.8)
    chance = Chance(np.ones((1, 1)), there, weight)
    floor = float(least(pool(20.0), LEVEL, chance)[0])
    n = 30
    level = erlang.service_level(20.0, np.arange(n + 1.0) * floor / (n * 0.8), aht_s=AHT_S, patience_s=300.0,
                                 within_s=WITHIN_S)  # fmt: skip
    assert (binom.pmf(np.arange(n + 1), n, 0.8) * level).sum() == pytest.approx(0.8, abs=0.004)


def test_waiting_for_ones_own_adviser_needs_more_than_waiting_for_any() -> None:
    own = replace(pool(), own=np.array([0.5]), own_of=10, own_wait_s=60.0)
    found = [float(least(one, LEVEL)[0]) for one in (pool(), replace(own, own=np.array([0.2])), own)]
    assert found == sorted(found)
    assert found[2] > found[0] + 2


def test_a_limit_that_nobody_can_keep_asks_for_the_load() -> None:
    assert least(pool(balking=0.2, own=np.array([0.1])), Limit(0, "service_level", 1.1, WITHIN_S))[0] == 8.0

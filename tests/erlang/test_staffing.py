"""Staffing answers are the exact minimum, and the reference values of the field hold."""

import math

import mpmath as mp
import numpy as np
import pytest

from simcenter import erlang
from simcenter.erlang.waits import DEFINITIONS
from simcenter.errors import UnattainableError

VOLUMES_AND_AHT = [(25, 180), (25, 300), (50, 180), (50, 300), (100, 180), (100, 300), (200, 180), (200, 300),
                   (400, 180), (400, 300)]  # fmt: skip


@pytest.mark.parametrize(
    ("patience_s", "wanted"),
    [(math.inf, [5, 7, 8, 12, 14, 21, 24, 39, 45, 74]), (120.0, [4, 6, 7, 11, 12, 19, 22, 35, 41, 67])],
)
def test_reference_sizes(patience_s: float, wanted: list[int]) -> None:
    volume, aht = np.array(VOLUMES_AND_AHT, dtype=float).T
    load = erlang.offered_load(volume, aht, interval_s=1800)
    assert erlang.advisers_for(load, aht_s=aht, patience_s=patience_s).tolist() == wanted


def test_reference_values() -> None:
    """K1 to K9 of the reference sheet, to its digits."""
    k1 = {"aht_s": 180, "within_s": 20}
    assert erlang.service_level(10, 14, **k1) == pytest.approx(0.888350, abs=5e-7)
    assert erlang.wait_probability(10, 14, aht_s=180) == pytest.approx(0.174132, abs=5e-7)
    assert erlang.asa(10, 14, aht_s=180) == pytest.approx(7.836, abs=5e-4)
    k3 = {"aht_s": 180, "patience_s": 300}
    assert erlang.wait_probability(10, 14, **k3) == pytest.approx(0.14526, abs=6e-6)
    assert erlang.abandonment(10, 14, **k3) == pytest.approx(0.013984, abs=5e-7)
    assert erlang.occupancy(10, 14, **k3) == pytest.approx(0.704297, abs=5e-7)
    assert erlang.service_level(10, 14, within_s=20, **k3) == pytest.approx(0.916792, abs=5e-7)
    k5 = {"aht_s": 60, "patience_s": 120}
    assert erlang.abandonment(48, 50, **k5) == pytest.approx(0.030912, abs=5e-7)
    assert erlang.mean_wait(48, 50, **k5) == pytest.approx(3.709, abs=5e-4)
    assert erlang.erlang_b(25, 30) == pytest.approx(0.052603, abs=5e-7)
    assert erlang.advisers_for(10, aht_s=180, fractional=True) == pytest.approx(13.0372, abs=5e-5)
    k9 = {"aht_s": 300, "patience_s": 120}
    load = 100 * 300 / 3600
    assert erlang.wait_probability(load, 8, **k9) == pytest.approx(0.486213869373938, rel=1e-12)
    assert erlang.abandonment(load, 8, **k9) == pytest.approx(0.187274455500603, rel=1e-12)
    assert erlang.mean_wait(load, 8, **k9) == pytest.approx(22.4729346601, rel=1e-11)
    assert erlang.asa(load, 8, **k9) == pytest.approx(18.1750487687, rel=1e-11)
    assert erlang.service_level(load, 8, within_s=20, **k9) == pytest.approx(0.599377920744, rel=1e-11)


def test_the_peers_wrong_points() -> None:
    """Float dust, 500 erlangs with patience, 100 %, an empty interval, fewer advisers than erlangs."""
    assert erlang.advisers_for(35.7, aht_s=180, target=0, max_occupancy=0.85) == 42
    assert erlang.advisers_for(2, aht_s=180, target=0, max_occupancy=1 - 0.8) == 10
    assert erlang.advisers_for(500, aht_s=180, patience_s=120) == 453
    assert erlang.advisers_for(0, aht_s=180) == 0
    with pytest.raises(UnattainableError):
        erlang.advisers_for(33.33, aht_s=180, target=1)
    with pytest.raises(UnattainableError):
        erlang.advisers_for(10, aht_s=180, patience_s=100, max_abandonment=0)
    with pytest.raises(UnattainableError):
        erlang.advisers_for(10, aht_s=180, max_asa_s=0)
    assert erlang.advisers_for(10, aht_s=180, target=1, places=0) == 1
    assert erlang.advisers_for([0, 10], aht_s=180, target=1, unattainable="inf").tolist() == [0, math.inf]


def test_the_answer_meets_and_one_less_does_not() -> None:
    """5,000 random rows: load 1e-3..1e5, every kind of limit."""
    rng = np.random.default_rng(5)
    count = 5000
    load = 10 ** rng.uniform(-3, 5, count)
    limits = {"target": rng.uniform(0.01, 0.999, count), "within_s": rng.uniform(0, 120, count)}
    pool = {"aht_s": rng.uniform(30, 900, count), "patience_s": 10 ** rng.uniform(0, 4, count)}
    pool["patience_s"][::3] = math.inf
    most_lost, most_busy = rng.uniform(0.005, 0.6, count), rng.uniform(0.5, 1, count)
    found = erlang.advisers_for(load, max_abandonment=most_lost, max_occupancy=most_busy, **limits, **pool)

    def meets(n: np.ndarray) -> np.ndarray:
        return (
            (erlang.service_level(load, n, within_s=limits["within_s"], **pool) >= limits["target"] * (1 - 1e-12))
            & (erlang.abandonment(load, n, **pool) <= most_lost * (1 + 1e-12))
            & ((n > 0) & (erlang.occupancy(load, np.maximum(n, 1), **pool) <= most_busy * (1 + 1e-12)))
        )

    assert meets(found).all()
    assert not meets(found - 1.0)[found >= 1].any()
    assert (found[::3] > load[::3]).all()
    assert (found < load).any()


def test_with_places_the_answer_is_the_least_of_all_smaller_ones() -> None:
    """No hidden smaller answer: every number up to it is tried."""
    for load in (0.4, 3.0, 17.5):
        for places in (0, 2, 30):
            for patience in (math.inf, 60.0):
                pool = {"aht_s": 180.0, "patience_s": patience, "places": places}
                least = erlang.advisers_for(load, target=0.85, within_s=10, **pool)
                levels = erlang.service_level(load, np.arange(least + 1), within_s=10, **pool)
                assert (levels[:-1] < 0.85).all()
                assert levels[-1] >= 0.85


def test_real_valued_answer_meets_its_limit_to_the_last_digits() -> None:
    """And lies between the whole answer and one less."""
    load = np.array([0.01, 0.7, 10.0, 300.0, 5e4])
    for patience in (math.inf, 200.0):
        pool = {"aht_s": 180.0, "patience_s": patience}
        real = erlang.advisers_for(load, fractional=True, **pool)
        assert np.allclose(erlang.service_level(load, real, within_s=20, **pool), 0.8, rtol=3e-12, atol=0)
        whole = erlang.advisers_for(load, **pool)
        assert ((real <= whole) & (real > whole - 1)).all()


def test_load_for_is_the_reverse() -> None:
    """What 14 advisers carry needs 14 real advisers; a little more load needs more."""
    for patience in (math.inf, 300.0):
        pool = {"aht_s": 180.0, "patience_s": patience}
        load = erlang.load_for(np.array([1, 14, 900]), **pool)
        assert np.allclose(erlang.advisers_for(load, fractional=True, **pool), [1, 14, 900], rtol=1e-10)
        assert (erlang.advisers_for(load * (1 + 1e-6), **pool) == [2, 15, 901]).all()


def test_lines() -> None:
    """The least lines for a blocking limit, by Erlang's recursion in 40 digits."""
    for load, limit in ((25.0, 0.01), (3.2, 1e-9), (1000.0, 0.2)):
        with mp.workdps(40):
            b, n = mp.mpf(1), 0
            while b > limit * (1 + mp.mpf("1e-12")):
                n += 1
                b = load * b / (n + load * b)
        assert erlang.lines_for(load, blocking=limit) == n
    assert erlang.lines_for(0, blocking=0) == 0
    assert erlang.lines_for(5, blocking=1) == 0
    with pytest.raises(UnattainableError):
        erlang.lines_for(5, blocking=0)


def test_lines_in_all_leave_fewer_places_to_more_advisers() -> None:
    least = erlang.advisers_for(10, aht_s=180, target=0.9, lines=20)
    levels = [erlang.service_level(10, n, aht_s=180, within_s=20, places=20 - n) for n in range(1, 21)]
    assert least == 1 + next(i for i, level in enumerate(levels) if level >= 0.9)


@pytest.mark.parametrize("limits", [{}, {"patience_s": 120.0}, {"max_occupancy": 0.8}])
def test_where_any_staff_will_do_there_is_an_answer_and_it_is_next_to_nobody(limits: dict[str, float]) -> None:
    """Nobody waits without places to wait: the level is 1 for those let in, with any staff above 0."""
    least = erlang.advisers_for(2.0, aht_s=240.0, within_s=20.0, places=0.0, fractional=True, **limits)
    assert 0 < least <= 1e-9
    assert erlang.advisers_for(2.0, aht_s=240.0, within_s=20.0, places=0.0, **limits) == 1


def test_a_promise_far_longer_than_patience_is_staffed_at_once() -> None:
    """Next to nobody will do: by bisection of the chain in 60 digits."""
    pool = {"aht_s": 44.4, "patience_s": 120.0, "places": 2, "definition": "sl_excl_early_abandons"}
    limits = {"target": 0.5, "within_s": 2000.0}
    least = erlang.advisers_for(0.9373333, fractional=True, **limits, **pool)
    assert least == pytest.approx(3.02484588319645e-8, rel=1e-10)
    assert erlang.advisers_for(0.9373333, **limits, **pool) == 1
    for within in (1e4, 1e5, 1e8):
        assert erlang.advisers_for(0.9373333, target=0.5, within_s=within, fractional=True, **pool) <= 1e-9


def test_every_search_ends() -> None:
    """Candidates are bounded: of four one at least halves the bracket; so is the work of each."""
    rng = np.random.default_rng(9)
    count = 3000
    patience = 10 ** rng.uniform(-4, 5, count)
    pool = {"aht_s": 1.0, "patience_s": patience, "places": rng.choice([0, 1, 2, 7, 60, math.inf], count)}
    limits = {"target": rng.choice([0.5, 1e-9, 0.999], count), "within_s": patience * 10 ** rng.uniform(0, 3.5, count)}
    load = 10 ** rng.uniform(-9, 2, count)
    for definition in DEFINITIONS:
        for fractional in (False, True):
            rows = {"definition": definition, "fractional": fractional, "unattainable": "inf"}
            assert (erlang.advisers_for(load, **rows, **limits, **pool) >= 0).all()
        assert (erlang.load_for(np.ceil(load), definition=definition, **limits, **pool) >= 0).all()

"""Every measure against 40-digit values made here, on random systems that reach the corners of the domain."""

import math

import mpmath as mp
import pytest
from erlang.grids import Point, points
from erlang.reference import Reference

from simcenter import erlang

SMALLEST = 1e-290
TIGHT, CLOSE = 1e-12, 1e-10
LIMITS = {"loss": TIGHT, "wait_probability": TIGHT}

AHT_S = 1.0
"""So that times in AHTs are exact."""


def answers(p: Point) -> dict[str, float]:
    pool = {"aht_s": AHT_S, "patience_s": 1 / p.r if p.r else math.inf}
    timed = {"within_s": p.within, **pool}
    return {
        "loss": erlang.erlang_b(p.load, p.advisers),
        "wait_probability": erlang.wait_probability(p.load, p.advisers, **pool),
        "abandonment": erlang.abandonment(p.load, p.advisers, **pool),
        "mean_wait": erlang.mean_wait(p.load, p.advisers, **pool),
        "asa": erlang.asa(p.load, p.advisers, **pool),
        "occupancy": erlang.occupancy(p.load, p.advisers, **pool),
        "queue_length": erlang.queue_length(p.load, p.advisers, **pool),
        "service_level": erlang.service_level(p.load, p.advisers, **timed),
        "sl_answered": erlang.service_level(p.load, p.advisers, definition="sl_answered", **timed),
        "sl_abandons_met": erlang.service_level(p.load, p.advisers, definition="sl_abandons_met", **timed),
    }


def worst_breaches(some: list[Point]) -> list[str]:
    """What is further from the reference than promised."""
    breaches = []
    for p in some:
        p = Point(p.load, p.advisers, AHT_S / (1 / p.r) if p.r else 0.0, p.within)  # as the call will see it
        exact = Reference(p.load, p.advisers, p.r).values(p.within)
        for name, value in answers(p).items():
            if abs(exact[name]) < SMALLEST:
                continue
            error = abs(mp.mpf(value) - exact[name]) / abs(exact[name])
            if not error <= LIMITS.get(name, CLOSE):
                breaches.append(
                    f"{name} off by {mp.nstr(error, 3)} at {p}: {value!r}, exact {mp.nstr(exact[name], 17)}"
                )
    return breaches


def test_random_points_of_the_whole_domain() -> None:
    """B, P(wait) to 1e-12, the rest to 1e-10."""
    assert worst_breaches(points(seed=3, count=8)) == []


def test_corners() -> None:
    """The four corners of load and patience, at, below and above the load."""
    corners = [
        Point(load, load * share, r, within)
        for load, within in ((1e-6, 10.0), (1e6, 1e-3))
        for share, r in ((0.9999, 1e-6), (1.0, 1e3), (1.0, 1e-6))
    ]
    assert worst_breaches([p for p in corners if p.advisers <= 1e6]) == []


def test_next_to_no_advisers() -> None:
    """A wait of thousands of AHTs beside a patience of one."""
    assert worst_breaches([Point(1922.5389253250776, 0.0004709794741315538, 1.1769746538730022, 0.0235)]) == []


@pytest.mark.slow
def test_more_random_points() -> None:
    assert worst_breaches(points(seed=5, count=6)) == []


@pytest.mark.nightly
def test_many_random_points() -> None:
    assert worst_breaches(points(seed=4, count=1500)) == []


def test_tiny_values_keep_their_digits() -> None:
    """Erlang B near 1e-290, against the finite sum in exact rationals."""
    load, lines = 10.0, 190
    term, total = mp.mpf(1), mp.mpf(1)
    with mp.workdps(60):
        for k in range(1, lines + 1):
            term *= mp.mpf(load) / k
            total += term
        exact = term / total
    assert exact < mp.mpf("1e-150")
    assert abs(mp.mpf(erlang.erlang_b(load, lines)) / exact - 1) < TIGHT


def test_the_reference_agrees_with_a_plain_sum_over_states() -> None:
    """The oracle itself: M/M/3+M with 400 waiting states, in 40 digits."""
    a, n, r = 2.5, 3, 0.7
    with mp.workdps(40):
        weight = [mp.mpf(1)]
        for k in range(1, 400):
            weight.append(weight[-1] * mp.mpf(a) / (min(k, n) + max(k - n, 0) * mp.mpf(r)))
        total = sum(weight)
        lost = sum(mp.mpf(r) * (k - n) * w for k, w in enumerate(weight) if k > n) / (mp.mpf(a) * total)
        exact = Reference(a, float(n), r).values(0.3)
        assert abs(exact["wait_probability"] - sum(weight[n:]) / total) < mp.mpf("1e-35")
        assert abs(exact["abandonment"] - lost) < mp.mpf("1e-35")

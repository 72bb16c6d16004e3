"""Limited places to wait, against sums over all states with 40 digits."""

import math

import mpmath as mp
import numpy as np
import pytest

from simcenter import erlang


def chain(n: int, a: float, r: float, places: int, within: float) -> dict[str, mp.mpf]:
    """M/M/n/n+places+M state by state; the offered wait with j ahead is -log Beta(n/r, j + 1) / r, or Erlang (j+1)."""
    load, rate = mp.mpf(a), mp.mpf(r)
    weight = [mp.mpf(1)]
    for k in range(1, n + places + 1):
        weight.append(weight[-1] * load / (min(k, n) + max(k - n, 0) * rate))
    entering = sum(weight[: n + places])
    in_time = answered = sum(weight[:n])
    waits = mp.mpf(0)
    for j in range(places):
        w = weight[n + j]
        if r:
            s = n / rate
            served = s / (s + j + 1)
            soon = served * mp.betainc(s + 1, j + 1, mp.exp(-rate * within), 1, regularized=True)
        else:
            served = mp.mpf(1)
            soon = mp.gammainc(j + 1, 0, n * mp.mpf(within), regularized=True)
        in_time += w * soon
        answered += w * served
        waits += w * served * sum(1 / (n + i * rate) for i in range(1, j + 2))
    waiting = sum(j * weight[n + j] for j in range(places + 1))
    return {
        "blocking": weight[-1] / sum(weight),
        "wait_probability": sum(weight[n : n + places]) / entering,
        "abandonment": rate * waiting / load / entering,
        "mean_wait": waiting / load / entering,
        "queue_length": waiting / sum(weight),
        "occupancy": load * answered / sum(weight) / n,
        "asa": waits / answered,
        "service_level": in_time / entering,
        "with_blocked": in_time / sum(weight),
    }


def test_against_sums_over_states() -> None:
    """Every measure to 1e-10, over loads 1e-3 to 200, patience from 1e-3 to 1e4 AHT or none, 0 to 60 places."""
    rng = np.random.default_rng(11)
    for _ in range(60):
        a = float(10 ** rng.uniform(-3, 2.3))
        n, places = max(1, round(a * rng.uniform(0.3, 2))), int(rng.integers(0, 61))
        patience = math.inf if rng.random() < 0.4 else float(10 ** rng.uniform(-3, 4))
        within = float(rng.choice([0.0, 10 ** rng.uniform(-4, 1)]))
        pool = {"aht_s": 1.0, "patience_s": patience, "places": places}
        with mp.workdps(45):
            exact = chain(n, a, 1.0 / patience, places, within)
        got = {
            name: getattr(erlang, name)(a, n, **pool) for name in exact if name not in ("service_level", "with_blocked")
        }
        got["service_level"] = erlang.service_level(a, n, within_s=within, **pool)
        got["with_blocked"] = erlang.service_level(a, n, within_s=within, count_blocked=True, **pool)
        for name, value in got.items():
            if exact[name] > 1e-290:
                assert abs(mp.mpf(value) / exact[name] - 1) < 1e-10, (name, a, n, pool, within)


def chain_with_any_staff(n: float, a: float, r: float, places: int, within: float) -> tuple[mp.mpf, mp.mpf]:
    """The level without early abandons, and the share of offered waits beyond the limit; departures one by one."""
    load, staff, rate, limit = mp.mpf(a), mp.mpf(n), mp.mpf(r), mp.mpf(within)
    left, index = mp.exp(-rate * limit), staff / rate
    free = mp.exp(load) * load**-staff * mp.gammainc(staff + 1, load) - 1

    def at_least(count: int, s: mp.mpf) -> mp.mpf:
        return 1 - left**s * mp.fsum(mp.rf(s, i) / mp.factorial(i) * (1 - left) ** i for i in range(count))

    w, in_time, answered, waiting, still = mp.mpf(1), free, free, mp.mpf(0), mp.mpf(0)
    for j in range(places):
        served = index / (index + j + 1)
        in_time += w * served * at_least(j + 1, index + 1)
        answered += w * served
        still += w * (1 - at_least(j + 1, index))
        waiting += w
        w *= load / (staff + (j + 1) * rate)
    return in_time / (in_time + left * still), still / (free + waiting)


@pytest.mark.parametrize("staff", [1e-13, 3e-8, 1e-3])
@pytest.mark.parametrize("within", [3.0, 45.0, 400.0, 2500.0])
@pytest.mark.parametrize("places", [1, 2, 20])
def test_next_to_no_staff_and_a_promise_far_beyond_patience(staff: float, within: float, places: int) -> None:
    """The chance that anybody at all is served in time is small, and its terms fall by e^-rT of themselves only."""
    with mp.workdps(60 + int(within / 5)):
        level, beyond = chain_with_any_staff(staff, 0.9373333, 0.37, places, within)
    pool = {"aht_s": 1.0, "patience_s": 1 / 0.37, "places": places}
    got = erlang.service_level(0.9373333, staff, within_s=within, definition="sl_excl_early_abandons", **pool)
    assert abs(mp.mpf(got) / level - 1) < 1e-10
    wait = erlang.wait_quantile(0.9373333, staff, q=float(1 - beyond), of="offered", **pool)
    if 1e-9 < beyond < 1 - 1e-3:
        assert abs(wait / within - 1) < 1e-8


def test_quantiles_end_where_rounding_begins() -> None:
    pool = {"aht_s": 1.0, "patience_s": 2.7}
    for q in (0.999, 1 - 1e-9, 1 - 1e-13, 1 - 2.0**-53):
        for of in ("all", "answered", "offered"):
            for places in (2, 7, 1000):
                assert 0 <= erlang.wait_quantile(0.94, 0.9, q=q, of=of, places=places, **pool) < 1e3


def test_a_chance_below_the_smallest_number_is_none() -> None:
    """A thousand departures, of which more than half of the chance is left with each: 1e-299 and less."""
    pool = {"aht_s": 1.0, "patience_s": 0.12584206525954847, "places": 1000}
    levels = erlang.service_level(23208.2, 1.2e-7, within_s=np.linspace(0.08, 0.1, 400), **pool)
    assert (levels < 1e-200).all()
    wait = erlang.wait_quantile(23208.2, 1.2e-7, q=0.9, of="answered", **pool)
    assert wait == pytest.approx(0.12584206525954847 * math.log(1000 / -math.log(0.9)), rel=1e-3)  # a thousand leave


def test_a_line_that_is_never_empty_is_as_one_without_limit() -> None:
    """Nobody waiting has a weight below the smallest number."""
    pool = {"aht_s": 1.0, "patience_s": 90376.7}
    for of in ("all", "answered", "offered"):
        with_limit = erlang.wait_quantile(0.0449, 0.00128, q=0.7, of=of, places=100_000, **pool)
        assert with_limit == pytest.approx(erlang.wait_quantile(0.0449, 0.00128, q=0.7, of=of, **pool), rel=1e-10)


def test_no_places_is_erlang_b_and_many_are_none() -> None:
    assert erlang.blocking(25, 30, aht_s=180, places=0) == erlang.erlang_b(25, 30)
    some = erlang.service_level(25, 30, aht_s=180, within_s=20, places=100_000)
    assert abs(some / erlang.service_level(25, 30, aht_s=180, within_s=20) - 1) < 1e-12


def test_overload_with_places_blocks_what_it_cannot_serve() -> None:
    """At twice the load, nearly half is blocked and the last place is nearly always taken."""
    assert abs(erlang.blocking(20, 10, aht_s=60, places=10_000) - 0.5) < 1e-12
    assert erlang.service_level(20, 10, aht_s=60, within_s=20, places=10_000) < 1e-200

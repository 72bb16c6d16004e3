"""Limited places to wait, against sums over all states with 40 digits."""

import math

import mpmath as mp
import numpy as np

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


def test_no_places_is_erlang_b_and_many_are_none() -> None:
    assert erlang.blocking(25, 30, aht_s=180, places=0) == erlang.erlang_b(25, 30)
    some = erlang.service_level(25, 30, aht_s=180, within_s=20, places=100_000)
    assert abs(some / erlang.service_level(25, 30, aht_s=180, within_s=20) - 1) < 1e-12


def test_overload_with_places_blocks_what_it_cannot_serve() -> None:
    """At twice the load, nearly half is blocked and the last place is nearly always taken."""
    assert abs(erlang.blocking(20, 10, aht_s=60, places=10_000) - 0.5) < 1e-12
    assert erlang.service_level(20, 10, aht_s=60, within_s=20, places=10_000) < 1e-200

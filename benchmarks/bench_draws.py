"""The draws of a million first legs against numpy's own sequential Philox generator making as many of the same laws.

Ours can be asked for any customer alone; numpy's cannot. Both make an arrival, a patience (exponential), a handle time
and two uniforms a customer.

    pytest benchmarks/bench_draws.py       figures of each (pytest-benchmark)
    python benchmarks/bench_draws.py       one run of each, and the ratio
"""

import sys
import time

import numpy as np
import pytest

from simcenter._draws import LegSource
from simcenter.simulation.laws import LawCode

INTERVAL_S, INTERVALS = 1800.0, 48
LAWS = {
    "exponential": ((LawCode.EXPONENTIAL, 240.0, 0.0), lambda rng, n: rng.exponential(240.0, n)),
    "lognormal": ((LawCode.LOGNORMAL, 5.0, 1.0), lambda rng, n: rng.lognormal(5.0, 1.0, n)),
    "gamma": ((LawCode.GAMMA, 0.6, 400.0), lambda rng, n: rng.gamma(0.6, 400.0, n)),
}


def laws(code: int, p0: float, p1: float) -> tuple[np.ndarray, ...]:
    return np.array([code]), np.array([[p0, p1, 0.0]]), np.empty(0), np.zeros(2, dtype=np.int64)


def ours(law: str, customers: int) -> int:
    patience = laws(LawCode.EXPONENTIAL, 120.0, 0.0)
    no_returns = np.zeros(2, dtype=np.int64), np.zeros((2, 3)), np.empty(0), np.zeros(3, dtype=np.int64)
    one_class = np.arange(2), np.ones(1), np.zeros((1, 1), dtype=np.int64)
    key = np.array([77], dtype=np.uint64)
    source = LegSource(1, 0, key, patience, laws(*LAWS[law][0]), no_returns, one_class)
    arrival_s = source.arrivals(0, np.full(INTERVALS, customers / INTERVALS), INTERVAL_S)
    return source.first_legs(0, 0, source.class_rows(0, 0, len(arrival_s))).shape[1]


def numpys(law: str, customers: int) -> int:
    rng = np.random.Generator(np.random.Philox(1))
    arrival_s = np.cumsum(rng.exponential(INTERVALS * INTERVAL_S / customers, customers))
    rng.exponential(120.0, customers)
    LAWS[law][1](rng, customers)
    rng.random((2, customers))
    return len(arrival_s)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("make", [ours, numpys])
def test_draws(benchmark, make, law):
    customers = 1_000_000 if benchmark.enabled else 1_000
    made = benchmark.pedantic(make, (law, customers), rounds=5 if benchmark.enabled else 1)
    assert made == pytest.approx(customers, rel=0.2)


def main(customers: int = 1_000_000) -> None:
    for law in LAWS:
        rates = []
        for make in (ours, numpys):
            fastest_s = float("inf")
            for _ in range(5):
                begin = time.perf_counter()
                made = make(law, customers)
                fastest_s = min(fastest_s, time.perf_counter() - begin)
            rates.append(made / fastest_s)
        print(f"{law:12}{rates[0]:13,.0f} customers/s, numpy {rates[1]:13,.0f}: {rates[0] / rates[1]:.2f} times")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

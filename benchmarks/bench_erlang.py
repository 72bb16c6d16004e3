"""The Erlang core against a naive C loop and against pyworkforce, in one run; and its work counts against bounds.

pytest benchmarks/bench_erlang.py                       time, with the ratios at the end
pytest benchmarks/bench_erlang.py --benchmark-disable   once each, untimed: what CI does
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pyworkforce.queuing import ErlangC

from simcenter import _erlang, erlang

sys.path.insert(0, str(Path(__file__).parent))
from naive.build import build

ROWS = 10_000
PEER_ROWS = 300
NAIVE_SHARE = 1.0
PEER_TIMES = 150.0
LARGE_TIMES = 20.0
ABANDONMENT_SHARE = 5.0

Table = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def table() -> Table:
    """10,000 unlike intervals of 4 to 240 erlangs."""
    rng = np.random.default_rng(20_260_302)
    return {
        "load": rng.uniform(4, 240, ROWS),
        "aht_s": rng.uniform(120, 600, ROWS),
        "within_s": rng.uniform(5, 60, ROWS),
        "target": rng.uniform(0.7, 0.95, ROWS),
        "patience_s": rng.uniform(60, 600, ROWS),
    }


@pytest.fixture(scope="module")
def naive() -> Callable[[Table], np.ndarray]:
    module = build()

    def run(table: Table) -> np.ndarray:
        out = np.empty(len(table["load"]), dtype=np.int64)
        module.naive_advisers(table["load"], table["aht_s"], table["within_s"], table["target"], out)
        return out

    return run


def ours(table: Table) -> np.ndarray:
    return erlang.advisers_for(**{name: table[name] for name in ("load", "aht_s", "within_s", "target")})


def with_patience(table: Table) -> np.ndarray:
    return erlang.advisers_for(**table)


def peer(table: Table) -> list[int]:
    return [
        ErlangC(transactions=a, aht=h / 60, asa=w / 60, interval=h / 60).required_positions(service_level=t)[
            "raw_positions"
        ]
        for a, h, w, t in zip(
            *(table[name][:PEER_ROWS] for name in ("load", "aht_s", "within_s", "target")), strict=True
        )
    ]


LARGE = {"load": 50_000.3, "aht_s": 300.0, "within_s": 20.0, "target": 0.8}


def large() -> int:
    return erlang.advisers_for(**LARGE)


@pytest.fixture(scope="module")
def naive_large(naive) -> Callable[[], np.ndarray]:
    table = {name: np.array([x]) for name, x in LARGE.items()}
    return lambda: naive(table)


def test_sizing_of_a_table(benchmark, table: Table) -> None:
    benchmark(ours, table)


def test_sizing_of_a_table_with_patience(benchmark, table: Table) -> None:
    benchmark(with_patience, table)


def test_naive_loop(benchmark, table: Table, naive) -> None:
    assert (benchmark(naive, table) == ours(table)).all()


def test_peer(benchmark, table: Table) -> None:
    assert len(benchmark.pedantic(peer, (table,), rounds=1)) == PEER_ROWS


def test_one_large_interval(benchmark, naive_large) -> None:
    assert benchmark(large) == naive_large()[0]


def test_naive_loop_on_a_large_interval(benchmark, naive_large) -> None:
    benchmark(naive_large)


def test_work_counts(table: Table) -> None:
    """Candidates tried and terms summed stay within their bounds: a slower algorithm shows without a clock."""
    t, r = table["within_s"] / table["aht_s"], table["aht_s"] / table["patience_s"]
    for rate, mean_tries, most_tries in ((0.0, 4, 8), (r, 7, 14)):
        _, tried, terms = _erlang.advisers_for(
            table["load"], t, rate, np.inf, table["target"], 1.0, np.inf, 1.0, 0, False, 0.0, np.inf, True
        )
        assert tried.mean() <= mean_tries
        assert tried.max() <= most_tries
        bound = 12 * np.sqrt(table["load"] * np.maximum(1, 1 / np.maximum(rate, 1e-9) if np.any(rate) else 1)) + 60
        assert (terms <= 3 * tried * bound).all()


def alternately(*runs: Callable[[], object], rounds: int = 15) -> Iterator[float]:
    """Median time of each, taken in turns so that all see the same machine."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for own, run in zip(times, runs, strict=True):
            began = time.perf_counter()
            run()
            own.append(time.perf_counter() - began)
    return (statistics.median(own) for own in times)


def test_ratios(table: Table, naive, naive_large, request: pytest.FixtureRequest, capsys) -> None:
    """The ratios promised, taken in turns in one run."""
    if request.config.getoption("benchmark_disable"):
        assert (ours(table) == naive(table)).all()
        return
    us, loop, patient = alternately(lambda: ours(table), lambda: naive(table), lambda: with_patience(table))
    big, big_loop = alternately(large, naive_large, rounds=200)
    (theirs,) = alternately(lambda: peer(table), rounds=1)
    theirs *= ROWS / PEER_ROWS
    with capsys.disabled():
        print(f"\n{'what':44} {'ms':>10} {'ratio':>8}  wanted")
        print(f"{'naive loop, 10,000 intervals':44} {loop * 1e3:10.3f}")
        print(f"{'advisers_for, Erlang C':44} {us * 1e3:10.3f} {us / loop:8.2f}  at most {NAIVE_SHARE} of the loop")
        print(f"{'advisers_for, Erlang A':44} {patient * 1e3:10.3f} {patient / loop:8.2f}  at most {ABANDONMENT_SHARE}")
        print(f"{'pyworkforce ErlangC':44} {theirs * 1e3:10.1f} {theirs / us:8.0f}  at least {PEER_TIMES} times ours")
        print(f"{'one interval of 50,000 erlangs':44} {big * 1e3:10.4f} {big_loop / big:8.1f}  at least {LARGE_TIMES}"
              " times faster than the loop")  # fmt: skip
    assert us <= NAIVE_SHARE * loop
    assert patient <= ABANDONMENT_SHARE * loop
    assert theirs >= PEER_TIMES * us
    assert big_loop >= LARGE_TIMES * big

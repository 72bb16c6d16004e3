"""Draws: each number against numpy's own Philox, arrivals against their definition, and what common numbers promise."""

import pickle
import re
from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simcenter.errors import ScenarioError
from simcenter.scenario import Law, Scenario
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.laws import pack
from simcenter.simulation.network import RANDOM, Network
from tests.oracles import philox

GRID = 2.0**20
PATIENCE, HANDLE, TRANSFER, RESOLVED, EQUAL_RANK, ARRIVAL = 0, 1, 2, 3, 4, 8


def centre(**queues: dict[str, object]) -> Network:
    """One day of half hours; queues are phones of mean 180 s unless told otherwise."""
    data = {
        "schema": 1,
        "name": "centre",
        "timezone": "Europe/Paris",
        "horizon": {"start": "2026-03-02", "days": 1, "interval": "30 min", "hours": "00:00-24:00"},
        "queues": {
            name: {"channel": "phone", "handle_time": "180 s", "volume": {"per_day": 0}} | keys
            for name, keys in queues.items()
        },
        "desks": {"desk": {"serves": {name: {} for name in queues}}},
    }
    return compile_network(Scenario.from_dict(data))


@pytest.fixture(scope="module")
def one_queue() -> Network:
    return centre(calls={"volume": {"per_day": 480}, "patience": "2 min"})


def with_volume(network: Network, volume: list[float]) -> Network:
    return replace(network, volume=np.array(volume, dtype=np.float64)[:, None], end_s=len(volume) * network.interval_s)


def oracle_u(seed: int, replication: int, name: str, customer: int, leg: int, purpose: int) -> float:
    return philox.uniform(seed, replication, f"queue\0{name}", customer, leg, purpose)


def oracle_arrivals(volume: list[float], interval_s: float, units: list[float]) -> list[float]:
    """Arrivals by their definition, one customer at a time."""
    out, reached = [], 0.0
    for unit in units:
        reached += unit
        before = 0.0
        for i, v in enumerate(volume):
            if reached < before + v:
                moment = np.rint((i * interval_s + (reached - before) / v * interval_s) * GRID) / GRID
                out.append(min(float(moment), (i + 1) * interval_s - 1 / GRID))
                break
            before += v
    return out


word = st.integers(0, 2**64 - 1)


@given(seed=word, replication=word, customer=word, leg=word, name=st.text(st.characters(codec="utf-8"), min_size=1))
def test_every_number_is_the_one_that_numpy_makes(
    one_queue: Network, seed: int, replication: int, customer: int, leg: int, name: str
) -> None:
    network = replace(one_queue, queue_names=(name,))
    patience_s, handle_s, *uniforms = Draws(network, seed, replication).later(0, customer, leg, 0)
    address = (seed, replication, name, customer, leg)
    assert uniforms == [oracle_u(*address, purpose) for purpose in (TRANSFER, RESOLVED, EQUAL_RANK)]
    for duration, mean_s, purpose in ((patience_s, 120, PATIENCE), (handle_s, 180, HANDLE)):
        expected = np.rint(-mean_s * np.log1p(-oracle_u(*address, purpose)) * GRID) / GRID
        assert abs(duration - expected) <= 1 / GRID  # numpy's log1p may round the other way
        assert duration * GRID == int(duration * GRID)


def test_the_example_in_the_documentation_gives_the_number() -> None:
    page = (Path(__file__).parents[2] / "docs" / "draws.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    made: dict[str, object] = {}
    exec(code, made)
    network = centre(orders_phone={"handle_time": "240 s", "volume": {"per_day": 9}})
    handle_s = Draws(network, 42, 7).later(0, 1234, 0, 0)[1]
    assert handle_s == np.rint(-240 * np.log1p(-made["u"]) * GRID) / GRID


def test_first_legs_in_bulk_are_the_same_as_one_by_one(one_queue: Network) -> None:
    network = replace(one_queue, equal_rank=np.array([RANDOM]))
    draws = Draws(network, 1, 2)
    first = draws.first(0)
    assert len(first) > 300
    for k in range(len(first)):
        row = (first.patience_s, first.base_handle_s, first.transfer_u, first.resolved_u, first.equal_rank_u)
        assert tuple(float(column[k]) for column in row) == draws.later(0, k, 0, 0)


@pytest.mark.parametrize("mean_s", [0.001, 5.0, 240.0, 86400.0, 1e6, 9e8])
def test_the_fast_exponential_in_bulk_is_the_slow_one_to_the_bit(one_queue: Network, mean_s: float) -> None:
    """30,000 customers of each mean; with long ones the two logarithms often round to different steps of the grid."""
    laws = pack([Law(law="exponential", mean_s=mean_s, cv=1.0)])
    draws = Draws(replace(with_volume(one_queue, [30_000.0]), patience=laws, handle_time=laws), 5, 0)
    first = draws.first(0)
    one_by_one = np.array([draws.later(0, k, 0, 0)[:2] for k in range(len(first))])
    np.testing.assert_array_equal(np.array([first.patience_s, first.base_handle_s]).T, one_by_one)


def test_where_no_desk_is_chosen_at_random_nothing_is_drawn_for_it(one_queue: Network) -> None:
    assert np.isnan(Draws(one_queue, 1, 2).first(0).equal_rank_u).all()


@given(
    volume=st.lists(st.sampled_from([0.0, 1e-9, 0.3, 1.0, 7.5, 40.0]), min_size=1, max_size=8),
    seed=word,
    replication=st.integers(0, 1000),
)
def test_arrivals_follow_their_definition(one_queue: Network, volume: list[float], seed: int, replication: int) -> None:
    network = with_volume(one_queue, volume)
    arrivals = Draws(network, seed, replication).first(0).arrival_s
    units = [-log(oracle_u(seed, replication, "calls", k, 0, ARRIVAL)) for k in range(len(arrivals) + 3)]
    assert arrivals.tolist() == oracle_arrivals(volume, network.interval_s, units)


@given(
    volume=st.lists(st.one_of(st.just(0.0), st.floats(0, 1e-12), st.floats(0, 200)), min_size=1, max_size=30),
    seed=word,
)
def test_arrivals_ascend_on_the_grid_within_intervals_that_have_volume(
    one_queue: Network, volume: list[float], seed: int
) -> None:
    network = with_volume(one_queue, volume)
    arrivals = Draws(network, seed, 0).first(0).arrival_s
    assert np.all(np.diff(arrivals) >= 0)
    assert np.all(arrivals * GRID == np.rint(arrivals * GRID))
    assert np.all((arrivals >= 0) & (arrivals < network.end_s))
    assert np.all(np.array(volume)[(arrivals // network.interval_s).astype(int)] > 0)


def test_an_arrival_is_not_rounded_into_the_next_interval(one_queue: Network) -> None:
    # Customer 0 falls within 2^-22 s of the end of the first interval, and would round to its end.
    unit = -log(oracle_u(5, 0, "calls", 0, 0, ARRIVAL))
    network = with_volume(one_queue, [unit * (1 + 1e-10), 0.0])
    assert Draws(network, 5, 0).first(0).arrival_s[0] == 1800 - 1 / GRID


def test_an_arrival_at_the_end_of_an_interval_belongs_to_the_next_with_volume(one_queue: Network) -> None:
    unit = -log(oracle_u(5, 0, "calls", 0, 0, ARRIVAL))
    network = with_volume(one_queue, [unit, 0.0, 5.0])
    assert Draws(network, 5, 0).first(0).arrival_s[0] == 2 * 1800


def test_more_volume_brings_the_same_customers_earlier(one_queue: Network) -> None:
    some, more = [5.0, 20.0, 0.0, 60.0], [6.0, 30.0, 4.0, 60.0]
    few = Draws(with_volume(one_queue, some), 3, 1).first(0)
    many = Draws(with_volume(one_queue, more), 3, 1).first(0)
    n = len(few)
    assert len(many) > n
    assert np.all(many.arrival_s[:n] <= few.arrival_s)
    np.testing.assert_array_equal(many.base_handle_s[:n], few.base_handle_s)

    def expected_by(volume: list[float], arrival_s: np.ndarray) -> np.ndarray:
        return np.interp(arrival_s, np.arange(5) * 1800.0, np.cumsum([0.0, *volume]))

    # Both at the same sum of unit exponentials, but for half a step of the grid at either rate.
    dust = (60 + 60) / 1800 / GRID
    np.testing.assert_allclose(expected_by(more, many.arrival_s[:n]), expected_by(some, few.arrival_s), atol=dust)


def test_a_change_in_the_afternoon_leaves_the_morning(one_queue: Network) -> None:
    before = Draws(with_volume(one_queue, [9.0] * 48), 3, 1).first(0)
    after = Draws(with_volume(one_queue, [9.0] * 24 + [30.0] * 24), 3, 1).first(0)
    morning = int(np.searchsorted(before.arrival_s, 24 * 1800))
    np.testing.assert_array_equal(after.arrival_s[:morning], before.arrival_s[:morning])
    assert after.arrival_s[morning] >= 24 * 1800


def test_other_queues_and_desks_change_nothing(one_queue: Network) -> None:
    alone = Draws(one_queue, 9, 4).first(0)
    network = centre(
        before={"volume": {"per_day": 50}},
        calls={"volume": {"per_day": 480}, "patience": "2 min"},
        after={"volume": {"per_day": 50}, "handle_time": {"mean": "5 min", "cv": 2.0}},
    )
    together = Draws(network, 9, 4).first(1)
    for name, column in vars(alone).items():
        moved = 1 if name == "class_row" else 0  # a place in the network, not a number of chance
        np.testing.assert_array_equal(getattr(together, name), column + moved)
    assert not np.array_equal(
        Draws(network, 9, 4).first(0).arrival_s[:20], Draws(network, 9, 4).first(2).arrival_s[:20]
    )


def test_a_later_leg_has_the_laws_of_its_queue_and_the_key_of_its_origin() -> None:
    network = centre(
        calls={"volume": {"per_day": 480}, "patience": "2 min"},
        experts={"handle_time": {"mean": "100 s", "law": "deterministic"}},
    )
    patience_s, handle_s, transfer_u, *_ = Draws(network, 1, 0).later(0, 17, 1, 1)
    assert (patience_s, handle_s) == (np.inf, 100.0)
    assert transfer_u == oracle_u(1, 0, "calls", 17, 1, TRANSFER)


def test_counts_per_interval_are_poisson(one_queue: Network) -> None:
    """Pearson's statistic over 300 replications of 8 intervals, and of their variances: two-sided level 1e-4 each."""
    volume = np.array([0.5, 3.0, 10.0, 40.0, 40.0, 5.0, 0.0, 20.0])
    network = with_volume(one_queue, volume.tolist())
    edges = np.arange(9) * 1800.0
    counts = np.array([np.histogram(Draws(network, 2026, r).first(0).arrival_s, edges)[0] for r in range(300)])
    assert counts[:, 6].sum() == 0
    counts, volume = counts[:, volume > 0], volume[volume > 0]
    totals = counts.sum(axis=0)
    fit = float(((totals - 300 * volume) ** 2 / (300 * volume)).sum())
    assert 0.5e-4 < stats.chi2.sf(fit, 7) < 1 - 0.5e-4
    dispersion = ((counts - volume) ** 2 / volume).sum(axis=0)[volume >= 3]
    assert np.all((stats.chi2.sf(dispersion, 300) > 1e-5) & (stats.chi2.sf(dispersion, 300) < 1 - 1e-5))


def test_numbers_are_uniform_and_independent_of_each_other() -> None:
    """100,000 customers: each purpose uniform (Kolmogorov-Smirnov), pairs and lags uncorrelated; level 1e-5 each."""
    uniform = {"law": "uniform", "low": "0 s", "high": "100 s"}
    network = centre(calls={"volume": {"per_day": 100_000}, "handle_time": uniform, "patience": uniform})
    first = Draws(network, 2026, 0).first(0)
    equal_rank_u = Draws(replace(network, equal_rank=np.array([RANDOM])), 2026, 0).first(0).equal_rank_u
    n = len(first)
    columns = np.array(
        [first.patience_s / 100, first.base_handle_s / 100, first.transfer_u, first.resolved_u, equal_rank_u]
    )
    assert all(stats.kstest(column, "uniform").pvalue > 1e-5 for column in columns)
    gaps = 1 - np.exp(-np.diff(first.arrival_s) * 100_000 / 86400)
    assert stats.kstest(gaps, "uniform").pvalue > 1e-5
    columns = np.vstack([columns[:, 1:], gaps])
    bound = stats.norm.isf(0.5e-5) / np.sqrt(n - 2)
    correlations = np.corrcoef(np.vstack([columns[:, 1:], columns[:, :-1]]))[~np.eye(12, dtype=bool)]
    assert np.abs(correlations).max() < bound
    other = Draws(network, 2026, 1).first(0).transfer_u
    m = min(n, len(other))
    assert abs(np.corrcoef(first.transfer_u[:m], other[:m])[0, 1]) < bound


def test_an_empty_queue_has_no_customers() -> None:
    assert len(Draws(centre(calls={}), 0, 0).first(0)) == 0


def test_many_customers_need_no_size_in_advance(one_queue: Network) -> None:
    """More than one chunk of arrivals: expectation 100,000, within 5 standard deviations, ascending over the seams."""
    arrivals = Draws(with_volume(one_queue, [25_000.0] * 4), 0, 0).first(0).arrival_s
    assert abs(len(arrivals) - 100_000) < 5 * 100_000**0.5
    assert np.all(np.diff(arrivals) >= 0)


def test_draws_survive_pickling(one_queue: Network) -> None:
    draws = Draws(one_queue, 3, 2)
    assert pickle.loads(pickle.dumps(draws)).later(0, 5, 1, 0) == draws.later(0, 5, 1, 0)


def test_the_arrays_cannot_be_changed(one_queue: Network) -> None:
    with pytest.raises(ValueError, match="read-only"):
        Draws(one_queue, 0, 0).first(0).arrival_s[0] = 1.0


@pytest.mark.parametrize("wrong", [-1, 2**64, 1.5, "7", None])
@pytest.mark.parametrize("which", ["seed", "replication"])
def test_seed_and_replication_have_limits(one_queue: Network, which: str, wrong: object) -> None:
    arguments = {"seed": 0, "replication": 0, which: wrong}
    with pytest.raises(ScenarioError) as caught:
        Draws(one_queue, **arguments)  # type: ignore[arg-type]
    assert str(caught.value) == f"{which}: must be a whole number from 0 to 2^64 - 1, got {wrong!r}"


def test_the_largest_seed_and_replication_are_allowed(one_queue: Network) -> None:
    assert len(Draws(one_queue, 2**64 - 1, 2**64 - 1).first(0)) > 0


def test_a_queue_that_does_not_exist_is_refused(one_queue: Network) -> None:
    draws = Draws(one_queue, 0, 0)
    with pytest.raises(IndexError, match="below 1, got 0 and 1"):
        draws.later(0, 0, 0, 1)

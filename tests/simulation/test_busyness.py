"""Random demand: each factor by hand, and the moments of counts against the Poisson-gamma formulas."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from simcenter.scenario import Scenario
from simcenter.simulation.busyness import gamma_factor, volume_of_replication
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.network import Network
from simcenter.simulation.purposes import Purpose
from tests.oracles import philox


@pytest.fixture(scope="module")
def network() -> Network:
    """Two queues over three days of 24 intervals."""
    queue = {"channel": "phone", "handle_time": "180 s", "volume": {"per_day": 96}}
    data = {
        "schema": 1,
        "name": "two",
        "timezone": "Europe/Paris",
        "horizon": {"start": "2026-03-02", "days": 3, "interval": "60 min", "hours": "00:00-24:00"},
        "queues": {"a": queue, "b": queue},
        "desks": {"desk": {"serves": {"a": {}, "b": {}}}},
    }
    return compile_network(Scenario.from_dict(data))


def varied(network: Network, day: float = 0.0, interval: float = 0.0, shared: float = 1.0) -> Network:
    rules: dict[str, Any] = {"busyness_cv": np.full(2, day), "interval_cv": np.full(2, interval)}
    return replace(network, busyness_shared=shared, **rules)


def gamma(u: float, cv: float) -> float:
    """The quantile by scipy.stats, which is not what the draws call."""
    return float(stats.gamma.ppf(u, 1 / cv**2, scale=cv**2))


def test_without_variability_the_volume_is_as_expected(network: Network) -> None:
    assert volume_of_replication(network, 3, 1, 0).tolist() == network.volume[:, 0].tolist()


@pytest.mark.parametrize("shared", [0.0, 0.6, 1.0])
def test_a_days_factor_by_hand(network: Network, shared: float) -> None:
    volume = volume_of_replication(varied(network, day=0.24, shared=shared), 3, 7, 1)
    for day in range(3):
        of_all = stats.norm.ppf(philox.uniform(3, 7, "day\0", day, 0, Purpose.SHARED))
        own = stats.norm.ppf(philox.uniform(3, 7, "queue\0b", day, 0, Purpose.BUSYNESS))
        factor = gamma(stats.norm.cdf(shared**0.5 * of_all + (1 - shared) ** 0.5 * own), 0.24)
        np.testing.assert_allclose(volume[24 * day : 24 * day + 24], 4 * factor, rtol=1e-9)


def test_an_intervals_factor_by_hand(network: Network) -> None:
    volume = volume_of_replication(varied(network, interval=0.3), 3, 7, 0)
    factor = [gamma(philox.uniform(3, 7, "queue\0a", i, 0, Purpose.BURST), 0.3) for i in range(72)]
    np.testing.assert_allclose(volume, np.multiply(4, factor), rtol=1e-9)


def test_both_factors_multiply(network: Network) -> None:
    both, day, interval = (
        volume_of_replication(varied(network, **cv), 3, 7, 0)
        for cv in ({"day": 0.24, "interval": 0.3}, {"day": 0.24}, {"interval": 0.3})
    )
    np.testing.assert_allclose(both * 4, day * interval, rtol=1e-12)


def test_a_day_of_23_hours_has_its_own_factor(network: Network) -> None:
    short = replace(network, day_start_s=np.array([0.0, 23.0, 47.0, 71.0]) * 3600, volume=network.volume[:71])
    volume = volume_of_replication(varied(short, day=0.5), 3, 7, 0)
    changes = np.flatnonzero(np.diff(volume)) + 1
    assert changes.tolist() == [23, 47]


def test_customers_are_the_same_on_a_busy_day_and_only_come_faster(network: Network) -> None:
    """Customer k has his unit exponential: he comes when the busy day's expectation reaches the same sum."""
    busy = varied(network, day=0.5)
    volume = volume_of_replication(busy, 3, 7, 0)
    first, plain = Draws(busy, 3, 7).first(0), Draws(network, 3, 7).first(0)
    n = min(len(first), len(plain))
    assert n > 100
    np.testing.assert_array_equal(first.base_handle_s[:n], plain.base_handle_s[:n])
    hours = np.arange(73) * 3600.0
    reached = np.interp(first.arrival_s[:n], hours, np.cumsum([0.0, *volume]))
    expected = np.interp(plain.arrival_s[:n], hours, np.cumsum([0.0, *network.volume[:, 0]]))
    np.testing.assert_allclose(reached, expected, atol=1e-7)


@pytest.mark.parametrize("cv", [0.001, 0.05, 0.24, 1.0, 2.0, 5.0])
def test_a_factor_has_mean_one_and_its_coefficient_of_variation(cv: float) -> None:
    """Both moments of the quantiles of all u, by the trapezoid rule over z with u = Phi(z), |z| < 8.2."""
    z = np.linspace(-8.2, 8.2, 100_001)
    u = np.clip(special.ndtr(z), 2.0**-53, 1 - 2.0**-53)
    weight = stats.norm.pdf(z) * (z[1] - z[0])
    factor = gamma_factor(u, cv)
    mean = float(factor @ weight)
    assert mean == pytest.approx(1, rel=1e-6)
    assert float((factor - mean) ** 2 @ weight) ** 0.5 == pytest.approx(cv, rel=1e-4)
    assert np.all(np.diff(factor) >= 0)


def test_no_coefficient_of_variation_is_no_factor() -> None:
    u = np.array([2.0**-53, 0.3, 1 - 2.0**-53])
    assert gamma_factor(u, 0.0).tolist() == [1, 1, 1]
    assert gamma_factor(u, 1e-200).tolist() == [1, 1, 1]
    np.testing.assert_allclose(gamma_factor(u, 1e-6), 1, atol=1e-5)


def test_no_day_is_infinitely_busy() -> None:
    most = gamma_factor(np.array([1 - 2.0**-53, 1.0]), 5.0)
    assert most[0] == most[1] == pytest.approx(gamma(1 - 2.0**-53, 5.0), rel=1e-9)


def counts(network: Network, replications: int) -> np.ndarray:
    """Arrivals of queue a per replication and interval of its first day."""
    edges = np.arange(25) * 3600.0
    return np.array([np.histogram(Draws(network, 11, r).first(0).arrival_s, edges)[0] for r in range(replications)])


def check_moments(sample: np.ndarray, mean: float, variance: float) -> None:
    """Mean and variance of a sample, each within 4 standard errors, the latter's from the fourth moment."""
    n = len(sample)
    assert abs(sample.mean() - mean) < 4 * (variance / n) ** 0.5
    spread = (sample - mean) ** 2
    assert abs(spread.mean() - variance) < 4 * spread.std() / n**0.5


@pytest.mark.parametrize(("day", "interval"), [(0.24, 0.0), (0.0, 0.5), (0.3, 0.4)])
def test_counts_have_the_moments_of_the_poisson_gamma_law(network: Network, day: float, interval: float) -> None:
    """4,000 replications of a day of 24 x 4 contacts.

    An interval with mean v has variance v + v^2 ((1 + d^2)(1 + i^2) - 1). In a day's sum V only the day's factor is
    common: V + V^2 d^2 + (1 + d^2) i^2 sum v^2.
    """
    found = counts(varied(network, day, interval), 4000)
    d, i, v, whole = day**2, interval**2, 4.0, 96.0
    check_moments(found[:, 0].astype(float), v, v + v * v * ((1 + d) * (1 + i) - 1))
    check_moments(found.sum(axis=1).astype(float), whole, whole + whole**2 * d + (1 + d) * i * 24 * v * v)
    two = (found[:, 3] - v) * (found[:, 20] - v)  # what two intervals have in common is the day
    assert abs(two.mean() - v * v * d) < 4 * two.std() / 4000**0.5


@pytest.mark.parametrize("shared", [0.0, 0.7, 1.0])
def test_how_much_of_a_day_queues_share(network: Network, shared: float) -> None:
    """The normal scores of two queues' 3 x 2,000 days correlate by the share; and days follow one another without."""
    one = varied(network, day=0.24, shared=shared)
    factors = np.array([[volume_of_replication(one, 5, r, q)[::24] / 4 for q in (0, 1)] for r in range(2000)])
    scores = stats.norm.ppf(stats.gamma.cdf(factors, 1 / 0.24**2, scale=0.24**2))
    n = 6000
    z = scores.transpose(1, 0, 2).reshape(2, n)
    seen = float(np.corrcoef(z)[0, 1])
    assert abs(seen - shared) <= 4 * (1 - shared**2) / n**0.5 + 1e-9
    assert stats.kstest(z[0], "norm").pvalue > 1e-4
    following = np.corrcoef(scores[:, 0, 0], scores[:, 0, 1])[0, 1]
    assert abs(following) < 4 / 2000**0.5


def test_what_is_replayed_does_not_vary(network: Network) -> None:
    rules = {
        "replayed": np.array([True, False]), "replay_first": np.array([0, 2, 2]), "replay_s": np.array([60.0, 90.0]),
        "replay_handle_s": np.full(2, np.nan),
    }  # fmt: skip
    replayed = replace(varied(network, 0.5, 0.5), **rules)
    assert [Draws(replayed, 1, r).first(0).arrival_s.tolist() for r in range(3)] == [[60.0, 90.0]] * 3

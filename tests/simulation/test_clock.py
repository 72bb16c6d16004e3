"""The working clock: exact, against counting the seconds one by one."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simcenter.measures.clock import working_clock
from simcenter.scenario import Scenario
from simcenter.simulation.clock import Clock
from simcenter.simulation.compile import compile_network
from simcenter.simulation.network import Network, Periods

HOUR = 3600.0
STEP = 2.0**-20


@pytest.fixture(scope="module")
def network() -> Network:
    """Two days, open from 8 to 12 and from 14 to 16."""
    queue = {"channel": "email", "handle_time": "5 min", "volume": {"per_day": 9}}
    data = {
        "schema": 1,
        "name": "hours",
        "timezone": "Europe/Paris",
        "horizon": {"start": "2026-03-02", "days": 2, "interval": "60 min", "hours": "08:00-12:00, 14:00-16:00"},
        "queues": {"calls": queue},
        "desks": {"desk": {"serves": {"calls": {}}}},
    }
    return compile_network(Scenario.from_dict(data))


class Periodic:
    """A network as far as a clock reads one."""

    def __init__(self, periods: list[tuple[float, float]]) -> None:
        starts, ends = [start for start, _ in periods], [end for _, end in periods]
        self.queue_open = Periods(np.array([0, len(periods)]), np.array(starts, float), np.array(ends, float))


def clock(*periods: tuple[float, float]) -> Clock:
    return Clock(Periodic(list(periods)))  # type: ignore[arg-type]


def test_open_seconds_until_a_moment(network: Network) -> None:
    times = Clock(network)
    moments = [0, 8 * HOUR, 9.5 * HOUR, 12 * HOUR, 13 * HOUR, 15 * HOUR, 20 * HOUR, 33 * HOUR, 90 * HOUR]
    assert [times.worked(0, m) / HOUR for m in moments] == [0, 0, 1.5, 4, 4, 5, 6, 7, 12]


def test_the_moment_by_which_open_seconds_have_passed(network: Network) -> None:
    times = Clock(network)
    cases = [
        (0, 1, 9),
        (9, 3, 12),  # at closing, not at the next opening
        (9, 4, 15),
        (12.5, 2, 16),
        (15, 2, 33),
        (33, 5, 40),
        (33, 5.5, inf),
        (50, 0.25, inf),
    ]
    assert [times.after(0, m * HOUR, s * HOUR) / HOUR for m, s, _ in cases] == [due for _, _, due in cases]


def test_no_time_is_over_at_once_also_when_closed(network: Network) -> None:
    assert Clock(network).after(0, 13 * HOUR, 0.0) == 13 * HOUR
    assert clock().after(0, 5.0, 0.0) == 5.0


def test_a_queue_that_never_opens_has_no_time() -> None:
    never = clock()
    assert never.worked(0, 1e6) == 0.0
    assert never.after(0, 0.0, STEP) == inf


whole = st.integers(0, 40)


@given(edges=st.lists(whole, max_size=8, unique=True), moment=whole, seconds=st.integers(1, 30))
def test_it_counts_as_one_does_by_hand(edges: list[int], moment: int, seconds: int) -> None:
    """In whole seconds: second k, from k to k + 1, is open or not."""
    edges = sorted(edges)[: len(edges) // 2 * 2]
    periods = list(zip(edges[::2], edges[1::2], strict=True))
    is_open = [any(start <= k < end for start, end in periods) for k in range(100)]
    times = clock(*((float(a), float(b)) for a, b in periods))
    assert times.worked(0, float(moment)) == sum(is_open[:moment])
    passed, due = 0, inf
    for k in range(moment, 100):
        passed += is_open[k]
        if passed == seconds:
            due = k + 1.0
            break
    assert times.after(0, float(moment), float(seconds)) == due


steps = st.integers(0, int(200 * HOUR / STEP)).map(lambda n: n * STEP)


@given(moment_s=steps, seconds=st.integers(1, int(13 * HOUR / STEP)).map(lambda n: n * STEP))
def test_to_the_last_step_of_the_grid(network: Network, moment_s: float, seconds: float) -> None:
    """At the moment found exactly so many open seconds have passed, and a step before not yet."""
    times = Clock(network)
    due = times.after(0, moment_s, seconds)
    if due == inf:
        assert times.worked(0, network.end_s) - times.worked(0, moment_s) < seconds
    else:
        assert times.worked(0, due) - times.worked(0, moment_s) == seconds
        assert times.worked(0, due - STEP) - times.worked(0, moment_s) == seconds - STEP


@given(moment_s=steps, seconds=steps)
def test_it_agrees_with_the_clock_of_the_measures(network: Network, moment_s: float, seconds: float) -> None:
    times, measured = Clock(network), working_clock(network, 0)
    at = np.array([moment_s])
    assert times.worked(0, moment_s) == measured.worked(at)[0]
    assert times.after(0, moment_s, seconds) == measured.after(at, seconds)[0]


def test_each_queue_has_its_own_hours() -> None:
    both = Periodic([])
    both.queue_open = Periods(np.array([0, 1, 3]), np.array([0.0, 0.0, 50.0]), np.array([100.0, 10.0, 60.0]))
    times = Clock(both)  # type: ignore[arg-type]
    assert (times.worked(0, 55.0), times.worked(1, 55.0)) == (55.0, 15.0)
    assert (times.after(0, 5.0, 20.0), times.after(1, 5.0, 20.0), times.after(1, 5.0, 15.0)) == (25.0, inf, 60.0)

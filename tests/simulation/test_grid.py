"""The grid: rounding goes to the nearest step or up, and sums on it are exact."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simcenter.simulation.grid import array_to_grid, ceil_to_grid, to_grid


@given(x=st.floats(0, 2.0**33))
def test_the_grid_is_the_nearest_whole_number_of_steps(x: float) -> None:
    steps = to_grid(x) * 2**20
    assert steps == int(steps)
    assert abs(Fraction(steps) - Fraction(x) * 2**20) <= Fraction(1, 2)
    assert array_to_grid(np.array([x]))[0] == to_grid(x)


@given(x=st.floats(0, 2.0**33))
def test_rounding_up_goes_to_the_next_step(x: float) -> None:
    steps = ceil_to_grid(x) * 2**20
    assert steps == int(steps)
    assert 0 <= Fraction(steps) - Fraction(x) * 2**20 < 1


def test_halves_round_to_even() -> None:
    halves = np.array([0.5, 1.5, 2.5]) / 2**20
    assert (array_to_grid(halves) * 2**20).tolist() == [0, 2, 2]
    assert [to_grid(half) * 2**20 for half in halves.tolist()] == [0, 2, 2]


def test_sums_and_differences_of_grid_times_are_exact() -> None:
    times = array_to_grid(np.random.default_rng(0).uniform(0, 3.2e7, 1000))
    steps = [int(t * 2**20) for t in times.tolist()]
    assert float(np.sum(times)) * 2**20 == sum(steps)
    assert (times[::-1] - times).tolist() == [(a - b) / 2**20 for a, b in zip(steps[::-1], steps, strict=True)]

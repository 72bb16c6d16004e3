"""Confidence intervals of ratios of sums: the moments against plain loops, and their coverage."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcenter.experiment.confidence import around, student
from simcenter.experiment.moments import MeanMoments, RatioMoments

pairs = st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 1000)), min_size=2, max_size=30)


def moments_of(samples):
    moments = RatioMoments((1,))
    for x, y in samples:
        moments.add(np.array([float(x)]), np.array([float(y)]))
    return moments


@given(pairs)
def test_delta_error_is_the_textbook_sum(samples):
    n = len(samples)
    ratio = sum(x for x, _ in samples) / sum(y for _, y in samples)
    spread = math.fsum((x - ratio * y) ** 2 for x, y in samples) / (n - 1)
    error = math.sqrt(spread / n) / (sum(y for _, y in samples) / n)
    moments = moments_of(samples)
    assert moments.ratio()[0] == ratio
    assert moments.standard_error()[0] == pytest.approx(error, rel=1e-6, abs=1e-7)


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=20), st.integers(1, 100))
def test_numbers_that_go_together_have_no_error(values, factor):
    """Paid hours with fixed staffing: rounding must not look like chance."""
    assert moments_of([(factor * value, value) for value in values]).standard_error()[0] == 0


def test_unknown_is_nan_not_a_number_and_not_a_warning():
    one = moments_of([(3, 4)])
    assert one.ratio()[0] == 0.75
    assert math.isnan(one.standard_error()[0])
    nothing = moments_of([(0, 0), (0, 0)])
    assert math.isnan(nothing.ratio()[0])
    assert math.isnan(nothing.standard_error()[0])


@settings(max_examples=20)
@given(pairs)
def test_one_part_is_that_part_of_all(samples):
    moments = RatioMoments((2, 1))
    for x, y in samples:
        moments.add(np.array([[x], [y]], dtype=float), np.array([[y], [y]], dtype=float))
    for part in (0, 1):
        assert np.array_equal(moments.ratio(part), moments.ratio()[part])
        assert np.array_equal(moments.standard_error(part), moments.standard_error()[part])


def test_intervals_cover_the_truth_as_often_as_they_say():
    """2,000 experiments of 30 replications: 95 % intervals of a share hold the true one 95 times in 100.

    Tolerance: 4 standard errors of a share of 2,000.
    """
    rng = np.random.default_rng(5)
    offered = rng.poisson(60, (30, 2000)).astype(float)
    busy = rng.beta(8, 2, (30, 2000))  # days differ: answered in time is far from binomial
    moments = RatioMoments((2000,))
    for calls, share in zip(offered, busy, strict=True):
        moments.add(rng.binomial(calls.astype(int), share).astype(float), calls)
    interval = around(moments.ratio(), moments.standard_error(), 30, 0.95, 1.0)
    covered = np.mean((interval.low <= 0.8) & (interval.high >= 0.8))
    assert abs(covered - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 2000)


def test_student_quantiles():
    """Table values: two sides 95 %, 9 degrees of freedom 2.262; one side 1.833."""
    assert student(0.95, 10) == pytest.approx(2.262157, abs=1e-6)
    assert student(0.95, 10, sides=1) == pytest.approx(1.833113, abs=1e-6)
    assert math.isnan(student(0.95, 1))


def test_intervals_stay_inside_what_is_possible():
    near = around(np.array([0.99, 0.01]), np.array([0.05, 0.05]), 10, 0.95, 1.0)
    assert near.high[0] == 1.0
    assert near.low[1] == 0.0


@given(st.lists(st.lists(st.floats(-1e9, 1e9), min_size=6, max_size=6), min_size=1, max_size=8))
def test_the_compiled_moments_are_those_of_welford_to_the_last_bit(samples):
    means, ratios = MeanMoments((3,)), RatioMoments((3,))
    sums, squares = np.zeros(6), {name: np.zeros(3) for name in ("nn", "nd", "dd")}
    for seen, sample in enumerate(np.array(samples)):
        ratios.add(sample[:3], sample[3:])
        means.add(sample[:3])
        if seen:
            off = sample - sums / seen
            weighted = seen / (seen + 1) * off[:3]
            squares["nn"] += weighted * off[:3]
            squares["nd"] += weighted * off[3:]
            squares["dd"] += off[3:] * off[3:] * (seen / (seen + 1))
        sums += sample
    np.testing.assert_array_equal(np.concatenate([ratios.numerator, ratios.denominator]), sums)
    np.testing.assert_array_equal(ratios._all[2:], np.array(list(squares.values())))
    np.testing.assert_array_equal(means.numerator, sums[:3])
    np.testing.assert_allclose(means._all[1], squares["nn"], rtol=1e-12)
    assert means.replications == ratios.replications == len(samples)

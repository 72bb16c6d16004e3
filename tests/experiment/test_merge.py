"""Moments of lots of replications merged into one: against exact fractions, and whatever the lots are."""

import itertools
import pickle
from fractions import Fraction

import numpy as np
import pytest
from experiment.logged import logged
from hypothesis import given, settings
from hypothesis import strategies as st

from simcenter.experiment import TargetCells, TargetSums
from simcenter.experiment.accumulate import Accumulate, Accumulator
from simcenter.experiment.moments import MeanMoments, PercentileMoments, RatioMoments
from simcenter.measures import Meter, compile_promises
from simcenter.measures.targets import criteria
from simcenter.simulation.compile import compile_network

ROUNDING = 2.0**-53
EACH = 4
"""Roundings for each number: its distance from the mean, the product, the weight and the sum."""

numbers = st.integers(-(10**9), 10**9).map(lambda whole: whole / 1024)
samples = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=40)


@st.composite
def cut(draw, length):
    """A list of that length cut into lots: where each begins and ends; some may be empty."""
    inner = draw(st.lists(st.integers(0, length), max_size=8))
    return list(itertools.pairwise([0, *sorted(inner), length]))


def error(count, size_x, size_y, spread_x, spread_y):
    """Bound on the error of centred sums of products (Chan, Golub and LeVeque 1983, table 1: n u kappa, relative).

    For squares kappa is size / spread, the norms of the numbers and of their distances from the mean; then it says
    n u size x spread. The term of second order is what is left where the spread is 0.
    """
    share = EACH * count * ROUNDING
    return share * (size_x * spread_y + size_y * spread_x) + share**2 * size_x * size_y


def exact(xs, ys):
    """Centred sum of products, as a fraction."""
    xs, ys = [Fraction(x) for x in xs], [Fraction(y) for y in ys]
    return sum(x * y for x, y in zip(xs, ys, strict=True)) - sum(xs) * sum(ys) / len(xs)


def norm(xs):
    return float(np.sqrt(np.sum(np.square(xs))))


@given(st.data(), samples)
def test_merged_moments_are_those_of_all_numbers(data, samples):
    total, means = RatioMoments((1,)), MeanMoments((1,))
    for begin, end in data.draw(cut(len(samples))):
        lot, mean = RatioMoments((1,)), MeanMoments((1,))
        for x, y in samples[begin:end]:
            lot.add(np.array([x]), np.array([y]))
            mean.add(np.array([x]))
        total.merge(pickle.loads(pickle.dumps(lot)))
        means.merge(pickle.loads(pickle.dumps(mean)))
    xs, ys = zip(*samples, strict=True)
    assert total.replications == means.replications == len(samples)
    assert [total.numerator[0], total.denominator[0]] == [sum(xs), sum(ys)]  # on the grid: exact
    assert means.numerator[0] == sum(xs)
    size = norm(xs), norm(ys)
    spread = [float(exact(one, one)) ** 0.5 for one in (xs, ys)]
    for place, (one, other) in zip((2, 3, 4), ((0, 0), (0, 1), (1, 1)), strict=True):
        off = abs(Fraction(total._all[place, 0]) - exact((xs, ys)[one], (xs, ys)[other]))
        assert off <= error(len(xs), size[one], size[other], spread[one], spread[other])
    assert abs(Fraction(means._all[1, 0]) - exact(xs, xs)) <= error(len(xs), size[0], size[0], spread[0], spread[0])


@given(st.data(), st.lists(st.none() | numbers, min_size=1, max_size=40))
def test_merged_percentiles_leave_out_replications_without_any(data, values):
    total = PercentileMoments((1,))
    for begin, end in data.draw(cut(len(values))):
        lot = PercentileMoments((1,))
        if end > begin:
            lot.add(np.array([[np.nan if x is None else x] for x in values[begin:end]]))
        total.merge(lot)
    xs = [x for x in values if x is not None]
    assert total.seen[0] == len(xs)
    assert total.total[0] == sum(xs)
    if xs:
        spread = float(exact(xs, xs)) ** 0.5
        off = abs(Fraction(total._centred[0]) - exact(xs, xs))
        assert off <= error(len(xs), norm(xs), norm(xs), spread, spread)


def test_moments_of_other_shapes_are_refused():
    for kind in (MeanMoments, RatioMoments):
        other = kind((3,))
        other.add(*([np.ones(3)] * (1 if kind is MeanMoments else 2)))
        with pytest.raises(ValueError, match="moments are of values of one shape"):
            kind((2,)).merge(other)
    with pytest.raises(ValueError, match="moments are of values of one shape"):
        PercentileMoments((2,)).merge(PercentileMoments((3,)))


@pytest.fixture(scope="module")
def meter(centre):
    return Meter(compile_network(centre), compile_promises(centre))


@pytest.fixture(scope="module")
def tallies(centre):
    return [tally for tally, _ in logged(centre, 5, 40)]


def added_up(reduction, meter, tallies, cuts):
    """What lots of replications come to, each made elsewhere and sent here."""
    total = reduction.start(meter, range(0))
    for begin, end in cuts:
        lot = reduction.start(meter, range(begin, end))
        for tally in tallies[begin:end]:
            lot.add(tally)
        total.merge(pickle.loads(pickle.dumps(lot)))
    return total


def moments_in(sums: Accumulator):
    """All moments of an accumulator as (numbers, moments, cells), means apart from ratios."""
    sums.settle()
    yield from ((one.replications, one._all.reshape(2, -1)) for one in (*sums.means.values(), sums.handed_on))
    yield from ((one.replications, one._all.reshape(5, -1)) for one in sums.ratios.values())


@settings(max_examples=25)
@given(data=st.data())
def test_an_accumulator_of_any_lots_says_the_same_within_rounding(data, meter, tallies):
    alone = Accumulator(meter)
    for tally in tallies:
        alone.add(tally)
    cuts = data.draw(cut(len(tallies)))
    merged = added_up(Accumulate(), meter, tallies, cuts)
    assert merged.replications == len(tallies)
    for (count, mine), (others, his) in zip(moments_in(merged), moments_in(alone), strict=True):
        assert count == others == len(tallies)
        half = len(mine) // 2  # sums of numerators and denominators, or of the one there is
        sums, squares = his[:half], his[-1:] if half == 1 else his[[2, 4]]
        spread = np.sqrt(squares)
        size = np.sqrt(squares + sums**2 / count)
        # sums of seconds and counts are exact, but some terms have a factor, such as hours in a second
        assert (np.abs(mine[:half] - sums) <= 2 * count * ROUNDING * np.abs(sums)).all()
        pairs = ((1, 0, 0),) if half == 1 else ((2, 0, 0), (3, 0, 1), (4, 1, 1))
        for place, one, other in pairs:
            off = np.abs(mine[place] - his[place])
            assert (off <= 2 * error(count, size[one], size[other], spread[one], spread[other])).all()
    for span in ("day", "horizon"):
        np.testing.assert_array_equal(merged.percentiles[span].seen, alone.percentiles[span].seen)
        np.testing.assert_array_equal(merged.percentiles[span].total, alone.percentiles[span].total)
    np.testing.assert_array_equal(merged.max_wait_s, alone.max_wait_s)
    np.testing.assert_array_equal(merged.waits.key, alone.waits.key)
    np.testing.assert_array_equal(merged.waits.count, alone.waits.count)


@settings(max_examples=10)
@given(data=st.data())
def test_the_same_lots_give_the_same_bits(data, meter, tallies):
    cuts = data.draw(cut(len(tallies)))
    one, other = (added_up(Accumulate(), meter, tallies, cuts) for _ in range(2))
    for (_, mine), (_, his) in zip(moments_in(one), moments_in(other), strict=True):
        assert mine.tobytes() == his.tobytes()


@settings(max_examples=10)
@given(data=st.data())
def test_sums_of_targets_of_any_lots_are_those_of_all(data, centre, meter, tallies):
    """Every replication's own sums, if they are kept, in order."""
    cells = TargetCells.of(criteria(centre), meter)
    alone, merged = (TargetSums(cells, keep=True) for _ in range(2))
    for tally in tallies:
        alone.add(tally)
    for begin, end in data.draw(cut(len(tallies))):
        lot = TargetSums(cells, keep=True)
        for tally in tallies[begin:end]:
            lot.add(tally)
        merged.merge(pickle.loads(pickle.dumps(lot)))
    one, other = merged.table(), alone.table()
    for name in ("numerator", "denominator", "traffic", "undecided"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_allclose(one.se, other.se, rtol=1e-9)
    for mine, his in zip(one.by_replication, other.by_replication, strict=True):
        np.testing.assert_array_equal(mine, his)
    assert one.replications == len(tallies)

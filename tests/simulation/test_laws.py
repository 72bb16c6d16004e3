"""Laws: each quantile against its distribution function in 50 digits; moments by integration; absurd parameters."""

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from simcenter._draws import LONGEST_S, LegSource, quantiles
from simcenter.scenario.laws import Law
from simcenter.simulation import laws
from simcenter.simulation.laws import LawCode, encode, pack
from simcenter.simulation.network import Laws

mp = mpmath.mp.clone()
mp.dps = 50
TINY = 2.0**-53
UNIFORMS = [TINY, 1e-12, 1e-6, 0.001, 0.1, 0.25, 0.499999, 0.5, 0.500001, 0.632, 0.75, 0.9, 0.999, 1 - 1e-9, 1 - TINY]
"""Among them the least and the largest that the draws can give."""

Cdf = Callable[[mpmath.mpf], mpmath.mpf]


def law(name: str, mean_s: float, cv: float, **own: object) -> Law:
    return Law(law=name, mean_s=mean_s, cv=cv, **own)


def quantile(one: Law, u: object) -> np.ndarray:
    packed = pack([one])
    return quantiles(
        (packed.code, packed.p, packed.table, packed.table_start), np.atleast_1d(np.asarray(u, dtype=float))
    )


def exponential(mean_s: float) -> tuple[Law, Cdf]:
    return law("exponential", mean_s, 1.0), lambda x: -mp.expm1(-x / mean_s)


def lognormal(mean_s: float, cv: float) -> tuple[Law, Cdf]:
    variance = mp.log(1 + mp.mpf(cv) ** 2)
    mu = mp.log(mean_s) - variance / 2
    return law("lognormal", mean_s, cv), lambda x: mp.ncdf((mp.log(x) - mu) / mp.sqrt(variance))


def gamma(mean_s: float, cv: float) -> tuple[Law, Cdf]:
    shape = 1 / mp.mpf(cv) ** 2
    return law("gamma", mean_s, cv), lambda x: mp.gammainc(shape, 0, x * shape / mean_s, regularized=True)


def erlang(mean_s: float, stages: int) -> tuple[Law, Cdf]:
    one = law("erlang", mean_s, stages**-0.5, stages=stages)
    return one, lambda x: mp.gammainc(stages, 0, x * stages / mean_s, regularized=True)


def weibull(mean_s: float, shape: float) -> tuple[Law, Cdf]:
    first, second = mp.gamma(1 + 1 / mp.mpf(shape)), mp.gamma(1 + 2 / mp.mpf(shape))
    one = law("weibull", mean_s, float(mp.sqrt(second / first**2 - 1)), shape=shape)
    return one, lambda x: -mp.expm1(-((x * first / mean_s) ** shape))


def uniform(low: float, high: float) -> tuple[Law, Cdf]:
    mean_s = (low + high) / 2
    one = law("uniform", mean_s, (high - low) / 12**0.5 / mean_s, low_s=low, high_s=high)
    return one, lambda x: (x - low) / (high - low)


def triangular(low: float, mode: float, high: float) -> tuple[Law, Cdf]:
    def cdf(x: mpmath.mpf) -> mpmath.mpf:
        if x < mode or mode == high:
            return (x - low) ** 2 / ((high - low) * (mode - low))
        return 1 - (high - x) ** 2 / ((high - low) * (high - mode))

    mean_s = (low + mode + high) / 3
    variance = (low**2 + mode**2 + high**2 - low * mode - low * high - mode * high) / 18
    return law("triangular", mean_s, variance**0.5 / mean_s, low_s=low, mode_s=mode, high_s=high), cdf


def hyperexponential(means: list[float], shares: list[float]) -> tuple[Law, Cdf]:
    mean_s = sum(m * s for m, s in zip(means, shares, strict=True))
    second = sum(2 * m * m * s for m, s in zip(means, shares, strict=True))
    one = law("hyperexponential", mean_s, (second / mean_s**2 - 1) ** 0.5, means_s=tuple(means), shares=tuple(shares))
    weights = [mp.mpf(s) / mp.fsum(shares) for s in shares]
    return one, lambda x: -mp.fsum(w * mp.expm1(-x / m) for m, w in zip(means, weights, strict=True))


CONTINUOUS = {
    "exponential": exponential(180.0),
    "lognormal": lognormal(180.0, 1.32),
    "lognormal, narrow": lognormal(240.0, 0.01),
    "lognormal, wide": lognormal(240.0, 20.0),
    "gamma": gamma(180.0, 1.2),
    "gamma, narrow": gamma(180.0, 0.05),
    "gamma, wide": gamma(180.0, 4.0),
    "erlang": erlang(300.0, 3),
    "erlang, one stage": erlang(300.0, 1),
    "weibull": weibull(200.0, 0.7),
    "weibull, steep": weibull(200.0, 5.0),
    "weibull, heavy": weibull(200.0, 0.2),
    "uniform": uniform(30.0, 90.0),
    "triangular": triangular(10.0, 20.0, 70.0),
    "triangular, mode low": triangular(10.0, 10.0, 70.0),
    "triangular, mode high": triangular(10.0, 70.0, 70.0),
    "hyperexponential": hyperexponential([60.0, 600.0], [0.8, 0.2]),
    "hyperexponential, far apart": hyperexponential([1.0, 1e5, 30.0], [0.9, 1e-4, 0.0999]),
    "hyperexponential, one mean": hyperexponential([60.0, 60.0], [0.3, 0.7]),
}


@pytest.mark.parametrize("name", CONTINUOUS)
def test_quantiles_invert_the_distribution(name: str) -> None:
    """The distribution function in 50 digits turns each quantile back into u.

    The error of x, as one Newton step finds it, is at most 1e-13 x. In theory: rounding of 2^-53 in the argument of
    an exponential as large as 50, twice, and special functions good to a few 1e-15.
    """
    one, cdf = CONTINUOUS[name]
    for u, x in zip(UNIFORMS, quantile(one, UNIFORMS).tolist(), strict=True):
        density = mp.diff(cdf, x, h=mp.mpf(x) * mp.mpf(10) ** -25)
        assert abs((cdf(mp.mpf(x)) - mp.mpf(u)) / density) <= 1e-13 * x, u


HEAVY = {"lognormal, wide", "weibull, heavy", "hyperexponential, far apart"}
"""Their moments lie in part beyond the largest u, so that no sample has them."""


@pytest.mark.parametrize("name", [name for name in CONTINUOUS if name not in HEAVY])
def test_mean_and_cv_are_those_of_the_scenario(name: str) -> None:
    """Both moments of the quantiles of all u, by the trapezoid rule over z with u = Phi(z), |z| < 8.1."""
    one, _ = CONTINUOUS[name]
    z = np.linspace(-8.1, 8.1, 20_001)
    x = quantile(one, np.clip(special.ndtr(z), TINY, 1 - TINY))
    weight = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    mean_s = float(x @ weight)
    cv = float((x - mean_s) ** 2 @ weight) ** 0.5 / mean_s
    assert (mean_s, cv) == pytest.approx((one.mean_s, one.cv), rel=1e-5)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_a_larger_u_never_gives_a_shorter_duration(name: str) -> None:
    """On the grid of time: over u in steps of 1 / 5000, close to both ends and around 1 / 2."""
    one, _ = CONTINUOUS[name]
    ends = np.logspace(-15.9, -4, 500)
    u = np.unique(
        np.concatenate([np.linspace(0.0002, 0.9998, 5000), ends, 1 - ends, 0.5 + np.linspace(-1e-9, 1e-9, 99)])
    )
    durations = np.rint(quantile(one, u) * 2.0**20)
    assert np.all(np.diff(durations) >= 0)
    assert durations[0] >= 0


def test_deterministic_is_its_mean() -> None:
    assert quantile(law("deterministic", 90.0, 0.0), UNIFORMS).tolist() == [90.0] * len(UNIFORMS)


@pytest.mark.parametrize("name", ["lognormal", "gamma"])
def test_a_law_without_spread_is_deterministic(name: str) -> None:
    assert encode(law(name, 90.0, 0.0)).code == LawCode.DETERMINISTIC


def test_no_law_never_ends() -> None:
    packed = pack([None])
    assert np.isinf(quantiles((packed.code, packed.p, packed.table, packed.table_start), np.array([TINY]))).all()


def test_empirical_steps_through_its_values() -> None:
    one = law("empirical", 40.0, 0.8, values_s=(80.0, 10.0, 30.0, 40.0))
    assert quantile(one, [TINY, 0.24999, 0.25, 0.5, 0.75, 1 - TINY]).tolist() == [10, 10, 30, 40, 80, 80]


@given(values=st.lists(st.floats(0, 1e6), min_size=1, max_size=40), u=st.integers(0, 2**52 - 1))
def test_empirical_takes_value_number_floor_u_n(values: list[float], u: int) -> None:
    one = law("empirical", 1.0, 1.0, values_s=tuple(values))
    at = (2 * u + 1) * len(values) // 2**53
    assert quantile(one, (u + 0.5) * 2.0**-52)[0] == sorted(values)[min(at, len(values) - 1)]


magnitude = st.one_of(st.just(0.0), st.floats(1e-300, 1e300), st.floats(1e-3, 1e3))


@given(
    code=st.sampled_from(LawCode),
    p=st.tuples(magnitude, magnitude, magnitude),
    table=st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=3),
    customer=st.integers(0, 2**64 - 1),
)
def test_absurd_parameters_give_durations_all_the_same(
    code: LawCode, p: tuple[float, float, float], table: list[float], customer: int
) -> None:
    """Never NaN, never negative, on the grid, and at most LONGEST_S; patience beyond that is infinite."""
    numbers = table + [1 / len(table)] * len(table) if code == LawCode.HYPEREXPONENTIAL else sorted(table)
    absurd = (np.array([code], np.int64), np.array([p]), np.array(numbers), np.array([0, len(numbers)], np.int64))
    two = (np.zeros(2, np.int64), np.zeros((2, 3)), np.zeros(0), np.zeros(3, np.int64))
    classes = (np.arange(2), np.ones(1), np.zeros((1, 1), np.int64))
    source = LegSource(0, 0, np.zeros(1, np.uint64), absurd, absurd, two, classes)
    patience_s, handle_s, *_ = source.leg(0, customer, 0, 0, 0)
    if code == LawCode.NEVER:
        assert handle_s == np.inf
    else:
        assert 0 <= handle_s <= LONGEST_S
        assert handle_s * 2.0**20 == int(handle_s * 2.0**20)
    assert 0 <= patience_s < LONGEST_S or patience_s == np.inf


def test_quantiles_of_many_laws_are_those_of_each() -> None:
    mixed = [law("empirical", 2.0, 0.5, values_s=(3.0, 1.0)), law("exponential", 60.0, 1.0), CONTINUOUS["gamma"][0]]
    u = np.array([[0.1, 0.9], [0.2, 0.5], [0.3, 0.7]])
    np.testing.assert_array_equal(
        laws.quantiles(pack(mixed), u), [quantile(m, row) for m, row in zip(mixed, u, strict=True)]
    )


def test_pack_puts_tables_one_behind_the_other() -> None:
    mixed = law("hyperexponential", 168.0, 1.8, means_s=(60.0, 600.0), shares=(0.8, 0.2))
    packed = pack([law("empirical", 2.0, 0.5, values_s=(3.0, 1.0)), None, mixed])
    assert isinstance(packed, Laws)
    assert packed.code.tolist() == [LawCode.EMPIRICAL, LawCode.NEVER, LawCode.HYPEREXPONENTIAL]
    assert packed.table.tolist() == [1.0, 3.0, 60.0, 600.0, 0.8, 0.2]
    assert packed.table_start.tolist() == [0, 2, 2, 6]
    assert packed.p.shape == (3, 3)
    assert not packed.table.flags.writeable


def test_tables_that_do_not_fit_are_refused() -> None:
    code, p = np.array([LawCode.EMPIRICAL], np.int64), np.zeros((1, 3))
    for start in ([0, 0], [0, 3], [1, 2], [0, 1, 2]):
        with pytest.raises(ValueError, match=r"law|table_start"):
            quantiles((code, p, np.array([1.0, 2.0]), np.array(start, np.int64)), np.array([0.5]))

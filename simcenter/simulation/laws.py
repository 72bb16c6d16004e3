"""The laws of durations as numbers: a code, three parameters and, for two of them, a table.

The compiled quantile functions read these, see ext/_draws.pyx and docs/draws.md.
"""

from collections.abc import Sequence
from enum import IntEnum
from math import exp, fsum, lgamma, log, log1p, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simcenter.simulation.network import FloatArray, Laws

if TYPE_CHECKING:
    from simcenter.scenario.laws import Law


class LawCode(IntEnum):
    """The compiled code of a law; in brackets its parameters, times in seconds."""

    NEVER = 0
    """[]: infinite"""
    DETERMINISTIC = 1
    """[value]"""
    EXPONENTIAL = 2
    """[mean]"""
    LOGNORMAL = 3
    """[mean, standard deviation] of the logarithm"""
    GAMMA = 4
    """[shape, scale]; also the code of erlang"""
    WEIBULL = 5
    """[shape, scale]"""
    UNIFORM = 6
    """[low, high]"""
    TRIANGULAR = 7
    """[low, mode, high]"""
    HYPEREXPONENTIAL = 8
    """[], table: the means, then their shares"""
    EMPIRICAL = 9
    """[], table: the values, ascending"""


class Coded(NamedTuple):
    """One law as numbers."""

    code: LawCode
    p: tuple[float, float, float] = (0.0, 0.0, 0.0)
    table: tuple[float, ...] = ()


def encode(law: "Law | None") -> Coded:
    """Give the code, parameters and table of a scenario's law; None never ends.

    Lognormal and gamma laws are found from mean and cv by moments. Where there is no spread the law is deterministic.
    """
    if law is None:
        return Coded(LawCode.NEVER)
    mean_s, cv = law.mean_s, law.cv
    if law.law == "deterministic" or not cv * cv > 0:
        return Coded(LawCode.DETERMINISTIC, (mean_s, 0.0, 0.0))
    if law.law == "exponential":
        return Coded(LawCode.EXPONENTIAL, (mean_s, 0.0, 0.0))
    if law.law == "lognormal":
        variance = log1p(cv * cv)
        return Coded(LawCode.LOGNORMAL, (log(mean_s) - variance / 2, sqrt(variance), 0.0))
    if law.law == "gamma":
        return Coded(LawCode.GAMMA, (1 / (cv * cv), mean_s * cv * cv, 0.0))
    return _ENCODERS[law.law](law)


def _erlang(law: "Law") -> Coded:
    assert law.stages is not None
    return Coded(LawCode.GAMMA, (float(law.stages), law.mean_s / law.stages, 0.0))


def _weibull(law: "Law") -> Coded:
    assert law.shape is not None
    # By the logarithm: gamma itself overflows where the shape is small.
    return Coded(LawCode.WEIBULL, (law.shape, exp(log(law.mean_s) - lgamma(1 + 1 / law.shape)), 0.0))


def _uniform(law: "Law") -> Coded:
    assert law.low_s is not None
    assert law.high_s is not None
    return Coded(LawCode.UNIFORM, (law.low_s, law.high_s, 0.0))


def _triangular(law: "Law") -> Coded:
    assert law.low_s is not None
    assert law.mode_s is not None
    assert law.high_s is not None
    return Coded(LawCode.TRIANGULAR, (law.low_s, law.mode_s, law.high_s))


def _hyperexponential(law: "Law") -> Coded:
    assert law.means_s is not None
    assert law.shares is not None
    total = fsum(law.shares)
    return Coded(LawCode.HYPEREXPONENTIAL, table=(*law.means_s, *(share / total for share in law.shares)))


def _empirical(law: "Law") -> Coded:
    assert law.values_s is not None
    return Coded(LawCode.EMPIRICAL, table=tuple(sorted(law.values_s)))


_ENCODERS = {
    "erlang": _erlang,
    "weibull": _weibull,
    "uniform": _uniform,
    "triangular": _triangular,
    "hyperexponential": _hyperexponential,
    "empirical": _empirical,
}


def pack(laws: "Sequence[Law | None]") -> Laws:
    """Put the laws of Q queues into read-only arrays.

    Parameters
    ----------
    laws : sequence of Law or None
        One per queue; None never ends.

    Returns
    -------
    Laws
        (Q,) codes, (Q, 3) parameters and the tables one behind the other.
    """
    coded = [encode(law) for law in laws]
    start = np.cumsum([0, *(len(one.table) for one in coded)], dtype=np.int64)
    return Laws(
        code=np.array([one.code for one in coded], dtype=np.int64),
        p=np.array([one.p for one in coded], dtype=np.float64).reshape(len(coded), 3),
        table=np.array([value for one in coded for value in one.table], dtype=np.float64),
        table_start=start,
    )


def quantiles(laws: Laws, u: FloatArray) -> FloatArray:
    """Quantiles of N laws in seconds, neither rounded to the grid nor cut.

    Parameters
    ----------
    laws : Laws
        N of them.
    u : array (N, n)
        Shares, in (0, 1).

    Returns
    -------
    array (N, n)
    """
    from simcenter import _draws  # only here: what compiles a scenario does not need it

    out = np.empty_like(u, dtype=np.float64)
    for row in range(len(laws.code)):
        table = laws.table[laws.table_start[row] : laws.table_start[row + 1]]
        one = (laws.code[row : row + 1], laws.p[row : row + 1], table, np.array([0, len(table)], dtype=np.int64))
        out[row] = _draws.quantiles(one, np.ascontiguousarray(u[row], dtype=np.float64))
    return out

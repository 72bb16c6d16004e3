"""Assurance: targets to be kept on a share of all days, rather than on average.

A day keeps a target or misses it, so R fresh replications are R tosses of a coin, and a bound on the share of days kept
is exact, whatever the law of the margins (Clopper and Pearson 1934: The use of confidence or fiducial limits
illustrated in the case of the binomial, Biometrika 26).
"""

import contextlib
from dataclasses import dataclass
from math import ceil, floor, log, log1p, sqrt
from numbers import Real

import numpy as np
from scipy.special import bdtr, betaincinv, gammaln, ndtri, xlogy

from simcenter.errors import ScenarioError
from simcenter.planning.centre import FloatArray, IntArray

MOST = 0.999
"""The highest share that can be asked for: each step beyond takes ten times as many replications."""
USABLE, USABLE_MOST = 2 / 3, 0.9
"""Part of the misses that the share allows which a fresh round should be able to see and still hold it: what is over is
the price of certainty. At least, and as far as ``WORK`` goes."""
WORK = 1_000_000
"""Contacts that a fresh round may play for that."""
FEWEST = 100
"""Fresh replications at least."""
MISSES, SEARCHED = 10, (40, 400)
"""A search looks at as many days as are expected to have so many misses, at least and at most so many days."""

REACH, DUST = 8.0, 1e-9
"""Standard deviations beyond which a Poisson number is not looked at; the rounding of a product."""


@dataclass(frozen=True)
class Assured:
    """What is asked: each cell is kept on at least a ``share`` of the days.

    ``alpha``: the error probability that the first fresh round may spend on one cell; ``fresh``: its replications.
    """

    share: float
    alpha: float
    fresh: int

    def misses(self, searched: int) -> int:
        """How many of ``searched`` replications may miss a cell for a fresh round to hold it in all likelihood: as many
        as the round itself may see, less the noise of both counts."""
        fresh = max(self.fresh, searched)
        allowed = max(most_misses(fresh, self.share, self.alpha), 0) / fresh
        noise = sqrt(allowed * (1 - allowed) * (1 / fresh + 1 / searched))
        return max(int(searched * (allowed - noise)), 0)

    @property
    def searched(self) -> int:
        """Replications that a search plays."""
        return int(min(max(MISSES / (1 - self.share), SEARCHED[0]), SEARCHED[1]))


def least_share(kept: IntArray, replications: int, alpha: float) -> FloatArray:
    """The share of days that is kept at least, with confidence 1 - alpha each (Clopper and Pearson, one-sided).

    Parameters
    ----------
    kept : (C,) int array
        On how many of the replications.
    """
    kept = np.asarray(kept)
    some = np.maximum(kept, 1)
    return np.where(kept > 0, betaincinv(some, replications - some + 1, alpha), 0.0)


def most_misses(replications: int, share: float, alpha: float) -> int:
    """How many replications may miss and ``share`` is still proven; -1 where not even none is enough."""
    low, high = -1, replications
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bdtr(middle, replications, 1 - share) <= alpha else (low, middle)
    return low


def fewest_replications(share: float, alpha: float) -> int:
    """Replications below which a ``share`` cannot be proven, though every one of them be kept."""
    return ceil(log(alpha) / log(share))


def usual_replications(share: float, alpha: float, contacts: float) -> int:
    """Fresh replications with which a cell may miss about ``USABLE`` of the days that its share allows, or more where
    the ``contacts`` of a replication are few."""

    def wanted(usable: float) -> int:
        """Replications with which such a part of the misses can be seen."""
        width = -float(ndtri(alpha)) / (1 - usable)
        return max(FEWEST, ceil(width**2 * share / (1 - share)))

    return min(max(wanted(USABLE), int(WORK / max(contacts, 1.0))), wanted(USABLE_MOST))


def assured_of(share: float, alpha: float, cells: int, replications: int, contacts: float) -> Assured:
    """What is asked of ``cells`` that share ``alpha``; ``replications`` 0: as many as the proof usually takes, by the
    ``contacts`` of one.

    Raises
    ------
    ScenarioError
        For fewer replications than could prove the share, though every one kept every cell.
    """
    each = alpha / max(cells, 1)
    fewest = fewest_replications(share, each)
    if 0 < replications < fewest:
        what = f"{100 * share:g} % of days (targets and days at once: {cells})"
        raise ScenarioError([f"replications: must be at least {fewest} to prove {what}, got {replications}"])
    return Assured(share, each, replications or usual_replications(share, each, contacts))


def kept_by_chance(share: float, limit: float, at_least: bool, contacts: float, cv: float = 0.0) -> float:
    """The probability that a day keeps a limit on a share, where each of its contacts counts with probability ``share``
    by itself. Their number is Poisson with the mean ``contacts``, times a gamma factor of the day with this ``cv``
    (together a negative binomial law); days with more than is looked at are taken to keep it."""
    spread = REACH * sqrt(contacts + (cv * contacts) ** 2) + REACH
    number = np.arange(max(floor(contacts - spread), 0), ceil(contacts + spread) + 1)
    if at_least:
        fewest = np.ceil(limit * number - DUST).astype(np.int64)
        met = np.where(fewest > 0, 1 - bdtr(np.maximum(fewest - 1, 0), number, share), 1.0)
    else:
        met = bdtr(np.minimum(np.floor(limit * number + DUST), number), number, share)
    if cv > 0:
        shape = 1 / cv**2
        ways = gammaln(number + shape) - gammaln(shape) - gammaln(number + 1)
        weight = np.exp(ways - shape * log1p(contacts / shape) + xlogy(number, contacts / (shape + contacts)))
    else:
        weight = np.exp(xlogy(number, contacts) - contacts - gammaln(number + 1))
    return float(weight @ met) + max(1 - float(weight.sum()), 0.0)


def read_assurance(given: object) -> float:
    """A share of days: 0.9, "0.9" or "90%".

    Raises
    ------
    ScenarioError
        Unless it is above 0 and at most ``MOST``.
    """
    share: object = given
    if isinstance(given, str):
        percent = given.strip().endswith("%")
        with contextlib.suppress(ValueError):
            share = float(given.strip().removesuffix("%")) / (100 if percent else 1)
    if isinstance(share, bool) or not isinstance(share, Real) or not 0 < float(share) <= MOST:
        raise ScenarioError(
            [f"assurance: must be a share of days above 0 and up to {MOST:g}, such as 0.9 or 90%, got {given!r}"]
        )
    return float(share)

"""Chance: how the load of a desk and the number of its advisers stray from their means, as a few likely cases.

A target is a ratio of sums over days, so what must hold is its average over the days there are: busy and quiet, with
many or few absent. Both are looked at in a few cases each, with their weights.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc, gammaincinv

from simcenter.planning.centre import Centre, FloatArray

CASES = 12
"""Equally likely cases of busyness."""


@dataclass(frozen=True)
class Chance:
    """Factors on the load and on the advisers of n cells, each with mean 1.

    ``busy`` (k, n), equally likely; ``there`` (j, n), with weights ``weight`` (j,).
    """

    busy: FloatArray
    there: FloatArray
    weight: FloatArray

    def at(self, cells: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> "Chance":
        """The cells at these places."""
        return Chance(self.busy[:, cells], self.there[:, cells], self.weight)


def load_cv(centre: Centre, load: FloatArray) -> FloatArray:
    """(T, D) coefficient of variation of each desk's load: a day's busyness, shared in part, and each interval's own.

    Parameters
    ----------
    load : (T, D, Q) erlangs.
    """
    whole = load.sum(axis=2, keepdims=True)
    share = load / np.where(whole > 0, whole, 1.0)
    day, burst = (share * centre.day_cv), (share * centre.burst_cv)
    together = centre.day_shared * day.sum(axis=2) ** 2 + (1 - centre.day_shared) * (day**2).sum(axis=2)
    return np.asarray(np.sqrt(together + (1 + together) * (burst**2).sum(axis=2)))


def busy_days(cv: FloatArray) -> FloatArray:
    """(k, n) equally likely factors that stand for a gamma law with mean 1 and these coefficients of variation.

    Each is the mean of the k-th part of all days, from the quietest to the busiest.
    """
    shape = 1 / np.maximum(cv, 1e-3) ** 2
    bounds = gammaincinv(shape[None, :], (np.arange(1, CASES) / CASES)[:, None])
    # of a gamma law the part of the mean below x is the law of a shape one higher
    below = gammainc(shape[None, :] + 1, bounds)
    factors = CASES * np.diff(below, axis=0, prepend=0.0, append=1.0)
    return np.where(cv > 0, factors, 1.0)


def presence(planned: FloatArray, absence: FloatArray, floor: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Factors (3, n) on the floor and their weights: Gauss's three points with a binomial's mean and variance.

    Parameters
    ----------
    planned : (n,) advisers planned, each absent with probability ``absence`` (n,)
    floor : (n,) advisers expected on the phone of them
    """
    spread = np.sqrt(planned * absence * (1 - absence)) / np.maximum(floor, 1e-9)
    there = 1 + np.sqrt(3.0) * np.array([-1.0, 0.0, 1.0])[:, None] * spread
    return np.maximum(there, 0.0), np.array([1 / 6, 2 / 3, 1 / 6])

"""Running moments of ratios of sums: what confidence intervals need, without keeping the replications.

Replications are added one after the other, and the moments of two lots of them merged into one (Chan, Golub and LeVeque
1983, "Algorithms for computing the sample variance: analysis and recommendations", The American Statistician 37). Both
round: the same lots in the same order give the same bits, other lots nearly the same numbers.
"""

import math
from types import EllipsisType

import numpy as np
import numpy.typing as npt

from simcenter import _moments
from simcenter.experiment.confidence import Estimate, student

FloatArray = npt.NDArray[np.float64]

_DUST = 1e-13
"""A variance this small beside its terms is rounding: numerator and denominator go exactly together."""


class MeanMoments:
    """Sums and centred squares of arrays of one shape, one a replication (Welford 1962)."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.replications = 0
        self._all: FloatArray = np.zeros((2, *shape))
        """Sums, and centred squares."""

    @property
    def numerator(self) -> FloatArray:
        """Sums."""
        return np.asarray(self._all[0])

    def add(self, values: FloatArray) -> None:
        """One replication's values."""
        self.add_several(values[:, None])

    def add_several(self, values: FloatArray) -> None:
        """The values of replications in their order, which are the second axis."""
        several = _flat(values)
        _moments.add_mean(several, _parts(self._all), self.replications)
        self.replications += several.shape[1]

    def merge(self, later: "MeanMoments") -> None:
        """The replications that come next."""
        if later.replications:
            _moments.merge_mean(_rows(self._all), _rows(later._all), self.replications, later.replications)
            self.replications += later.replications

    def ratio(self, part: int | EllipsisType = ...) -> FloatArray:
        """Means, of all or of one part of the first axis."""
        return np.asarray(self.numerator[part] / max(self.replications, 1))

    def standard_error(self, part: int | EllipsisType = ...) -> FloatArray:
        """Standard error of the mean; NaN where unknown."""
        squares, n = self._all[1][part], self.replications
        return np.asarray(np.sqrt(squares / (n - 1) / n)) if n > 1 else np.full(squares.shape, np.nan)


class RatioMoments:
    """Sums and centred second moments of pairs (numerator, denominator), each an array of one shape.

    The sums are exact where the numbers are (counts, seconds on the grid), so the ratio of sums does not depend on
    the order of replications; the second moments are updated in the order in which they come (Welford 1962).
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.replications = 0
        self._all: FloatArray = np.zeros((5, *shape))
        """Sums of numerators and denominators; centred sums of their squares and products: nn, nd, dd."""

    @property
    def numerator(self) -> FloatArray:
        """Sums."""
        return np.asarray(self._all[0])

    @property
    def denominator(self) -> FloatArray:
        """Sums."""
        return np.asarray(self._all[1])

    def add(self, numerator: FloatArray, denominator: FloatArray) -> None:
        """One replication's numerators and denominators."""
        self.add_several(numerator[:, None], denominator[:, None])

    def add_several(self, numerator: FloatArray, denominator: FloatArray) -> None:
        """Those of replications in their order, which are the second axis."""
        several = _flat(numerator)
        _moments.add_ratio(several, _flat(denominator), _parts(self._all), self.replications)
        self.replications += several.shape[1]

    def merge(self, later: "RatioMoments") -> None:
        """The replications that come next."""
        if later.replications:
            _moments.merge_ratio(_rows(self._all), _rows(later._all), self.replications, later.replications)
            self.replications += later.replications

    def ratio(self, part: int | EllipsisType = ...) -> FloatArray:
        """Ratio of the sums, of all or of one part of the first axis; NaN where the denominator is zero."""
        denominator = self.denominator[part]
        result = np.full(denominator.shape, np.nan)
        np.divide(self.numerator[part], denominator, out=result, where=denominator != 0)
        return result

    def standard_error(self, part: int | EllipsisType = ...) -> FloatArray:
        """Standard error of the ratio by the delta method (Asmussen and Glynn 2007, III.4); NaN where unknown.

        With R the ratio, x and y a replication's numerator and denominator: sqrt(var(x - R y) / n) / mean(y).
        """
        ratio, n = self.ratio(part), self.replications
        if n < 2:
            return np.full(ratio.shape, np.nan)
        nn, nd, dd = (moment[part] for moment in self._all[2:])
        squares = nn - 2 * ratio * nd + ratio * ratio * dd
        squares[squares <= _DUST * (nn + ratio * ratio * dd)] = 0.0
        mean = np.where(np.isnan(ratio), np.nan, np.abs(self.denominator[part])) / n
        return np.asarray(np.sqrt(squares / (n - 1) / n) / mean)


class PercentileMoments:
    """Sums and squares of the replications' own percentiles, where they have any."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.seen = np.zeros(shape, dtype=np.int64)
        self.total: FloatArray = np.zeros(shape)
        self._centred: FloatArray = np.zeros(shape)

    def add(self, values: FloatArray) -> None:
        """The percentiles of replications in their order, the first axis; NaN where one has none."""
        flat = np.ascontiguousarray(values, dtype=np.float64).reshape(len(values), -1)
        _moments.add_known(flat, self.seen.reshape(-1), self.total.reshape(-1), self._centred.reshape(-1))

    def merge(self, later: "PercentileMoments") -> None:
        """The replications that come next."""
        _moments.merge_known(
            self.seen.reshape(-1),
            self.total.reshape(-1),
            self._centred.reshape(-1),
            later.seen.reshape(-1),
            later.total.reshape(-1),
            later._centred.reshape(-1),
        )

    def around(self, place: int, pooled: FloatArray, confidence: float) -> Estimate:
        """The sectioning interval: spread of the sections' percentiles about the pooled one."""
        seen = self.seen[place]
        mean = self.total[place] / np.maximum(seen, 1)
        squares = self._centred[place] + seen * (mean - pooled) ** 2
        enough = seen >= 2
        error = np.full(pooled.shape, np.nan)
        error[enough] = np.sqrt(squares[enough] / (seen[enough] - 1) / seen[enough])
        quantile: FloatArray = np.array([student(confidence, int(count)) for count in seen.ravel()]).reshape(seen.shape)
        return Estimate(pooled, np.maximum(pooled - quantile * error, 0.0), pooled + quantile * error)


def _flat(values: FloatArray) -> FloatArray:
    """(parts, replications, ...) as (parts, replications, cells), in one piece of memory."""
    cells = math.prod(values.shape[2:])
    return np.ascontiguousarray(values, dtype=np.float64).reshape(*values.shape[:2], cells)


def _parts(moments: FloatArray) -> FloatArray:
    """(moments, parts, ...) as (moments, parts, cells): the same memory."""
    return moments.reshape(*moments.shape[:2], math.prod(moments.shape[2:]))


def _rows(moments: FloatArray) -> FloatArray:
    """(moments, ...) as (moments, cells): the same memory."""
    return moments.reshape(len(moments), math.prod(moments.shape[1:]))

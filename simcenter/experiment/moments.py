"""Running moments of ratios of sums: what confidence intervals need, without keeping the replications."""

import math
from types import EllipsisType

import numpy as np
import numpy.typing as npt

from simcenter import _moments

FloatArray = npt.NDArray[np.float64]

_DUST = 1e-13
"""A variance this small beside its terms is rounding: numerator and denominator go exactly together."""


class MeanMoments:
    """Sums and centred squares of arrays of one shape, one a replication (Welford 1962)."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.replications = 0
        self.numerator: FloatArray = np.zeros(shape)
        self._squares: FloatArray = np.zeros(shape)

    def add(self, values: FloatArray) -> None:
        """One replication's values."""
        self.add_several(values[:, None])

    def add_several(self, values: FloatArray) -> None:
        """The values of replications in their order, which are the second axis."""
        several = _flat(values)
        _moments.add_mean(several, _rows(self.numerator), _rows(self._squares), self.replications)
        self.replications += several.shape[1]

    def ratio(self, part: int | EllipsisType = ...) -> FloatArray:
        """Means, of all or of one part of the first axis."""
        return np.asarray(self.numerator[part] / max(self.replications, 1))

    def standard_error(self, part: int | EllipsisType = ...) -> FloatArray:
        """Standard error of the mean; NaN where unknown."""
        squares, n = self._squares[part], self.replications
        return np.asarray(np.sqrt(squares / (n - 1) / n)) if n > 1 else np.full(squares.shape, np.nan)


class RatioMoments:
    """Sums and centred second moments of pairs (numerator, denominator), each an array of one shape.

    The sums are exact where the numbers are (counts, seconds on the grid), so the ratio of sums does not depend on
    the order of replications; the second moments are updated in the order in which they come (Welford 1962).
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.replications = 0
        self.numerator: FloatArray = np.zeros(shape)
        self.denominator: FloatArray = np.zeros(shape)
        self._nn: FloatArray = np.zeros(shape)
        self._nd: FloatArray = np.zeros(shape)
        self._dd: FloatArray = np.zeros(shape)

    def add(self, numerator: FloatArray, denominator: FloatArray) -> None:
        """One replication's numerators and denominators."""
        self.add_several(numerator[:, None], denominator[:, None])

    def add_several(self, numerator: FloatArray, denominator: FloatArray) -> None:
        """Those of replications in their order, which are the second axis."""
        several = _flat(numerator)
        _moments.add_ratio(
            several,
            _flat(denominator),
            _rows(self.numerator),
            _rows(self.denominator),
            _rows(self._nn),
            _rows(self._nd),
            _rows(self._dd),
            self.replications,
        )
        self.replications += several.shape[1]

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
        nn, dd = self._nn[part], self._dd[part]
        squares = nn - 2 * ratio * self._nd[part] + ratio * ratio * dd
        squares[squares <= _DUST * (nn + ratio * ratio * dd)] = 0.0
        mean = np.where(np.isnan(ratio), np.nan, np.abs(self.denominator[part])) / n
        return np.asarray(np.sqrt(squares / (n - 1) / n) / mean)


def _flat(values: FloatArray) -> FloatArray:
    """(parts, replications, ...) as (parts, replications, cells), in one piece of memory."""
    cells = math.prod(values.shape[2:])
    return np.ascontiguousarray(values, dtype=np.float64).reshape(*values.shape[:2], cells)


def _rows(sums: FloatArray) -> FloatArray:
    """(parts, ...) as (parts, cells): the same memory."""
    return sums.reshape(len(sums), math.prod(sums.shape[1:]))

"""Running moments of ratios of sums: what confidence intervals need, without keeping the replications."""

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
        _moments.add_mean(values.ravel(), self.numerator.ravel(), self._squares.ravel(), self.replications)
        self.replications += 1

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
        _moments.add_ratio(
            numerator.ravel(),
            denominator.ravel(),
            self.numerator.ravel(),  # of a whole array: no copy
            self.denominator.ravel(),
            self._nn.ravel(),
            self._nd.ravel(),
            self._dd.ravel(),
            self.replications,
        )
        self.replications += 1

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

"""Sample: one staffing on numbered replications, as margins."""

from dataclasses import dataclass

import numpy as np

from simcenter.planning.assurance import Assured
from simcenter.planning.centre import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Sample:
    """One staffing on R replications. C cells, K criteria; the same replication has the same customers everywhere.

    ``margin`` (R, C); ``by_row`` (T + 1, K) mean margins per interval, the last row after the horizon; ``num``,
    ``den`` (C,) sums over the replications; ``assured``: what is asked of the days, None: targets hold on average.
    """

    advisers: IntArray
    replications: range
    margin: FloatArray
    by_row: FloatArray
    num: FloatArray
    den: FloatArray
    assured: Assured | None = None

    @property
    def mean(self) -> FloatArray:
        """(C,) mean margins."""
        return np.asarray(self.margin.mean(axis=0))

    @property
    def standing(self) -> FloatArray:
        """(C,) how far each cell is from its limit, on the good side if positive: what a search keeps above its need.

        The mean margin; with an assurance that of the best day among those that may not miss: it is not negative just
        where no more days miss than may, however coarse the margins are.
        """
        if self.assured is None or not len(self.margin):
            return self.mean
        misses = self.assured.misses(len(self.margin))
        return np.asarray(np.partition(self.margin, misses, axis=0)[misses])

    @property
    def kept(self) -> IntArray:
        """(C,) how many replications keep each cell; one in which nothing is counted does."""
        return np.asarray((self.margin >= 0).sum(axis=0))

    @property
    def deviation(self) -> FloatArray:
        """(C,) standard deviations of the margins of one replication; 0 from a single one."""
        if len(self.margin) < 2:
            return np.zeros(self.margin.shape[1])
        return np.asarray(self.margin.std(axis=0, ddof=1))

    @property
    def value(self) -> FloatArray:
        """(C,) the ratios that the targets are about; NaN where nothing was counted."""
        return np.asarray(np.divide(self.num, self.den, out=np.full(len(self.num), np.nan), where=self.den != 0))

    def only(self, keep: BoolArray) -> "Sample":
        """The same for the cells where ``keep`` (C,) is true; ``by_row`` as it is."""
        part = self.margin[:, keep], self.by_row, self.num[keep], self.den[keep]
        return Sample(self.advisers, self.replications, *part, assured=self.assured)


class Scale:
    """How much more the standings of cells move than their mean margins, over all changes seen from a base (least
    squares): an adviser does more on the bad days that an assurance is about than on others."""

    LEAST, MOST = 0.5, 5.0

    def __init__(self, base: Sample) -> None:
        self._base = base
        self._both, self._mean = np.zeros(len(base.num)), np.zeros(len(base.num))

    def add(self, sample: Sample) -> None:
        """A sample of other advisers on the same replications."""
        change = sample.mean - self._base.mean
        self._both += change * (sample.standing - self._base.standing)
        self._mean += change**2

    @property
    def factor(self) -> FloatArray:
        """(C,) by how much; 1 where nothing moved."""
        seen = self._mean > 0
        found = np.divide(self._both, self._mean, out=np.ones_like(self._mean), where=seen)
        return np.asarray(np.clip(found, self.LEAST, self.MOST))

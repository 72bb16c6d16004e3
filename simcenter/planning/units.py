"""Units: what a plan decides. Each is the number of advisers of one desk over a run of intervals of one day."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from simcenter.planning.centre import Centre, FloatArray, IntArray


@dataclass(frozen=True)
class Units:
    """U decisions in the order of their desks, then of time. T intervals, D desks.

    A unit is one open interval, or a block of them with the same number of advisers. Desks with given advisers, and
    hours in which a desk is closed or may have but one number, are no decisions: they stay as in ``base``.

    Attributes
    ----------
    desk, day : (U,) int array
    first, last : (U,) int array
        First and last interval.
    least, most : (U,) int array
        Fewest and most advisers.
    price : (U,) float array
        Cost of one adviser more.
    cell : (T, D) int array
        The unit of each interval and desk, -1 for none.
    base : (T, D) int array
        Advisers where there is nothing to decide.
    """

    desk: IntArray
    day: IntArray
    first: IntArray
    last: IntArray
    least: IntArray
    most: IntArray
    price: FloatArray
    cell: IntArray
    base: IntArray

    def __len__(self) -> int:
        return len(self.desk)

    def spread(self, level: IntArray) -> IntArray:
        """(T, D) advisers when each unit has its level (U,)."""
        if not len(self):
            return self.base.copy()
        return np.asarray(np.where(self.cell >= 0, level[self.cell], self.base))

    def level(self, advisers: IntArray) -> IntArray:
        """(U,) the level of each unit in (T, D) advisers, the highest where they differ, within its bounds."""
        level = self.least.copy()
        inside = self.cell >= 0
        np.maximum.at(level, self.cell[inside], advisers[inside])
        return np.asarray(np.minimum(level, self.most))

    @property
    def place(self) -> csr_matrix:
        """(T x D, U) which intervals and desks (row t x D + d) each unit covers."""
        flat = self.cell.ravel()
        rows = np.flatnonzero(flat >= 0)
        return coo_matrix((np.ones(len(rows)), (rows, flat[rows])), shape=(len(flat), len(self))).tocsr()


def units_of(centre: Centre, block: int = 1) -> Units:
    """The decisions of a centre when every desk keeps its number for ``block`` intervals from its first of each day."""
    cell = np.full(centre.desk_open.shape, -1, dtype=np.int64)
    rows: list[tuple[int, int, int, int, int, int, float]] = []
    days = np.unique(centre.day)
    for d in range(len(centre.desks)):
        for day in days:
            open_times = np.flatnonzero((centre.day == day) & centre.desk_open[:, d])
            if not len(open_times):
                continue
            number = (open_times - open_times[0]) // block
            for b in np.unique(number):
                times = open_times[number == b]
                least, most = int(centre.least[times, d].max()), int(centre.most[times, d].min())
                if most > least:
                    cell[times, d] = len(rows)
                    price = float(centre.cost[d]) * centre.hour * len(times)
                    rows.append((d, int(day), int(times[0]), int(times[-1]), least, most, price))
    base = np.where(cell >= 0, 0, np.minimum(centre.least, centre.most))
    desk, day_of, first, last, lowest, highest = np.array([row[:6] for row in rows], dtype=np.int64).reshape(-1, 6).T
    price_of = np.array([row[6] for row in rows], dtype=np.float64)
    return Units(desk, day_of, first, last, lowest, highest, price_of, cell, base)

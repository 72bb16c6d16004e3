"""Effects: what one adviser more or fewer does to each cell, measured with the same customers (finite differences)."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, diags

from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.criteria import Cells, is_slow
from simcenter.planning.evaluate import Evaluate
from simcenter.planning.sample import Sample, Scale
from simcenter.planning.units import Units

DECAY = 0.75
"""Each further adviser of the same unit does so much of what the one before did."""
WIDTH = 4
"""Units on each side, itself included, over which effects on a day are averaged, nearer ones weighing more."""


@dataclass(frozen=True)
class Effects:
    """The gain in every cell's mean margin by the step to ``level`` advisers from one fewer, per unit.

    ``gain`` (U, C) sparse; ``level`` (U,) the level at which it was measured; ``raw`` the gain before smoothing.
    """

    gain: csr_matrix
    raw: csr_matrix
    level: IntArray
    measured_at: tuple[bytes, int, bool]
    """The advisers about which they were measured, and on how many replications."""

    def step(self, level: IntArray) -> FloatArray:
        """(U,) factor on ``gain`` for the step to ``level`` advisers from one fewer: less and less each."""
        return np.asarray(DECAY ** np.clip(level - self.level, -3, 12))


def reach_of(centre: Centre) -> int:
    """How many intervals apart changes must lie so as not to disturb each other: a handle time and a bit."""
    live = centre.handle_s[centre.live]
    return int(np.clip(2 + np.ceil(live.max(initial=0.0) / centre.interval_s), 3, 6))


def phases(units: Units, apart: int) -> list[IntArray]:
    """Sets of units of one desk each, far enough apart to be changed at once; every unit is in one of them."""
    found = []
    for d in np.unique(units.desk):
        mine = np.flatnonzero(units.desk == d)
        length = int((units.last[mine] - units.first[mine] + 1).max())
        stride = max(-(-(length + apart - 1) // length), 2)
        found += [mine[phase::stride] for phase in range(min(stride, len(mine)))]
    return found


def day_phases(units: Units) -> list[IntArray]:
    """Sets of units of one desk each, one unit a day; every unit is in one of them."""
    found: list[list[int]] = []
    for d in np.unique(units.desk):
        by_day = [np.flatnonzero((units.desk == d) & (units.day == day)) for day in np.unique(units.day)]
        found += [[int(mine[i]) for mine in by_day if i < len(mine)] for i in range(max(map(len, by_day)))]
    return [np.array(one) for one in found]


def measure_effects(
    centre: Centre,
    units: Units,
    cells: Cells,
    evaluate: Evaluate,
    base: Sample,
    replications: range,
    by_day: bool = False,
) -> Effects:
    """Take one adviser away (or add one, where none can go) in every unit, far-apart units at once.

    One evaluation per desk and phase. What changes in a unit, the interval before and those after it until the next
    change is put down to the change; what changes in deferred work, whose backlog carries on for days, is shared
    evenly by all changes of the evaluation. With an assurance, effects are put on the scale of its bad days.

    ``base`` must be the sample of the present staffing on the same replications.
    """
    intervals = len(centre.day)
    now = units.level(base.advisers)
    apart = reach_of(centre)
    places = cells.places(intervals + 1)
    slow = np.array([is_slow(one, centre) for one in cells.criteria], dtype=bool)
    level, scale = now.copy(), Scale(base)
    rows: list[IntArray] = []
    columns: list[IntArray] = []
    values: list[FloatArray] = []
    for changed in day_phases(units) if by_day else phases(units, apart):
        down = now[changed] > units.least[changed]
        sign = np.where(down, -1.0, 1.0)
        moved = now.copy()
        moved[changed] += np.where(down, -1, 1)
        level[changed] = np.where(down, now[changed], now[changed] + 1)
        sample = evaluate(units.spread(moved), replications)
        scale.add(sample)
        difference = sample.by_row - base.by_row
        if by_day:
            owner = _owners_by_day(units.day[changed], centre)
        else:
            owner = _owners(units.first[changed], units.last[changed], intervals, apart)
        here, k = np.nonzero((places >= 0) & ~slow & (owner >= 0)[:, None] & (difference != 0))
        rows.append(changed[owner[here]])
        columns.append(places[here, k])
        values.append(difference[here, k] * sign[owner[here]])
        for c in np.flatnonzero(slow[cells.criterion]):
            change = float(sample.mean[c] - base.mean[c])
            rows.append(changed)
            columns.append(np.full(len(changed), c))
            values.append(np.full(len(changed), change / sign.sum() if sign.sum() else 0.0))
    shape = (len(units), len(cells))
    measured_at = base.advisers.tobytes(), len(replications), by_day
    if not rows:
        return Effects(csr_matrix(shape), csr_matrix(shape), level, measured_at)
    data = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    raw = csr_matrix(data, shape=shape)
    if base.assured is not None:
        raw = csr_matrix(raw @ diags(scale.factor))
    if by_day:  # as good as it gets
        return Effects(raw, raw, level, measured_at)
    local = cells.end - cells.first == 1
    return Effects(_smoothed(units, raw, local), raw, level, measured_at)


def _smoothed(units: Units, gain: csr_matrix, local: BoolArray) -> csr_matrix:
    """Each effect on a day or horizon averaged with those of neighbouring units of the same day and desk.

    A single difference is mostly noise where few contacts come, and a search would pick the luckiest ones; the effects
    of neighbours are alike. Effects on single intervals (``local`` cells) stay as measured.
    """
    pairs = []
    for shift in range(1 - WIDTH, WIDTH):
        here = np.arange(max(0, -shift), len(units) - max(0, shift))
        near = here[(units.day[here] == units.day[here + shift]) & (units.desk[here] == units.desk[here + shift])]
        pairs.append((near, near + shift, np.full(len(near), float(WIDTH - abs(shift)))))
    row, column, weight = (np.concatenate(part) for part in zip(*pairs, strict=True))
    weight /= np.maximum(np.bincount(row, weight, len(units)), 1.0)[row]
    kernel = csr_matrix((weight, (row, column)), shape=(len(units), len(units)))
    return csr_matrix(kernel @ gain @ diags(~local * 1.0) + gain @ diags(local * 1.0))


def _owners_by_day(day: IntArray, centre: Centre) -> IntArray:
    """(T + 1,) which change, one a day, each row is put down to: that of its day; the last row is the last day's."""
    number = np.full(int(centre.day.max()) + 1, -1)
    number[day] = np.arange(len(day))
    return np.asarray(number[np.append(centre.day, centre.day[-1])])


def _owners(first: IntArray, last: IntArray, intervals: int, apart: int) -> IntArray:
    """(T + 1,) which change each row is put down to: the next one if it is just ahead, else the last."""
    owner = np.full(intervals + 1, -1, dtype=np.int64)
    for i, (begin, end) in enumerate(zip(first, last, strict=True)):
        owner[begin : min(end + apart - 1, intervals + 1)] = i
    for i, begin in enumerate(first):
        if begin > 0 and (owner[begin - 1] < 0 or begin - 1 > last[owner[begin - 1]]):
            owner[begin - 1] = i
    return owner

"""Effects: what one adviser more or fewer does to each cell, measured with the same customers (finite differences)."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, diags

from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.criteria import Cells
from simcenter.planning.evaluate import Evaluate, Sample
from simcenter.simulation.network import DEFERRED

DECAY = 0.75
"""Each further adviser at the same desk and interval does so much of what the one before did."""
WIDTH = 4
"""Intervals on each side, itself included, over which effects on a day are averaged, nearer ones weighing more."""


@dataclass(frozen=True)
class Effects:
    """The gain in every cell's mean margin by the step to ``level`` advisers from one fewer, per desk and interval.

    ``gain`` (T x D, C) sparse, row t x D + d; ``level`` (T, D) the level at which it was measured.
    """

    gain: csr_matrix
    level: IntArray
    measured_at: bytes
    """The advisers about which they were measured."""

    def step(self, advisers: IntArray) -> FloatArray:
        """(T, D) factor on ``gain`` for the step to so many ``advisers`` from one fewer: less and less each."""
        return np.asarray(DECAY ** np.clip(advisers - self.level, -3, 12))


def reach_of(centre: Centre) -> int:
    """How many intervals apart changes must lie so as not to disturb each other: a handle time and a bit."""
    live = centre.handle_s[centre.live]
    return int(np.clip(2 + np.ceil(live.max(initial=0.0) / centre.interval_s), 3, 6))


def measure_effects(centre: Centre, cells: Cells, evaluate: Evaluate, base: Sample, replications: range) -> Effects:
    """Take one adviser away (or add one, where none can go) at every desk and interval, far-apart intervals at once.

    One evaluation per desk and phase. What changes in an interval, the one before and those after it until the next
    change is put down to the change; what changes in deferred work, whose backlog carries on for days, is shared
    evenly by all changes of the evaluation.

    ``base`` must be the sample of the present staffing on the same replications.
    """
    intervals, desks = centre.desk_open.shape
    advisers = base.advisers
    apart = reach_of(centre)
    places = cells.places(intervals + 1)
    slow = np.array([one.level == "queue" and centre.kind[one.index] == DEFERRED for one in cells.criteria], dtype=bool)
    level = advisers.copy()
    rows: list[IntArray] = []
    columns: list[IntArray] = []
    values: list[FloatArray] = []
    for d in range(desks):
        movable = np.flatnonzero(centre.most[:, d] > centre.least[:, d])
        for phase in range(apart):
            times = movable[phase::apart] if len(movable) else movable
            if not len(times):
                continue
            down = advisers[times, d] > centre.least[times, d]
            changed = advisers.copy()
            changed[times, d] += np.where(down, -1, 1)
            level[times, d] = np.where(down, advisers[times, d], advisers[times, d] + 1)
            sample = evaluate(changed, replications)
            difference = sample.by_row - base.by_row
            owner = _owners(times, intervals, apart)
            sign = np.where(down, -1.0, 1.0)
            here, k = np.nonzero((places >= 0) & ~slow & (owner >= 0)[:, None] & (difference != 0))
            rows.append(times[owner[here]] * desks + d)
            columns.append(places[here, k])
            values.append(difference[here, k] * sign[owner[here]])
            for c in np.flatnonzero(slow[cells.criterion]):
                change = float(sample.margin[:, c].mean() - base.margin[:, c].mean())
                rows.append(times * desks + d)
                columns.append(np.full(len(times), c))
                values.append(np.full(len(times), change / sign.sum() if sign.sum() else 0.0))
    shape = (intervals * desks, len(cells))
    local = cells.end - cells.first == 1
    if not rows:
        return Effects(csr_matrix(shape), level, advisers.tobytes())
    data = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    gain = _smoothed(centre, csr_matrix(data, shape=shape), local)
    return Effects(gain, level, advisers.tobytes())


def _smoothed(centre: Centre, gain: csr_matrix, local: BoolArray) -> csr_matrix:
    """Each effect on a day or horizon averaged with those of neighbouring intervals of the same day and desk.

    A single difference is mostly noise where few contacts come, and a search would pick the luckiest ones; the effects
    of neighbours are alike. Effects on single intervals (``local`` cells) stay as measured.
    """
    intervals, desks = centre.desk_open.shape
    blocks = []
    for d in range(desks):
        times = np.flatnonzero(centre.most[:, d] > centre.least[:, d])
        pairs = []
        for shift in range(1 - WIDTH, WIDTH):
            here = np.arange(max(0, -shift), len(times) - max(0, shift))
            near = here[centre.day[times[here]] == centre.day[times[here + shift]]]
            pairs.append((near, near + shift, np.full(len(near), float(WIDTH - abs(shift)))))
        i, j, weight = (np.concatenate(part) for part in zip(*pairs, strict=True))
        weight /= np.maximum(np.bincount(i, weight, len(times)), 1.0)[i]
        blocks.append((times[i] * desks + d, times[j] * desks + d, weight))
    size = intervals * desks
    row, column, value = (np.concatenate(part) for part in zip(*blocks, strict=True))
    kernel = csr_matrix((value, (row, column)), shape=(size, size))
    return csr_matrix(kernel @ gain @ diags(~local * 1.0) + gain @ diags(local * 1.0))


def _owners(times: IntArray, intervals: int, apart: int) -> IntArray:
    """(T + 1,) which changed interval each row is put down to: the next one if it is just ahead, else the last."""
    owner = np.full(intervals + 1, -1, dtype=np.int64)
    for i, t in enumerate(times):
        owner[t : min(t + apart - 1, intervals + 1)] = i
    for i, t in enumerate(times):
        if t > 0 and (owner[t - 1] < 0 or t - 1 != times[owner[t - 1]]):
            owner[t - 1] = i
    return owner

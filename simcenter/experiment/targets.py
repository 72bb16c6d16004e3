"""Targets against what was simulated: one cell per target and interval, day or horizon."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from simcenter.experiment.confidence import student
from simcenter.experiment.moments import RatioMoments
from simcenter.measures.meter import Meter
from simcenter.measures.tally import Tally
from simcenter.measures.targets import Criterion, criterion_sums, undecided_sums

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_DUST = 1e-12
"""A limit is met when met within this, relative."""

_TRAFFIC = {"queue": "offered", "journey": "contacts", "desk": "paid_s"}


@dataclass(frozen=True)
class TargetCells:
    """The C cells of K criteria, fixed by the scenario: the same for every staffing and replication.

    ``criterion`` (C,) indexes ``criteria``; ``cell`` (C,) the interval, the day, or 0 for the horizon.
    """

    criteria: tuple[Criterion, ...]
    meter: Meter
    criterion: IntArray
    cell: IntArray

    @classmethod
    def of(cls, criteria: Sequence[Criterion], meter: Meter) -> "TargetCells":
        """All cells of the criteria, in their order."""
        sizes = {"interval": meter.intervals, "day": meter.days, "horizon": 1}
        count = [sizes[one.per] for one in criteria]
        cell = [np.arange(size) for size in count]
        return cls(
            tuple(criteria),
            meter,
            np.repeat(np.arange(len(count)), count),
            np.concatenate(cell) if cell else np.zeros(0, dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.cell)

    def sums(self, tally: Tally) -> tuple[FloatArray, FloatArray]:
        """Numerators and denominators (C,) of one tally."""
        numerator, denominator = criterion_sums(tally, self.criteria)
        return self._gather(numerator), self._gather(denominator)

    def judged(self, tally: Tally) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Of one tally, each (C,): numerators and denominators; what each cell is about; and what it leaves out.

        That is legs offered, callbacks accepted, customers or paid seconds; and legs whose promise was not yet due.
        """
        found = [*criterion_sums(tally, self.criteria), self._traffic(tally), undecided_sums(tally, self.criteria)]
        cells = self._gather(np.stack(found, axis=-1))
        return cells[:, 0], cells[:, 1], cells[:, 2], cells[:, 3]

    def _traffic(self, tally: Tally) -> FloatArray:
        """What each criterion is about, (T + 1, K) by interval."""
        levels = {"queue": tally.queues, "journey": tally.journeys, "desk": tally.desks}
        found: FloatArray = np.zeros((self.meter.intervals + 1, len(self.criteria)))
        for column, one in enumerate(self.criteria):
            values = levels[one.level]["callbacks" if one.measure == "callback_level" else _TRAFFIC[one.level]]
            found[:, column] = values.sum(axis=1) if one.index < 0 else values[:, one.index]
        return found

    @cached_property
    def _first_of_day(self) -> IntArray:
        return np.searchsorted(self.meter.interval_day, np.arange(self.meter.days))

    def _gather(self, values: FloatArray) -> FloatArray:
        """(T + 1, K, ...) by interval as cells (C, ...). What comes after the horizon is in the last day only."""
        parts: list[FloatArray] = []
        for column, one in enumerate(self.criteria):
            if one.per == "interval":
                parts.append(values[:-1, column])
            elif one.per == "day":
                parts.append(np.asarray(np.add.reduceat(values[:, column], self._first_of_day)))
            else:
                parts.append(values[:, column].sum(axis=0, keepdims=True))
        return np.concatenate(parts) if parts else np.zeros((0, *values.shape[2:]))


@dataclass(frozen=True)
class TargetTable:
    """What became of each of the C cells over the replications; arrays (C,).

    ``numerator``, ``denominator``: sums over replications; ``value`` their ratio (NaN where there was nothing to
    judge), ``se`` its standard error by the delta method (NaN where unknown); ``limit``, ``at_least``; ``traffic``:
    legs offered, customers or paid seconds in all; ``undecided``: legs left out. ``by_replication``: numerators and
    denominators of each replication (R, C), for paired differences, if they were kept.
    """

    cells: TargetCells
    replications: int
    numerator: FloatArray
    denominator: FloatArray
    value: FloatArray
    se: FloatArray
    limit: FloatArray
    at_least: BoolArray
    traffic: FloatArray
    undecided: FloatArray
    by_replication: tuple[FloatArray, FloatArray] | None = None

    @property
    def judged(self) -> BoolArray:
        """Whether there was anything to judge."""
        return ~np.isnan(self.value)

    @property
    def met(self) -> BoolArray:
        """Whether the value keeps its limit; True where there was nothing to judge."""
        return self._keeps(self.value) | ~self.judged

    def held(self, confidence: float) -> BoolArray:
        """Whether the limit is kept with one-sided confidence; False where no interval can be estimated."""
        margin = student(confidence, self.replications, sides=1) * self.se
        return self._keeps(np.where(self.at_least, self.value - margin, self.value + margin))

    def bounds(self, confidence: float) -> tuple[FloatArray, FloatArray]:
        """The two-sided confidence interval (C,), (C,); NaN where unknown."""
        margin = student(confidence, self.replications) * self.se
        return np.maximum(self.value - margin, 0.0), self.value + margin

    def slack(self) -> FloatArray:
        """How far each value is on the good side of its limit, in its own unit; negative: missed by so much."""
        return np.where(self.at_least, self.value - self.limit, self.limit - self.value)

    def _keeps(self, value: FloatArray) -> BoolArray:
        enough = value >= self.limit * (1 - _DUST)
        little = value <= self.limit * (1 + _DUST)
        return np.where(self.at_least, enough, little)


class TargetSums:
    """Adds up the cells of tallies, in the order in which they come.

    Parameters
    ----------
    cells : TargetCells
    keep : bool
        Keep every replication's sums too.
    """

    def __init__(self, cells: TargetCells, *, keep: bool = False) -> None:
        self._cells = cells
        self._moments = RatioMoments((len(cells),))
        self._traffic: FloatArray = np.zeros(len(cells))
        self._undecided: FloatArray = np.zeros(len(cells))
        self._kept: list[tuple[FloatArray, FloatArray]] | None = [] if keep else None

    def add(self, tally: Tally) -> None:
        """The tally of the next replication."""
        numerator, denominator, traffic, undecided = self._cells.judged(tally)
        self._moments.add(numerator, denominator)
        self._traffic += traffic
        self._undecided += undecided
        if self._kept is not None:
            self._kept.append((numerator, denominator))

    def table(self) -> TargetTable:
        """What became of each cell so far."""
        cells, moments = self._cells, self._moments
        limits = np.array([one.limit for one in cells.criteria], dtype=np.float64)
        at_least = np.array([one.at_least for one in cells.criteria], dtype=np.bool_)
        kept = self._kept
        return TargetTable(
            cells=cells,
            replications=moments.replications,
            numerator=moments.numerator.copy(),
            denominator=moments.denominator.copy(),
            value=moments.ratio(),
            se=moments.standard_error(),
            limit=limits[cells.criterion],
            at_least=at_least[cells.criterion],
            traffic=self._traffic.copy(),
            undecided=self._undecided.copy(),
            by_replication=(np.stack([n for n, _ in kept]), np.stack([d for _, d in kept])) if kept else None,
        )


def target_table(cells: TargetCells, tallies: Iterable[Tally], *, keep: bool = True) -> TargetTable:
    """The table of a set of replications, given their tallies in order."""
    sums = TargetSums(cells, keep=keep)
    for tally in tallies:
        sums.add(tally)
    return sums.table()

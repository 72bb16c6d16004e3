"""Targets against what was simulated: one cell per target and interval, day or horizon."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from simcenter.experiment.confidence import student
from simcenter.experiment.moments import RatioMoments
from simcenter.experiment.rows import SumsOfTerms, at_once
from simcenter.measures.meter import Meter
from simcenter.measures.tally import Sums, Tally
from simcenter.measures.targets import UNDECIDED, Criterion
from simcenter.simulation.log import ContactLog

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
        numerator, denominator, _, _ = self.judged([tally])[:, 0]
        return numerator, denominator

    def judged(self, tallies: Sequence[Tally]) -> FloatArray:
        """Of each of R tallies (4, R, C): numerators; denominators; what each cell is about; and what it leaves out.

        That is legs offered, callbacks accepted, customers or paid seconds; and legs whose promise was not yet due.
        """
        rows = self.meter.intervals + 1
        fields: FloatArray = np.empty((len(self._terms.fields), len(tallies), rows))
        for number, tally in enumerate(tallies):
            levels: dict[str, Sums] = {"queue": tally.queues, "journey": tally.journeys, "desk": tally.desks}
            for out, (level, name, index) in zip(fields, self._terms.fields, strict=True):
                values = levels[level][name]
                out[number] = values.sum(axis=1) if index < 0 else values[:, index]
        sums = self._terms.sums.of(fields).reshape(_OF_EACH, len(self.criteria), len(tallies), rows)
        return self._gathered(sums)

    @cached_property
    def _terms(self) -> "_Terms":
        return _Terms(self.criteria)

    @cached_property
    def _first_of_day(self) -> IntArray:
        return np.searchsorted(self.meter.interval_day, np.arange(self.meter.days))

    def _gathered(self, values: FloatArray) -> FloatArray:
        """(4, K, R, T + 1) by interval as cells (4, R, C). What comes after the horizon is in the last day only."""
        parts: list[FloatArray] = []
        for column, one in enumerate(self.criteria):
            if one.per == "interval":
                parts.append(values[:, column, :, :-1])
            elif one.per == "day":
                parts.append(np.asarray(np.add.reduceat(values[:, column], self._first_of_day, axis=-1)))
            else:
                parts.append(values[:, column].sum(axis=-1, keepdims=True))
        return np.concatenate(parts, axis=-1) if parts else np.zeros((_OF_EACH, values.shape[2], 0))


_OF_EACH = 4
"""Numerator, denominator, traffic, undecided."""


class _Terms:
    """Those four of each criterion, as terms of the fields (level, name, column or -1 for all) of a tally."""

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        place: dict[tuple[str, str, int], int] = {}

        def terms(one: Criterion, factors: Mapping[str, float]) -> list[tuple[int, float]]:
            """Where each factor's sum is found, and the factor."""
            keys = [(one.level, name, one.index) for name in factors]
            return [(place.setdefault(key, len(place)), factors[key[1]]) for key in keys]

        undecided = [{} if one.measure not in UNDECIDED else {UNDECIDED[one.measure]: 1.0} for one in criteria]
        self.sums = SumsOfTerms(
            [terms(one, one.numerator) for one in criteria]
            + [terms(one, one.denominator) for one in criteria]
            + [terms(one, {_about(one): 1.0}) for one in criteria]
            + [terms(one, left_out) for one, left_out in zip(criteria, undecided, strict=True)]
        )
        self.fields = list(place)


def _about(one: Criterion) -> str:
    """What a criterion is about."""
    return "callbacks" if one.measure == "callback_level" else _TRAFFIC[one.level]


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


class SumTargets:
    """The reduction whose partial is a :class:`TargetSums`."""

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        self.criteria = tuple(criteria)
        self._cells: TargetCells | None = None

    def start(self, meter: Meter, replications: range) -> "TargetSums":
        """No sums."""
        if self._cells is None or self._cells.meter is not meter:
            self._cells = TargetCells.of(self.criteria, meter)  # worked out once, not for each block
        return TargetSums(self._cells)

    def __reduce__(self) -> tuple[object, ...]:
        return SumTargets, (self.criteria,)


class TargetSums:
    """Adds up the cells of tallies, in the order in which they come.

    Sent to another process it is sums only, and can be merged into others there.

    Parameters
    ----------
    cells : TargetCells
    keep : bool
        Keep every replication's sums too.
    """

    def __init__(self, cells: TargetCells, *, keep: bool = False) -> None:
        self._cells = cells
        self._moments = RatioMoments((1, len(cells)))
        self._rest: FloatArray = np.zeros((2, len(cells)))
        """Traffic, and what is left out."""
        self._pending: list[Tally] = []
        """Tallies that are here, but not yet in the sums."""
        self._at_once = at_once(cells.meter)
        self._kept: list[FloatArray] | None = [] if keep else None

    def add(self, tally: Tally, log: ContactLog | None = None) -> None:
        """The next replication; its log is not needed."""
        self._pending.append(tally)
        if len(self._pending) >= self._at_once:
            self._settle()

    def merge(self, later: "TargetSums") -> None:
        """The replications that come next."""
        self._settle()
        later._settle()
        self._moments.merge(later._moments)
        self._rest += later._rest
        if self._kept is not None and later._kept is not None:
            self._kept += later._kept

    def _settle(self) -> None:
        """Put what is pending into the sums, replication by replication: how many at once changes no bit."""
        tallies, self._pending = self._pending, []
        if not tallies:
            return
        judged = self._cells.judged(tallies)
        self._moments.add_several(judged[:1], judged[1:2])
        self._rest += judged[2:].sum(axis=1)
        if self._kept is not None:
            self._kept.append(judged[:2])

    def __getstate__(self) -> dict[str, Any]:
        self._settle()
        return {name: value for name, value in vars(self).items() if name != "_cells"}

    def table(self) -> TargetTable:
        """What became of each cell so far."""
        self._settle()
        cells, moments = self._cells, self._moments
        limits = np.array([one.limit for one in cells.criteria], dtype=np.float64)
        at_least = np.array([one.at_least for one in cells.criteria], dtype=np.bool_)
        kept = self._kept
        return TargetTable(
            cells=cells,
            replications=moments.replications,
            numerator=moments.numerator[0].copy(),
            denominator=moments.denominator[0].copy(),
            value=moments.ratio(0),
            se=moments.standard_error(0),
            limit=limits[cells.criterion],
            at_least=at_least[cells.criterion],
            traffic=self._rest[0].copy(),
            undecided=self._rest[1].copy(),
            by_replication=tuple(np.concatenate(kept, axis=1)) if kept else None,
        )


def target_table(cells: TargetCells, tallies: Iterable[Tally], *, keep: bool = True) -> TargetTable:
    """The table of a set of replications, given their tallies in order."""
    sums = TargetSums(cells, keep=keep)
    for tally in tallies:
        sums.add(tally)
    return sums.table()

"""The accumulator: replications' tallies in, estimates out. Its size does not grow with their number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simcenter.experiment.confidence import Estimate, around, student
from simcenter.experiment.moments import RatioMoments
from simcenter.measures.histogram import EMPTY, Histogram
from simcenter.measures.meter import Meter
from simcenter.measures.promises import DEFINITIONS
from simcenter.measures.table import PERCENTS, Level, Measure, measure_named, measures_of
from simcenter.measures.tally import Tally

FloatArray = npt.NDArray[np.float64]
AnyArray = npt.NDArray[np.int64] | npt.NDArray[np.float64]
Read = Callable[[str], AnyArray]

SPANS = ("horizon", "day", "interval")
"""What a row of a result covers."""


def linear(read: Read, terms: Mapping[str, float], shape: tuple[int, ...]) -> FloatArray:
    """A linear combination of a tally's fields; ones where there are no terms."""
    if not terms:
        return np.ones(shape)
    total = np.zeros(shape)
    for name, factor in terms.items():
        total += read(name) if factor == 1 else factor * read(name)
    return total


@dataclass(frozen=True)
class Rows:
    """How the tallies of one meter are read per span: rows x places, for queues, desks and journeys."""

    meter: Meter
    open_s: FloatArray
    """(T, D) seconds of each interval inside the desk's hours."""

    @classmethod
    def of(cls, meter: Meter) -> "Rows":
        """The rows of a meter's tallies."""
        return cls(meter, np.where(meter.desk_open, meter.network.interval_s, 0.0))

    def count(self, level: Level, span: str) -> tuple[int, int]:
        """Rows and places of a level and span. Intervals: T + 1 rows for queues and journeys (the last: after the
        horizon), T + days for desks (the last: after closing, by day). Journeys of all queues are the last place."""
        meter = self.meter
        places = len(meter.network.desk_names if level == "desk" else meter.network.queue_names) + (level == "journey")
        after = meter.days if level == "desk" else 1
        return {"horizon": 1, "day": meter.days, "interval": meter.intervals + after}[span], places

    def reader(self, tally: Tally, level: Level, span: str) -> Read:
        """A function from a field's name to its (rows, places) values in a tally."""
        if level == "desk":
            return lambda name: self._desk(tally, span, name)
        sums = tally.queues if level == "queue" else tally.journeys

        def read(name: str) -> AnyArray:
            values = sums[name]
            if level == "journey":
                values = np.hstack([values, values.sum(axis=1, keepdims=True)])
            return self._spanned(values, span)

        return read

    def _spanned(self, values: AnyArray, span: str) -> AnyArray:
        """(T + 1, places) values per interval, per day, or in one row."""
        if span == "interval":
            return values
        if span == "horizon":
            return np.asarray(values.sum(axis=0, keepdims=True))
        first = np.searchsorted(self.meter.interval_day, np.arange(self.meter.days))
        return np.asarray(np.add.reduceat(values, first, axis=0))

    def opened(self, span: str) -> npt.NDArray[np.bool_]:
        """Whether each desk is open at all in each row (rows, D); never after closing."""
        days = np.zeros((self.meter.days, self.open_s.shape[1]))
        if span == "interval":
            return np.vstack([self.open_s, days]) > 0
        np.add.at(days, self.meter.interval_day[:-1], self.open_s)
        return (days if span == "day" else days.sum(axis=0, keepdims=True)) > 0

    def _desk(self, tally: Tally, span: str, name: str) -> AnyArray:
        """A desk's field; ``open_paid_s`` is paid inside the hours, ``open_s`` the length of those hours."""
        open_s = self.open_s
        outside: FloatArray = np.zeros((self.meter.days, open_s.shape[1]))
        if name == "open_s":
            inside = open_s
        else:
            values = np.asarray(tally.desks["paid_s" if name == "open_paid_s" else name], dtype=np.float64)
            inside = np.where(open_s > 0, values[:-1], 0.0)
            if name != "open_paid_s":
                rest = values.copy()
                rest[:-1] -= inside
                outside += self._spanned(rest, "day")
        if span == "interval":
            return np.vstack([inside, outside])
        if span == "horizon":
            return np.asarray(inside.sum(axis=0, keepdims=True) + outside.sum(axis=0, keepdims=True))
        first = np.searchsorted(self.meter.interval_day[:-1], np.arange(self.meter.days))
        outside += np.add.reduceat(inside, first, axis=0)
        return outside


class Accumulator:
    """Adds up tallies in the order of their replications.

    Keeps, for every measure, row and place, two sums and three second moments; the histogram of waits; and the
    sums and squares of each replication's exact percentiles.
    """

    def __init__(self, meter: Meter, *, spans: tuple[str, ...] = SPANS) -> None:
        self.meter = meter
        self.rows = Rows.of(meter)
        self.replications = 0
        self._moments = {
            (level, span): RatioMoments((len(_linear_measures(level)), *self.rows.count(level, span)))
            for level in _LEVELS
            for span in spans
        }
        queues = len(meter.network.queue_names)
        self._percentiles = {
            "day": PercentileMoments((len(PERCENTS), meter.days, queues)),
            "horizon": PercentileMoments((len(PERCENTS), 1, queues)),
        }
        self._max_wait_s: FloatArray = np.full((meter.days, queues), np.nan)
        self._histograms: list[Histogram] = [EMPTY]
        self._compact = 1 << 16

    def add(self, tally: Tally) -> None:
        """The tally of the next replication."""
        for (level, span), moments in self._moments.items():
            read = self.rows.reader(tally, level, span)
            shape = self.rows.count(level, span)
            measures = _linear_measures(level)
            moments.add(
                np.stack([linear(read, measure.numerator, shape) for measure in measures]),
                np.stack([linear(read, measure.denominator, shape) for measure in measures]),
            )
        self._percentiles["day"].add(tally.day_percentiles)
        self._percentiles["horizon"].add(tally.percentiles[:, None, :])
        self._max_wait_s = np.fmax(self._max_wait_s, tally.max_wait_s)
        self._histograms.append(tally.waits)
        if sum(len(part.key) for part in self._histograms) > self._compact:
            self._histograms = [Histogram.sum(self._histograms)]
            self._compact = max(self._compact, 4 * len(self._histograms[0].key))
        self.replications += 1

    def estimate(self, measure: Measure, span: str, confidence: float) -> Estimate | None:
        """A measure's estimates, (rows, places); None where the span has none (percentiles per interval)."""
        if measure.kind in ("percentile", "maximum"):
            return None if span == "interval" else self._of_waits(measure, span, confidence)
        if measure.name == "service_level":
            parts = [self.estimate(measure_named("queue", name), span, confidence) for name in DEFINITIONS]
            chosen = [DEFINITIONS.index(name) for name in self.meter.promises.definition]
            known = [part for part in parts if part is not None]
            return Estimate(*(_chosen(known, chosen, name) for name in ("value", "low", "high")))
        moments = self._moments[measure.level, span]
        place = _linear_measures(measure.level).index(measure)
        value, error = moments.ratio(place), moments.standard_error(place)
        if measure.promised:
            unpromised = np.array([promise is None for promise in self.meter.promises.within])
            value, error = np.where(unpromised, np.nan, value), np.where(unpromised, np.nan, error)
        highest = 1.0 if measure.unit == "share" else np.inf
        return around(value, error, self.replications, confidence, highest)

    def sums(self, measure: Measure, span: str) -> FloatArray:
        """The sum over replications of a measure's numerator, (rows, places)."""
        place = _linear_measures(measure.level).index(measure)
        return np.asarray(self._moments[measure.level, span].numerator[place])

    def _of_waits(self, measure: Measure, span: str, confidence: float) -> Estimate:
        """Pooled percentiles and maxima of waits by day (days, Q) or of the horizon (1, Q)."""
        queues = len(self.meter.network.queue_names)
        if measure.kind == "maximum":
            value = self._max_wait_s if span == "day" else _max(self._max_wait_s)
            return Estimate(value, np.full_like(value, np.nan), np.full_like(value, np.nan))
        place = PERCENTS.index(measure.percent)
        exact = self._percentiles[span]
        if self.replications == 1:
            value = exact.total[place] / np.where(exact.seen[place], 1, np.nan)
            return Estimate(value, np.full_like(value, np.nan), np.full_like(value, np.nan))
        self._histograms = [Histogram.sum(self._histograms)]
        pooled = self._histograms[0]
        if span == "horizon":
            pooled = pooled.regrouped(np.tile(np.arange(queues), self.meter.days))
        value = pooled.percentile(measure.percent, exact.seen[place].size).reshape(exact.seen[place].shape)
        return exact.around(place, value, confidence)


class PercentileMoments:
    """Sums and squares of the replications' own percentiles, where they have any."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.seen = np.zeros(shape, dtype=np.int64)
        self.total: FloatArray = np.zeros(shape)
        self._centred: FloatArray = np.zeros(shape)

    def add(self, values: FloatArray) -> None:
        """One replication's percentiles, NaN where it has none."""
        known = ~np.isnan(values)
        mean = self.total / np.maximum(self.seen, 1)
        off = np.where(known, values - mean, 0.0)
        self._centred += off * off * (self.seen / (self.seen + 1))
        self.total += np.where(known, values, 0.0)
        self.seen += known

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


_LEVELS: tuple[Level, ...] = ("queue", "desk", "journey")


def _linear_measures(level: Level) -> list[Measure]:
    """The measures of a level that are means or ratios of sums."""
    return [
        measure
        for measure in measures_of(level)
        if measure.kind in ("mean", "ratio") and measure.name != "service_level"
    ]


def _chosen(parts: list[Estimate], chosen: list[int], name: str) -> FloatArray:
    """Column q of the part that queue q has chosen."""
    stacked = np.stack([getattr(part, name) for part in parts])
    return np.asarray(stacked[chosen, :, np.arange(len(chosen))].T)


def _max(values: FloatArray) -> FloatArray:
    """The largest of each column, NaN only where there is nothing else."""
    return np.asarray(np.fmax.reduce(values, axis=0, keepdims=True))

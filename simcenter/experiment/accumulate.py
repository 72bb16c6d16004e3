"""The accumulator: replications' tallies in, estimates out. Its size does not grow with their number."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from simcenter import _moments
from simcenter.experiment.confidence import Estimate, around, student
from simcenter.experiment.moments import MeanMoments, RatioMoments
from simcenter.measures.histogram import EMPTY, Histogram
from simcenter.measures.meter import Meter
from simcenter.measures.promises import DEFINITIONS
from simcenter.measures.rules import Rule
from simcenter.measures.table import PERCENTS, Level, Measure, measure_named, measures_of
from simcenter.measures.tally import Tally

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SPANS = ("horizon", "day", "interval")
"""What a row of a result covers."""

MOST_KEPT = 32
"""Tallies dealt with at once: most of what a small one costs is the calls, not the numbers."""
MOST_CELLS = 1 << 18
"""Numbers in them, of each measure: tallies of a year are dealt with one by one."""


class Rows:
    """The tallies of one meter as arrays (fields, rows, places), per level; what rows and places there are.

    Rows of intervals: T + 1 for queues and journeys (the last: after the horizon), T + days for desks (the last ones:
    after closing, by day). Journeys have one more place than there are queues: all of them.
    """

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.fields = {level: _fields(level, meter.rules) for level in LEVELS}
        """Per level, the names of the counts and sums that its measures are made of, in the order of ``read``."""
        self.open_s: FloatArray = np.where(meter.desk_open, meter.network.interval_s, 0.0)
        """(T, D) seconds of each measured interval inside the desk's hours."""
        self._first: IntArray = np.searchsorted(meter.interval_day, np.arange(meter.days))

    def shape(self, level: Level, span: str) -> tuple[int, int]:
        """Rows and places."""
        meter = self.meter
        network = meter.network
        places = {"queue": len(meter.places.names), "desk": network.desk_count, "journey": network.queue_count + 1}[
            level
        ]
        after = meter.days if level == "desk" else 1
        return {"horizon": 1, "day": meter.days, "interval": meter.intervals + after}[span], places

    def read(self, tallies: Sequence[Tally], level: Level) -> FloatArray:
        """The fields of a level by interval: (fields, replications, rows, places)."""
        if level == "desk":
            return self._desks(tallies)
        sums = [tally.queues if level == "queue" else tally.journeys for tally in tallies]
        values = np.array([[one[name] for one in sums] for name in self.fields[level]], dtype=np.float64)
        if level == "queue":
            return values
        return np.concatenate([values, values.sum(axis=-1, keepdims=True)], axis=-1)

    def _desks(self, tallies: Sequence[Tally]) -> FloatArray:
        """Seconds and answers inside the hours, then outside them by day.

        ``open_paid_s`` is what is paid inside the hours, ``open_s`` the length of those hours.
        """
        names = [name for name in self.fields["desk"] if name in tallies[0].desks]
        values = np.array([[tally.desks[name] for tally in tallies] for name in names], dtype=np.float64)
        inside = np.where(self.open_s > 0, values[..., :-1, :], 0.0)
        values[..., :-1, :] -= inside
        outside = np.add.reduceat(values, self._first, axis=-2)
        fields = dict(zip(names, np.concatenate([inside, outside], axis=-2), strict=True))
        nothing = np.zeros((len(tallies), self.meter.days, self.open_s.shape[1]))
        open_s = np.broadcast_to(self.open_s, (len(tallies), *self.open_s.shape))
        fields["open_s"] = np.concatenate([open_s, nothing], axis=-2)
        fields["open_paid_s"] = np.concatenate([inside[names.index("paid_s")], nothing], axis=-2)
        return np.array([fields[name] for name in self.fields["desk"]])

    def spanned(self, values: FloatArray, level: Level, span: str) -> FloatArray:
        """(..., rows, places) by interval as sums over each day, or over the horizon."""
        if span == "interval":
            return values
        if span == "horizon":  # from the days, which are few: sums over many short rows are slow
            return np.asarray(self.spanned(values, level, "day").sum(axis=-2, keepdims=True))
        if level != "desk":
            return np.asarray(np.add.reduceat(values, self._first, axis=-2))
        inside, outside = values[..., : self.meter.intervals, :], values[..., self.meter.intervals :, :]
        return np.asarray(np.add.reduceat(inside, self._first, axis=-2) + outside)

    def opened(self, span: str) -> npt.NDArray[np.bool_]:
        """Whether each desk is open at all in each row (rows, D); never after closing."""
        nothing = np.zeros((self.meter.days, self.open_s.shape[1]))
        return self.spanned(np.concatenate([self.open_s, nothing]), "desk", span) > 0


class _Terms:
    """The measures of a level that are means or ratios of sums, means first, as terms (field, factor)."""

    def __init__(self, level: Level, rows: Rows) -> None:
        self.measures = _summed(level, rows.meter.rules)
        self.means = sum(m.kind == "mean" for m in self.measures)
        place = {name: field for field, name in enumerate(rows.fields[level])}
        self._numerators = _Sums([[(place[name], f) for name, f in m.numerator.items()] for m in self.measures])
        ratios = self.measures[self.means :]
        self._denominators = _Sums([[(place[name], f) for name, f in m.denominator.items()] for m in ratios])

    def sums(self, fields: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Numerators (measures, ...), and the denominators of the ratios (ratios, ...), given the fields first."""
        return self._numerators.of(fields), self._denominators.of(fields)


class _Sums:
    """Sums of terms (field, factor), one after the other."""

    def __init__(self, parts: list[list[tuple[int, float]]]) -> None:
        terms = [term for part in parts for term in part]
        self._first = np.cumsum([0, *map(len, parts)], dtype=np.int64)
        self._field = np.array([field for field, _ in terms], dtype=np.int64)
        self._factor = np.array([factor for _, factor in terms], dtype=np.float64)

    def of(self, fields: FloatArray) -> FloatArray:
        """The sums (sums, ...), given the fields (fields, ...)."""
        out: FloatArray = np.zeros((len(self._first) - 1, *fields.shape[1:]))
        flat = out.reshape(len(out), fields[0].size)
        _moments.combine(fields.reshape(len(fields), -1), self._first, self._field, self._factor, flat)
        return out


def _summed(level: Level, rules: frozenset[Rule]) -> list[Measure]:
    """The measures of a level that can happen at all: means of sums, then ratios of sums."""
    own = [m for m in measures_of(level) if m.name != "service_level" and m.rule in rules]
    return [m for m in own if m.kind == "mean"] + [m for m in own if m.kind == "ratio"]


def _fields(level: Level, rules: frozenset[Rule]) -> list[str]:
    """The names of all counts and sums that the measures of a level are made of."""
    names = [name for measure in _summed(level, rules) for name in (*measure.numerator, *measure.denominator)]
    return list(dict.fromkeys(names))


LEVELS: tuple[Level, ...] = ("queue", "desk", "journey")


class Accumulator:
    """Adds up tallies in the order of their replications.

    Keeps, for every measure, row and place, two sums and three second moments; the histogram of waits; and the
    sums and squares of each replication's exact percentiles.
    """

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.rows = Rows(meter)
        self.replications = 0
        self._terms = {level: _Terms(level, self.rows) for level in LEVELS}
        each = [(level, span, self._terms[level]) for level in LEVELS for span in SPANS]
        self._means = {
            (level, span): MeanMoments((terms.means, *self.rows.shape(level, span))) for level, span, terms in each
        }
        self._ratios = {
            (level, span): RatioMoments((len(terms.measures) - terms.means, *self.rows.shape(level, span)))
            for level, span, terms in each
        }
        places, desks = len(meter.places.names), meter.network.desk_count
        self._handed_on = MeanMoments((desks, desks + 1))
        self._percentiles = {
            "day": PercentileMoments((len(PERCENTS), meter.days, places)),
            "horizon": PercentileMoments((len(PERCENTS), 1, places)),
        }
        self._max_wait_s: FloatArray = np.full((meter.days, places), np.nan)
        self._pending: list[Tally] = []
        """Tallies that are here, but not yet in the sums."""
        self._at_once = max(1, min(MOST_KEPT, MOST_CELLS // (meter.intervals * (places + desks))))
        self._histograms: list[Histogram] = [EMPTY]
        self._kept, self._compact = 0, 1 << 16
        """Buckets kept, in all histograms, and so many that these are made one."""

    def add(self, tally: Tally) -> None:
        """The tally of the next replication."""
        self._pending.append(tally)
        self.replications += 1
        if len(self._pending) >= self._at_once:
            self.settle()

    def settle(self) -> None:
        """Put what is pending into the sums, replication by replication: how many at once changes no bit."""
        tallies, self._pending = self._pending, []
        if not tallies:
            return
        for level, terms in self._terms.items():
            sums = terms.sums(self.rows.read(tallies, level))
            for span in SPANS:
                numerator, denominator = (self.rows.spanned(part, level, span) for part in sums)
                self._means[level, span].add_several(numerator[: terms.means])
                self._ratios[level, span].add_several(numerator[terms.means :], denominator)
        self._handed_on.add_several(np.stack([tally.transfers for tally in tallies], axis=1).astype(np.float64))
        self._percentiles["day"].add(np.stack([tally.day_percentiles for tally in tallies]))
        self._percentiles["horizon"].add(np.stack([tally.percentiles for tally in tallies]))
        self._max_wait_s = np.fmax.reduce([self._max_wait_s, *(tally.max_wait_s for tally in tallies)])
        self._histograms += [tally.waits for tally in tallies]
        self._kept += sum(len(tally.waits.key) for tally in tallies)
        if self._kept > self._compact:
            self._histograms = [Histogram.sum(self._histograms)]
            self._kept = len(self._histograms[0].key)
            self._compact = max(self._compact, 4 * self._kept)

    def estimate(self, measure: Measure, span: str, confidence: float) -> Estimate | None:
        """A measure's estimates, (rows, places); None where the span has none (percentiles per interval)."""
        self.settle()
        if measure.kind in ("percentile", "maximum"):
            return None if span == "interval" else self._of_waits(measure, span, confidence)
        if measure.name == "service_level":
            parts = [self.estimate(measure_named("queue", name), span, confidence) for name in DEFINITIONS]
            chosen = [DEFINITIONS.index(name) for name in self.meter.promises.definition]
            known = [part for part in parts if part is not None]
            return Estimate(*(_chosen(known, chosen, name) for name in ("value", "low", "high")))
        if measure.rule not in self.meter.rules:
            return self._nothing(measure, span)
        moments, place = self._moments(measure, span)
        value, error = moments.ratio(place), moments.standard_error(place)
        if measure.promised:
            promises = self.meter.promises.of(measure.promised)
            unpromised = np.array([promise is None for promise in promises])
            value, error = np.where(unpromised, np.nan, value), np.where(unpromised, np.nan, error)
        highest, lowest = 1.0 if measure.unit == "share" else np.inf, -np.inf if measure.signed else 0.0
        return around(value, error, self.replications, confidence, highest, lowest)

    def handed_on(self, confidence: float) -> Estimate:
        """Legs handed on from desk to desk, (D, D + 1), the last column to nobody: means of one replication."""
        self.settle()
        mean, error = self._handed_on.ratio(), self._handed_on.standard_error()
        return around(mean, error, self.replications, confidence)

    def _nothing(self, measure: Measure, span: str) -> Estimate:
        """What cannot happen in this centre: none of it, and no shares of that."""
        value = np.full(self.rows.shape(measure.level, span), 0.0 if measure.kind == "mean" else np.nan)
        bound = value if self.replications > 1 else np.full_like(value, np.nan)
        return Estimate(value, bound, bound)

    def sums(self, measure: Measure, span: str) -> FloatArray:
        """The sum over replications of a measure's numerator, (rows, places)."""
        self.settle()
        moments, place = self._moments(measure, span)
        return np.asarray(moments.numerator[place])

    def _moments(self, measure: Measure, span: str) -> tuple[MeanMoments | RatioMoments, int]:
        """Where the sums of a measure are."""
        terms = self._terms[measure.level]
        place = terms.measures.index(measure)
        if place < terms.means:
            return self._means[measure.level, span], place
        return self._ratios[measure.level, span], place - terms.means

    def _of_waits(self, measure: Measure, span: str, confidence: float) -> Estimate:
        """Pooled percentiles and maxima of waits by day (days, P) or of the horizon (1, P)."""
        places = len(self.meter.places.names)
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
        self._kept = len(pooled.key)
        if span == "horizon":
            pooled = pooled.regrouped(np.tile(np.arange(places), self.meter.days))
        value = pooled.percentile(measure.percent, exact.seen[place].size).reshape(exact.seen[place].shape)
        return exact.around(place, value, confidence)


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


def _chosen(parts: list[Estimate], chosen: list[int], name: str) -> FloatArray:
    """Column p of the part that place p has chosen."""
    stacked = np.stack([getattr(part, name) for part in parts])
    return np.asarray(stacked[chosen, :, np.arange(len(chosen))].T)


def _max(values: FloatArray) -> FloatArray:
    """The largest of each column, NaN only where there is nothing else."""
    return np.asarray(np.fmax.reduce(values, axis=0, keepdims=True))

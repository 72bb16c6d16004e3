"""The accumulator: replications' tallies in, estimates out. Its size does not grow with their number."""

from typing import Any

import numpy as np
import numpy.typing as npt

from simcenter.experiment.confidence import Estimate, around
from simcenter.experiment.moments import MeanMoments, PercentileMoments, RatioMoments
from simcenter.experiment.rows import LEVELS, SPANS, Rows
from simcenter.measures.histogram import EMPTY, Histogram
from simcenter.measures.meter import Meter
from simcenter.measures.promises import DEFINITIONS
from simcenter.measures.table import PERCENTS, Measure, measure_named
from simcenter.measures.tally import Tally
from simcenter.simulation.log import ContactLog

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MOST_KEPT = 32
"""Tallies dealt with at once: most of what a small one costs is the calls, not the numbers."""
MOST_CELLS = 1 << 18
"""Numbers in them, of each measure: tallies of a year are dealt with one by one."""


class Accumulate:
    """The reduction whose partial is an :class:`Accumulator`."""

    def __init__(self) -> None:
        self._rows: Rows | None = None

    def start(self, meter: Meter, replications: range) -> "Accumulator":
        """An empty accumulator."""
        if self._rows is None or self._rows.meter is not meter:
            self._rows = Rows(meter)  # worked out once, not for each block
        return Accumulator(meter, self._rows)

    def __reduce__(self) -> tuple[object, ...]:
        return Accumulate, ()


class Accumulator:
    """Adds up tallies in the order of their replications.

    Keeps, for every measure, row and place, two sums and three second moments; the histogram of waits; and the
    sums and squares of each replication's exact percentiles. Sent to another process it is those numbers only, and
    can be merged into another one there.

    Parameters
    ----------
    meter : Meter
        Of the tallies.
    rows : Rows, optional
        Of this meter, if it is there already.
    """

    def __init__(self, meter: Meter, rows: Rows | None = None) -> None:
        self.meter = meter
        self.rows = rows = rows or Rows(meter)
        self.replications = 0
        each = [(level, span, rows.terms[level], rows.shape(level, span)) for level in LEVELS for span in SPANS]
        self._means = {(level, span): MeanMoments((terms.means, *shape)) for level, span, terms, shape in each}
        self._ratios = {
            (level, span): RatioMoments((len(terms.measures) - terms.means, *shape))
            for level, span, terms, shape in each
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

    def add(self, tally: Tally, log: ContactLog | None = None) -> None:
        """The next replication; its log is not needed."""
        self._pending.append(tally)
        self.replications += 1
        if len(self._pending) >= self._at_once:
            self.settle()

    def merge(self, later: "Accumulator") -> None:
        """The replications that come next."""
        self.settle()
        later.settle()
        self.replications += later.replications
        for key, means in self._means.items():
            means.merge(later._means[key])
            self._ratios[key].merge(later._ratios[key])
        self._handed_on.merge(later._handed_on)
        for span, percentiles in self._percentiles.items():
            percentiles.merge(later._percentiles[span])
        self._max_wait_s = np.fmax(self._max_wait_s, later._max_wait_s)
        self._keep(later._histograms)

    def __getstate__(self) -> dict[str, Any]:
        self.settle()
        self._histograms = [Histogram.sum(self._histograms)]
        here_too = ("meter", "rows")
        return {name: value for name, value in vars(self).items() if name not in here_too}

    def settle(self) -> None:
        """Put what is pending into the sums, replication by replication: how many at once changes no bit."""
        tallies, self._pending = self._pending, []
        if not tallies:
            return
        for level, terms in self.rows.terms.items():
            sums = terms.sums(self.rows.read(tallies, level))
            for span in SPANS:
                numerator, denominator = (self.rows.spanned(part, level, span) for part in sums)
                self._means[level, span].add_several(numerator[: terms.means])
                self._ratios[level, span].add_several(numerator[terms.means :], denominator)
        self._handed_on.add_several(np.stack([tally.transfers for tally in tallies], axis=1).astype(np.float64))
        self._percentiles["day"].add(np.stack([tally.day_percentiles for tally in tallies]))
        self._percentiles["horizon"].add(np.stack([tally.percentiles for tally in tallies]))
        self._max_wait_s = np.fmax.reduce([self._max_wait_s, *(tally.max_wait_s for tally in tallies)])
        self._keep([tally.waits for tally in tallies])

    def _keep(self, histograms: list[Histogram]) -> None:
        """Keep these too, and make all one when there are too many buckets."""
        self._histograms += histograms
        self._kept += sum(len(one.key) for one in histograms)
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
        terms = self.rows.terms[measure.level]
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


def _chosen(parts: list[Estimate], chosen: list[int], name: str) -> FloatArray:
    """Column p of the part that place p has chosen."""
    stacked = np.stack([getattr(part, name) for part in parts])
    return np.asarray(stacked[chosen, :, np.arange(len(chosen))].T)


def _max(values: FloatArray) -> FloatArray:
    """The largest of each column, NaN only where there is nothing else."""
    return np.asarray(np.fmax.reduce(values, axis=0, keepdims=True))

"""Estimates: what an accumulator's sums say of each measure, with confidence intervals."""

import numpy as np
import numpy.typing as npt

from simcenter.experiment.accumulate import Accumulator
from simcenter.experiment.confidence import Estimate, around
from simcenter.experiment.moments import MeanMoments, RatioMoments
from simcenter.experiment.rows import Rows
from simcenter.measures.meter import Meter
from simcenter.measures.promises import DEFINITIONS
from simcenter.measures.table import PERCENTS, Measure, measure_named

FloatArray = npt.NDArray[np.float64]


class Estimates:
    """Of every measure, by horizon, day or interval.

    Parameters
    ----------
    meter : Meter
    sums : Accumulator
        Of the meter's tallies.
    """

    def __init__(self, meter: Meter, sums: Accumulator) -> None:
        sums.settle()
        self.meter = meter
        self.rows = Rows(meter)
        self.replications = sums.replications
        self._sums = sums

    def estimate(self, measure: Measure, span: str, confidence: float) -> Estimate | None:
        """A measure's estimates, (rows, places); None where the span has none (percentiles per interval)."""
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
        mean, error = self._sums.handed_on.ratio(), self._sums.handed_on.standard_error()
        return around(mean, error, self.replications, confidence)

    def _nothing(self, measure: Measure, span: str) -> Estimate:
        """What cannot happen in this centre: none of it, and no shares of that."""
        value = np.full(self.rows.shape(measure.level, span), 0.0 if measure.kind == "mean" else np.nan)
        bound = value if self.replications > 1 else np.full_like(value, np.nan)
        return Estimate(value, bound, bound)

    def sums(self, measure: Measure, span: str) -> FloatArray:
        """The sum over replications of a measure's numerator, (rows, places)."""
        moments, place = self._moments(measure, span)
        return np.asarray(moments.numerator[place])

    def _moments(self, measure: Measure, span: str) -> tuple[MeanMoments | RatioMoments, int]:
        """Where the sums of a measure are."""
        terms = self.rows.terms[measure.level]
        place = terms.measures.index(measure)
        if place < terms.means:
            return self._sums.means[measure.level, span], place
        return self._sums.ratios[measure.level, span], place - terms.means

    def _of_waits(self, measure: Measure, span: str, confidence: float) -> Estimate:
        """Pooled percentiles and maxima of waits by day (days, P) or of the horizon (1, P)."""
        places = len(self.meter.places.names)
        if measure.kind == "maximum":
            value = self._sums.max_wait_s if span == "day" else _max(self._sums.max_wait_s)
            return Estimate(value, np.full_like(value, np.nan), np.full_like(value, np.nan))
        place = PERCENTS.index(measure.percent)
        exact = self._sums.percentiles[span]
        if self.replications == 1:
            value = exact.total[place] / np.where(exact.seen[place], 1, np.nan)
            return Estimate(value, np.full_like(value, np.nan), np.full_like(value, np.nan))
        pooled = self._sums.waits
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

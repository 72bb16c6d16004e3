"""The accumulator: adds up replications. Its size does not grow with their number. Estimates are in estimates.py."""

from typing import Any

import numpy as np
import numpy.typing as npt

from simcenter.experiment.moments import MeanMoments, PercentileMoments, RatioMoments
from simcenter.experiment.rows import LEVELS, SPANS, Rows, at_once
from simcenter.measures.histogram import EMPTY, Histogram
from simcenter.measures.meter import Meter
from simcenter.measures.table import PERCENTS
from simcenter.measures.tally import Tally
from simcenter.simulation.log import ContactLog

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


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

    Keeps, for every measure, row and place, two sums and three second moments: ``means`` and ``ratios`` by level and
    span, ``handed_on`` from desk to desk (D, D + 1); the histogram of ``waits``; ``max_wait_s`` (days, P); and by span
    the sums and squares of each replication's exact ``percentiles``. Sent to another process it is those numbers only,
    and can be merged into another one there.

    Parameters
    ----------
    meter : Meter
        Of the tallies.
    rows : Rows, optional
        Of this meter, if it is there already.
    """

    def __init__(self, meter: Meter, rows: Rows | None = None) -> None:
        self._rows = rows = rows or Rows(meter)
        self.replications = 0
        each = [(level, span, rows.terms[level], rows.shape(level, span)) for level in LEVELS for span in SPANS]
        self.means = {(level, span): MeanMoments((terms.means, *shape)) for level, span, terms, shape in each}
        self.ratios = {
            (level, span): RatioMoments((len(terms.measures) - terms.means, *shape))
            for level, span, terms, shape in each
        }
        places, desks = len(meter.places.names), meter.network.desk_count
        self.handed_on = MeanMoments((desks, desks + 1))
        self.percentiles = {
            "day": PercentileMoments((len(PERCENTS), meter.days, places)),
            "horizon": PercentileMoments((len(PERCENTS), 1, places)),
        }
        self.max_wait_s: FloatArray = np.full((meter.days, places), np.nan)
        self._pending: list[Tally] = []
        """Tallies that are here, but not yet in the sums."""
        self._at_once = at_once(meter)
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
        for key, means in self.means.items():
            means.merge(later.means[key])
            self.ratios[key].merge(later.ratios[key])
        self.handed_on.merge(later.handed_on)
        for span, percentiles in self.percentiles.items():
            percentiles.merge(later.percentiles[span])
        self.max_wait_s = np.fmax(self.max_wait_s, later.max_wait_s)
        self._keep(later._histograms)

    def __getstate__(self) -> dict[str, Any]:
        self.settle()
        self._histograms = [self.waits]  # one, whatever there was
        return {name: value for name, value in vars(self).items() if name != "_rows"}

    @property
    def waits(self) -> Histogram:
        """The histogram of waits, cell = day x P + place."""
        self._histograms = [Histogram.sum(self._histograms)]
        self._kept = len(self._histograms[0].key)
        return self._histograms[0]

    def settle(self) -> None:
        """Put what is pending into the sums, replication by replication: how many at once changes no bit."""
        tallies, self._pending = self._pending, []
        if not tallies:
            return
        for level, terms in self._rows.terms.items():
            fields = self._rows.read(tallies, level)
            for span in SPANS:  # counts and seconds before they are put together: those sums are exact
                numerator, denominator = terms.sums(self._rows.spanned(fields, level, span))
                self.means[level, span].add_several(numerator[: terms.means])
                self.ratios[level, span].add_several(numerator[terms.means :], denominator)
        self.handed_on.add_several(np.stack([tally.transfers for tally in tallies], axis=1).astype(np.float64))
        self.percentiles["day"].add(np.stack([tally.day_percentiles for tally in tallies]))
        self.percentiles["horizon"].add(np.stack([tally.percentiles for tally in tallies]))
        self.max_wait_s = np.fmax.reduce([self.max_wait_s, *(tally.max_wait_s for tally in tallies)])
        self._keep([tally.waits for tally in tallies])

    def _keep(self, histograms: list[Histogram]) -> None:
        """Keep these too, and make all one when there are too many buckets."""
        self._histograms += histograms
        self._kept += sum(len(one.key) for one in histograms)
        if self._kept > self._compact:
            self._compact = max(self._compact, 4 * len(self.waits.key))

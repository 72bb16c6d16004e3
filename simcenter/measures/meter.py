"""The meter: from a contact log to its tally. What depends on the network and the promises is worked out once."""

import numpy as np
import numpy.typing as npt

from simcenter.measures.clock import working_clock
from simcenter.measures.desk_time import DeskTime, open_intervals
from simcenter.measures.histogram import Histogram
from simcenter.measures.journeys import journey_sums
from simcenter.measures.promises import Promises, Within, is_deferred
from simcenter.measures.table import PERCENTS
from simcenter.measures.tally import Sums, Tally
from simcenter.simulation.log import ContactLog, Outcome
from simcenter.simulation.network import Network

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_OUTCOMES = {
    "abandoned": Outcome.ABANDONED,
    "blocked": Outcome.BLOCKED,
    "balked": Outcome.BALKED,
    "turned_away": Outcome.TURNED_AWAY,
    "dropped": Outcome.DROPPED,
    "callbacks": Outcome.CALLBACK,
    "waiting_at_end": Outcome.WAITING,
    "transferred_out": Outcome.TRANSFERRED,
    "resolved": Outcome.RESOLVED,
}
_GRID = 2.0**20
_WAIT_BITS = 45  # a wait on the grid is below 2^25 s, over a year


class Meter:
    """Tallies the logs of one network under one set of promises.

    Parameters
    ----------
    network : Network
    promises : Promises
        Q promises; ``Promises.none(network)`` where nothing is promised.
    """

    def __init__(self, network: Network, promises: Promises) -> None:
        self.network = network
        self.promises = promises
        self.intervals = round(network.end_s / network.interval_s)
        self.days = len(network.day_start_s) - 1
        starts = np.arange(self.intervals) * network.interval_s
        day = np.searchsorted(network.day_start_s, starts, side="right") - 1
        self.interval_day: IntArray = np.append(day, self.days - 1)
        """(T + 1,) the day of each interval; what comes after the horizon belongs to the last day."""
        queues = range(len(network.queue_names))
        self._clocks = [working_clock(network, queue, promises.shown_s) for queue in queues]
        self._deferred: BoolArray = np.array([is_deferred(network, queue) for queue in queues], dtype=np.bool_)
        self._desk_time = DeskTime(network, self.intervals)
        self.desk_open: BoolArray = open_intervals(network, self.intervals)
        """(T, D) which intervals lie in the hours of each desk."""

    def tally(self, log: ContactLog) -> Tally:
        """The tally of one replication's log."""
        row = np.minimum((log.entered_s / self.network.interval_s).astype(np.int64), self.intervals)
        answered = log.desk >= 0
        answer_s = self.answers(log)
        wait_s, delayed = self.waits(log)
        queues = self._queue_sums(log, row, answered, answer_s, wait_s, delayed)
        waits = self._waits(row[answered], log.queue[answered], wait_s[answered])
        shape = (self.intervals + 1, len(self.network.queue_names))
        return Tally(
            queues=queues,
            journeys=journey_sums(log, row, wait_s, shape),
            desks=self._desk_time.sums(log, answered, answer_s),
            waits=waits[0],
            max_wait_s=waits[1],
            day_percentiles=waits[2],
            percentiles=waits[3],
        )

    def answers(self, log: ContactLog) -> FloatArray:
        """When each leg was answered (L,): the start, or the reply of deferred ones; means nothing where it was not."""
        return np.where(self._deferred[log.queue], log.end_s, log.start_s)

    def waits(self, log: ContactLog) -> tuple[FloatArray, BoolArray]:
        """How long each leg waited (L,), and whether it waited at all.

        Until the answer, or the end of those never answered: in seconds, or in working seconds where deferred.
        """
        answered = log.desk >= 0
        wait_s = np.where(answered, log.start_s, log.end_s) - log.entered_s
        delayed = wait_s > 0
        for queue in np.flatnonzero(self._deferred):
            legs, clock = np.flatnonzero(log.queue == queue), self._clocks[queue]
            entered = clock.worked(log.entered_s[legs])
            wait_s[legs] = clock.worked(log.end_s[legs]) - entered
            begun_s = np.where(answered[legs], log.start_s[legs], log.end_s[legs])
            delayed[legs] = clock.worked(begun_s) > entered
        return wait_s, delayed

    def _queue_sums(
        self,
        log: ContactLog,
        row: IntArray,
        answered: BoolArray,
        answer_s: FloatArray,
        wait_s: FloatArray,
        delayed: BoolArray,
    ) -> Sums:
        """Counts and sums per interval of entry and queue."""
        shape = (self.intervals + 1, len(self.network.queue_names))
        cells = shape[0] * shape[1]
        cell = row * shape[1] + log.queue

        def count(mask: BoolArray) -> IntArray:
            return np.bincount(cell[mask], minlength=cells).reshape(shape)

        def total(mask: BoolArray, seconds: FloatArray) -> FloatArray:
            sums = np.bincount(cell[mask], weights=seconds[mask], minlength=cells)
            return np.asarray(sums, dtype=np.float64).reshape(shape)

        result: dict[str, IntArray | FloatArray] = {"offered": np.bincount(cell, minlength=cells).reshape(shape)}
        result["answered"] = count(answered)
        for name, outcome in _OUTCOMES.items():
            result[name] = count(log.outcome == outcome)
        abandoned = log.outcome == Outcome.ABANDONED
        due_s = self.due(log)
        stuck = (log.outcome == Outcome.WAITING) | (log.outcome == Outcome.DROPPED)
        late = stuck & (due_s <= log.end_s)
        judged = answered | abandoned | late
        result["undecided"] = count(stuck & ~late)
        result["late"] = count(late)
        result["in_time"] = count(answered & (answer_s <= due_s))
        result["abandoned_in_time"] = count(abandoned & (log.end_s <= due_s))
        result["abandoned_short"] = count(abandoned & (wait_s <= self.promises.short_abandon_s))
        result["within_p90"] = count(answered & (answer_s <= self._due(log, self.promises.p90)))
        result["delayed"] = count(judged & delayed)
        result["wait_answered_s"] = total(answered, wait_s)
        result["wait_s"] = total(judged, wait_s)
        result["handle_s"] = total(answered, log.freed_s - log.start_s)
        return result

    def due(self, log: ContactLog) -> FloatArray:
        """By when each leg was to be answered (L,); inf where nothing is promised, or not inside the horizon."""
        return self._due(log, self.promises.within)

    def _due(self, log: ContactLog, within: tuple[Within | None, ...]) -> FloatArray:
        due_s = np.full(len(log), np.inf)
        for queue, promise in enumerate(within):
            if promise is not None:
                legs = np.flatnonzero(log.queue == queue)
                due_s[legs] = promise.due(log.entered_s[legs], self._clocks[queue], bool(self._deferred[queue]))
        return due_s

    def _waits(
        self, row: IntArray, queue: IntArray, wait_s: FloatArray
    ) -> tuple[Histogram, FloatArray, FloatArray, FloatArray]:
        """Histogram, maxima (days, Q), percentiles by day (3, days, Q) and of the horizon (3, Q) of answered legs.

        Waits are whole grid steps: cell and wait packed into one integer sort fast and exactly.
        """
        queues = len(self.network.queue_names)
        cells = self.days * queues
        steps = (wait_s * _GRID).astype(np.int64)
        by_day = np.sort(((self.interval_day[row] * queues + queue) << _WAIT_BITS) | steps)
        cell = by_day >> _WAIT_BITS
        sorted_s = (by_day & ((1 << _WAIT_BITS) - 1)) / _GRID
        edge = np.searchsorted(cell, np.arange(cells + 1))
        max_wait_s = np.full(cells, np.nan)
        full = edge[1:] > edge[:-1]
        max_wait_s[full] = sorted_s[edge[1:][full] - 1]
        day_percentiles = _nearest_rank(sorted_s, edge).reshape(len(PERCENTS), self.days, queues)
        by_queue = np.sort((queue << _WAIT_BITS) | steps)
        edge = np.searchsorted(by_queue >> _WAIT_BITS, np.arange(queues + 1))
        percentiles = _nearest_rank((by_queue & ((1 << _WAIT_BITS) - 1)) / _GRID, edge)
        return Histogram.of_sorted(cell, sorted_s), max_wait_s.reshape(self.days, queues), day_percentiles, percentiles


def _nearest_rank(sorted_s: FloatArray, edge: IntArray) -> FloatArray:
    """Percentiles (3, cells) of the cells whose sorted values lie between the edges (cells + 1,); NaN if empty."""
    size = np.diff(edge)
    full = size > 0
    result = np.full((len(PERCENTS), len(size)), np.nan)
    for place, percent in enumerate(PERCENTS):
        rank = -(-percent * size[full] // 100)
        result[place, full] = sorted_s[edge[:-1][full] + rank - 1]
    return result


def measure(network: Network, promises: Promises, log: ContactLog) -> Tally:
    """The tally of one log; for many logs of one network, make one :class:`Meter`."""
    return Meter(network, promises).tally(log)

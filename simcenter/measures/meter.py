"""The meter: from a contact log to its tally. What depends on the network and the promises is worked out once."""

import numpy as np
import numpy.typing as npt

from simcenter.measures.callbacks import callbacks_of
from simcenter.measures.clock import working_clock
from simcenter.measures.compiled import Counter
from simcenter.measures.desk_time import DeskTime, open_intervals
from simcenter.measures.histogram import Histogram
from simcenter.measures.journeys import journey_sums
from simcenter.measures.legs import Legs, View, stays_of, waits_of
from simcenter.measures.places import places_of
from simcenter.measures.promises import Promises, Within, is_deferred
from simcenter.measures.rules import rules_in
from simcenter.measures.table import PERCENTS
from simcenter.measures.tally import Sums, Tally
from simcenter.measures.transfers import Transfers
from simcenter.simulation.log import ContactLog, Entry, Outcome
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

    What comes before the network's warm-up is over is not measured: legs by their entry, customers by their first
    attempt, adviser seconds and answers by the interval in which they fall.

    Parameters
    ----------
    network : Network
    promises : Promises
        One per place; ``Promises.none(network)`` where nothing is promised.
    compiled : bool
        Whether to count in the compiled loop (measures/compiled.py). Otherwise as written here: slower, to be read,
        and the same numbers.
    """

    def __init__(self, network: Network, promises: Promises, *, compiled: bool = True) -> None:
        self.network = network
        self.promises = promises
        self.places = places_of(network)
        self.rules = rules_in(network)
        """What can happen at all; counts of anything else are not in the tallies."""
        self.intervals = round(network.end_s / network.interval_s)
        self.days = len(network.day_start_s) - 1
        starts = np.arange(self.intervals) * network.interval_s
        day = np.searchsorted(network.day_start_s, starts, side="right") - 1
        self.interval_day: IntArray = np.append(day, self.days - 1)
        """(T + 1,) the day of each interval; what comes after the horizon belongs to the last day."""
        queues = range(network.queue_count)
        self.clocks = [working_clock(network, queue, promises.shown_s) for queue in queues]
        self._deferred: BoolArray = np.array([is_deferred(network, queue) for queue in queues], dtype=np.bool_)
        self._desk_time = DeskTime(network, self.intervals)
        self._transfers = Transfers(network)
        self.desk_open: BoolArray = open_intervals(network, self.intervals)
        """(T, D) which intervals are measured and lie in the hours of each desk."""
        self._all_offered = not self.rules & {"callback", "interruptions", "appointments"}
        self._counter = Counter(self) if compiled else None

    def tally(self, log: ContactLog) -> Tally:
        """The tally of one replication's log."""
        if self._counter is not None:
            return self._counter.tally(log)
        legs = self.legs(log)
        views = self._views(legs)
        by_view = [{**self._queue_sums(legs, view), **self._rule_sums(legs, view)} for view in views]
        desks = self.network.desk_count
        matrix: IntArray = np.zeros((desks, desks + 1), dtype=np.int64)
        if "transfers" in self.rules:
            causes, matrix = self._transfers.sums(legs, views)
            by_view = [{**sums, **more} for sums, more in zip(by_view, causes, strict=True)]
        if "callback" in self.rules and legs.counted is not None:
            callbacks = callbacks_of(log, legs.counted, self.network.end_s)
            for sums, view in zip(by_view, views, strict=True):
                sums |= callbacks.sums(view, self._due(log, view, self.promises.of("callback")))
        waits = self._waits(legs, views)
        return Tally(
            queues=_beside(by_view),
            journeys=journey_sums(legs, self.network.warm_up_s, views[0].shape, self.rules),
            desks=self._desk_time.sums(log, legs.served, legs.answer_s),
            transfers=matrix,
            waits=waits[0],
            max_wait_s=waits[1],
            day_percentiles=waits[2],
            percentiles=waits[3],
        )

    def legs(self, log: ContactLog) -> Legs:
        """The legs of a log as they are measured."""
        stays = stays_of(log, "interruptions" in self.rules)
        wait_s, delayed = waits_of(log, stays.begun_s, self.clocks, self._deferred)
        warm_up_s = self.network.warm_up_s
        measured = log.entered_s >= warm_up_s if warm_up_s else None
        counted = measured if self._all_offered else log.counted if measured is None else log.counted & measured
        served = answered = log.answered
        abandoned = log.outcome == Outcome.ABANDONED
        stuck = (log.outcome == Outcome.WAITING) | (log.outcome == Outcome.DROPPED)
        if counted is not None:
            answered, abandoned, stuck = answered & counted, abandoned & counted, stuck & counted
        return Legs(
            log=log,
            row=np.minimum((log.entered_s / self.network.interval_s).astype(np.int64), self.intervals),
            measured=measured,
            counted=counted,
            served=served,
            answered=answered,
            abandoned=abandoned,
            stuck=stuck,
            stays=stays,
            answer_s=np.where(self._deferred[log.queue], log.end_s, log.start_s),
            wait_s=wait_s,
            delayed=delayed,
        )

    def due(self, log: ContactLog) -> FloatArray:
        """By when each leg was to be answered (L,); inf where nothing is promised, or not inside the horizon.

        By the promise of its class where it has a place of its own, else of its queue.
        """
        return self.due_at(log, self._place(log), range(len(self.places.names)), self.promises.within)

    def promised(self, log: ContactLog) -> BoolArray:
        """Whether anything is promised to each leg (L,)."""
        return np.array([one is not None for one in self.promises.within], dtype=np.bool_)[self._place(log)]

    def _place(self, log: ContactLog) -> IntArray:
        place = self.places.of_class[log.customer_class]
        return np.where(place >= 0, place, log.queue)

    def _views(self, legs: Legs) -> list[View]:
        """Where legs are counted: in their queues, then in the classes of these."""
        rows, queues = self.intervals + 1, self.network.queue_count
        views = [View(legs.row, legs.log.queue, (rows, queues), 0)]
        classes = len(self.places.names) - queues
        if classes:
            place = self.places.of_class[legs.log.customer_class]
            views.append(View(legs.row, np.where(place < 0, -1, place - queues), (rows, classes), queues))
        return views

    def _queue_sums(self, legs: Legs, view: View) -> dict[str, IntArray | FloatArray]:
        """Counts and sums of every centre, per interval of entry and place of the view."""
        log, answered, abandoned = legs.log, legs.answered, legs.abandoned
        ended = view.by_kind(legs.counted, log.outcome, len(Outcome))
        sums: dict[str, IntArray | FloatArray] = {"offered": ended.sum(axis=0), "answered": view.count(answered)}
        sums |= {name: ended[outcome] for name, outcome in _OUTCOMES.items()}
        due_s = self._due(log, view, self.promises.within)
        late = legs.stuck & (due_s <= log.end_s)
        judged = answered | abandoned | late
        sums["undecided"] = view.count(legs.stuck & ~late)
        sums["late"] = view.count(late)
        sums["in_time"] = view.count(answered & (legs.answer_s <= due_s))
        sums["abandoned_in_time"] = view.count(abandoned & (log.end_s <= due_s))
        sums["abandoned_short"] = view.count(abandoned & (legs.wait_s <= self.promises.short_abandon_s))
        sums["within_p90"] = view.count(answered & (legs.answer_s <= self._due(log, view, self.promises.p90)))
        sums["delayed"] = view.count(judged & legs.delayed)
        sums["wait_answered_s"] = view.total(answered, legs.wait_s)
        sums["wait_s"] = view.total(judged, legs.wait_s)
        sums["handle_s"] = view.total(answered, legs.stays.handle_s)
        return sums

    def _rule_sums(self, legs: Legs, view: View) -> Sums:
        """Counts of what only some centres have, per interval of entry and place of the view."""
        log, rules, entry = legs.log, self.rules, legs.stays.entry
        sums: dict[str, IntArray] = {}

        def count(mask: BoolArray, among: BoolArray | None) -> IntArray:
            """How many legs, by interval and place."""
            return view.count(mask if among is None else mask & among)

        if "redial" in rules:
            sums["redials"] = count(entry == Entry.REDIAL, legs.counted)
        if "repeat" in rules:
            sums["repeats"] = count(entry == Entry.REPEAT, legs.counted)
        if "interruptions" in rules:
            sums["interrupted"] = count(log.outcome == Outcome.INTERRUPTED, legs.measured)
        if "appointments" in rules:
            sums["appointments"] = count(log.entry == Entry.APPOINTMENT, legs.measured)
            sums["no_shows"] = count(log.outcome == Outcome.NO_SHOW, legs.measured)
        if "own adviser" in rules:
            own = legs.answered & (log.own_adviser >= 0)
            his = (log.adviser == log.own_adviser) & (log.desk == self.network.own_desk[log.queue])
            sums |= {"own": view.count(own), "continued": view.count(own & his)}
        return sums

    def _due(self, log: ContactLog, view: View, within: tuple[Within | None, ...]) -> FloatArray:
        """By when each leg is due in the place that the view gives it (L,); inf for never."""
        return self.due_at(log, view.place + view.first if view.first else view.place, view.places, within)

    def due_at(self, log: ContactLog, place: IntArray, places: range, within: tuple[Within | None, ...]) -> FloatArray:
        """By when each leg is due by one of ``places``, the one that ``place`` (L,) gives it; inf for never."""
        due_s = np.full(len(log), np.inf)
        for one in places:
            promise, queue = within[one], int(self.places.queue[one])
            if promise is not None:
                rows = np.flatnonzero(place == one)
                due_s[rows] = promise.due(log.entered_s[rows], self.clocks[queue], bool(self._deferred[queue]))
        return due_s

    def _waits(self, legs: Legs, views: list[View]) -> tuple[Histogram, FloatArray, FloatArray, FloatArray]:
        """Histogram, maxima (days, P), percentiles by day (3, days, P) and of the horizon (3, P) of answered legs.

        Waits are whole grid steps: cell and wait packed into one integer sort fast and exactly.
        """
        rows = [np.flatnonzero(view.known(legs.answered)) for view in views]
        place, every = views[0].place[rows[0]], rows[0]
        for view, more in zip(views[1:], rows[1:], strict=True):
            place, every = np.append(place, view.place[more] + view.first), np.append(every, more)
        places = len(self.places.names)
        cells = self.days * places
        steps = (legs.wait_s[every] * _GRID).astype(np.int64)
        by_day = np.sort(((self.interval_day[legs.row[every]] * places + place) << _WAIT_BITS) | steps)
        cell = by_day >> _WAIT_BITS
        sorted_s = (by_day & ((1 << _WAIT_BITS) - 1)) / _GRID
        edge = np.searchsorted(cell, np.arange(cells + 1))
        max_wait_s = np.full(cells, np.nan)
        full = edge[1:] > edge[:-1]
        max_wait_s[full] = sorted_s[edge[1:][full] - 1]
        day_percentiles = _nearest_rank(sorted_s, edge).reshape(len(PERCENTS), self.days, places)
        by_place = np.sort((place << _WAIT_BITS) | steps)
        edge = np.searchsorted(by_place >> _WAIT_BITS, np.arange(places + 1))
        percentiles = _nearest_rank((by_place & ((1 << _WAIT_BITS) - 1)) / _GRID, edge)
        return Histogram.of_sorted(cell, sorted_s), max_wait_s.reshape(self.days, places), day_percentiles, percentiles


def _beside(parts: list[dict[str, IntArray | FloatArray]]) -> Sums:
    """The sums of queues and of classes side by side."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}


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

"""The face of the compiled tally: the network and the promises laid out once, and each log counted in one pass.

Gives the tally of meter.py's numpy version, bit for bit; that one is the norm to read.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simcenter import _tally
from simcenter.measures.desk_time import chat_desks, chat_spans
from simcenter.measures.histogram import Histogram
from simcenter.measures.promises import Within
from simcenter.measures.rules import Rule
from simcenter.measures.table import PERCENTS
from simcenter.measures.tally import Sums, Tally
from simcenter.measures.transfers import overflows
from simcenter.simulation.log import ContactLog
from simcenter.simulation.network import DEFERRED

if TYPE_CHECKING:
    from simcenter.measures.meter import Meter

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BitArray = npt.NDArray[np.uint8]

RULES: dict[Rule, int] = {
    "callback": 1, "interruptions": 2, "appointments": 4, "returns": 8, "transfers": 16, "own adviser": 32,
}  # fmt: skip
"""What the compiled loop asks about rules: its ON_ numbers."""

_QUEUES: dict[Rule, tuple[str, ...]] = {
    "": (
        "offered", "answered", "abandoned", "blocked", "balked", "turned_away", "dropped", "callbacks",
        "waiting_at_end", "transferred_out", "resolved", "undecided", "late", "in_time", "abandoned_in_time",
        "abandoned_short", "within_p90", "delayed", "wait_answered_s", "wait_s", "handle_s",
    ),
    "redial": ("redials",),
    "repeat": ("repeats",),
    "interruptions": ("interrupted",),
    "appointments": ("appointments", "no_shows"),
    "own adviser": ("own", "continued"),
    "transfers": ("transfers_misrouted", "transfers_skill", "transfers_overflow"),
    "callback": (
        "callbacks_made", "called_back", "callbacks_open", "callback_wait_s", "callback_in_time",
        "callback_undecided", "predicted", "prediction_bias_s", "prediction_error_s",
    ),
}  # fmt: skip
_JOURNEYS: dict[Rule, tuple[str, ...]] = {
    "": (
        "contacts", "attempts", "legs", "answered_customers", "transferred", "bounced", "resolved_first", "lost",
        "resolved_customers", "journey_wait_s", "resolution_s", "at_limit",
    ),
    "returns": ("pending",),
    "transfers": ("passed_on_s",),
}  # fmt: skip
_PROMISES = ("within", "p90", "callback")
_NOTHING, _SECONDS, _WORKING, _TOLD = range(4)
_PERCENTS = np.array(PERCENTS, dtype=np.int64)


@dataclass(frozen=True)
class Plan:
    """A network and its promises as the compiled loop reads them: sizes, seconds, and arrays in a row.

    ``sizes``: T, Q, P, D, C, days, rules; ``seconds``: an interval's, the horizon's end, the warm-up's end, a short
    abandonment. ``promise`` (3 x P) what kind each promise of each place is, ``promise_s`` how long; ``told`` (3 x 2)
    which row of what :meth:`Counter.told` gives a promise has for queues, and for classes.
    """

    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    deferred: BitArray
    chats: BitArray
    overflow: BitArray
    own_desk: IntArray
    class_place: IntArray
    day: IntArray
    period_first: IntArray
    period_start_s: FloatArray
    period_end_s: FloatArray
    period_before_s: FloatArray
    promise: IntArray
    promise_s: FloatArray
    told: IntArray


class Counter:
    """Counts logs for a meter."""

    def __init__(self, meter: "Meter") -> None:
        self._meter = meter
        self._told: list[tuple[str, int]] = []
        """Promises in working days, (promise, view): when each leg is due is told to the loop."""
        self._plan = self._laid_out()
        self._queues = _names(_QUEUES, meter.rules)
        self._journeys = _names(_JOURNEYS, meter.rules)
        self._warm_up = round(meter.network.warm_up_s / meter.network.interval_s)
        self._chats = bool(self._plan.chats.any())

    def tally(self, log: ContactLog) -> Tally:
        """The tally of one replication's log."""
        meter, plan = self._meter, self._plan
        counts, sums, journeys, journey_s, answered, busy_s, transfers, steps, group = _tally.count(
            log, plan, self.told(log)
        )
        if self._chats:
            busy_s += _tally.spans(*chat_spans(log, plan.chats.view(np.bool_)), plan)
        desks = {
            "answered": answered[0],
            "transferred_out": answered[1],
            "paid_s": _tally.spans(log.duty_desk, log.duty_start_s, log.duty_end_s, plan),
            "busy_s": busy_s,
        }
        if self._warm_up:
            for values in desks.values():
                values[: self._warm_up] = 0
        places = len(meter.places.names)
        key, many, longest, by_day, whole = _tally.waits(steps, group, meter.days, places, _PERCENTS)
        if meter.days > 1 and places > 1:  # found place by place, wanted day by day
            order = np.argsort(key)
            key, many = key[order], many[order]
        return Tally(
            queues=_picked(self._queues, _tally.COUNTS, counts, _tally.SUMS, sums),
            journeys=_picked(self._journeys, _tally.JOURNEY_COUNTS, journeys, _tally.JOURNEY_SUMS, journey_s),
            desks=desks,
            transfers=transfers,
            waits=Histogram(key.copy(), many.copy()),  # the room they were made in is as large as the log
            max_wait_s=longest,
            day_percentiles=by_day,
            percentiles=whole,
        )

    def told(self, log: ContactLog) -> FloatArray:
        """When legs are due by promises in working days, (n, L)."""
        meter = self._meter
        if not self._told:
            return np.zeros((0, 0))
        class_place = meter.places.of_class[log.customer_class]
        queues = meter.network.queue_count
        every = range(queues), range(queues, len(meter.places.names))
        rows = [
            meter.due_at(log, class_place if view else log.queue, every[view], meter.promises.of(promise))
            for promise, view in self._told
        ]
        return np.ascontiguousarray(rows)

    def _laid_out(self) -> Plan:
        meter = self._meter
        network, places, promises = meter.network, len(meter.places.names), meter.promises
        promise: IntArray = np.full((3, places), _NOTHING)
        promise_s: FloatArray = np.zeros((3, places))
        told: IntArray = np.full((3, 2), -1)
        for one, name in enumerate(_PROMISES):
            for place, within in enumerate(promises.of(name)):
                if within is None:
                    continue
                promise[one, place], promise_s[one, place] = self._kind(within, place), within.grid_s
                if promise[one, place] == _TOLD:
                    key = (name, int(place >= network.queue_count))
                    if key not in self._told:
                        self._told.append(key)
                    told[one, key[1]] = self._told.index(key)
        on = sum(number for rule, number in RULES.items() if rule in meter.rules)
        clocks = meter.clocks
        return Plan(
            sizes=(
                meter.intervals, network.queue_count, places, network.desk_count, network.class_count, meter.days, on,
            ),
            seconds=(network.interval_s, network.end_s, network.warm_up_s, promises.short_abandon_s),
            deferred=(network.kind == DEFERRED).astype(np.uint8),
            chats=chat_desks(network).astype(np.uint8),
            overflow=overflows(network).astype(np.uint8).ravel(),
            own_desk=_whole(network.own_desk),
            class_place=_whole(meter.places.of_class),
            day=_whole(meter.interval_day),
            period_first=_whole(np.cumsum([0, *(len(clock.start_s) for clock in clocks)])),
            period_start_s=_seconds([clock.start_s for clock in clocks]),
            period_end_s=_seconds([clock.end_s for clock in clocks]),
            period_before_s=_seconds([clock.before_s for clock in clocks]),
            promise=_whole(promise.ravel()),
            promise_s=promise_s.ravel(),
            told=_whole(told.ravel()),
        )  # fmt: skip

    def _kind(self, within: Within, place: int) -> int:
        """How the loop works out when a leg is due."""
        if within.unit == "working days":
            return _TOLD
        deferred = self._meter.network.kind[self._meter.places.queue[place]] == DEFERRED
        return _WORKING if deferred or within.unit == "working s" else _SECONDS


def _names(by_rule: dict[Rule, tuple[str, ...]], rules: frozenset[Rule]) -> tuple[str, ...]:
    """The names of what is counted in a centre with these rules."""
    return tuple(name for rule, names in by_rule.items() if rule in rules for name in names)


def _picked(
    names: tuple[str, ...], counts: tuple[str, ...], whole: IntArray, sums: tuple[str, ...], seconds: FloatArray
) -> Sums:
    """The named ones among counts and sums."""
    return {name: whole[counts.index(name)] if name in counts else seconds[sums.index(name)] for name in names}


def _whole(values: npt.ArrayLike) -> IntArray:
    return np.ascontiguousarray(values, dtype=np.int64)


def _seconds(parts: list[FloatArray]) -> FloatArray:
    return np.concatenate([np.zeros(0), *parts])

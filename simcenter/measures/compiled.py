"""The face of the compiled tally: the network and the promises laid out once, and each log counted in one pass.

Gives the tally of meter.py's numpy version, bit for bit; that one is the norm to read.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simcenter._tally import COUNTS, JOURNEY_COUNTS, JOURNEY_SUMS, SUMS, Loop
from simcenter.measures.desk_time import chat_desks
from simcenter.measures.histogram import Histogram
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
_NOTHING, _SECONDS, _WORKING, _DAYS = range(4)


@dataclass(frozen=True)
class Plan:
    """A network and its promises as the compiled loop reads them: sizes, seconds, and arrays in a row.

    ``sizes``: T, Q, P, D, C, days, rules; ``seconds``: an interval's, the horizon's end, the warm-up's end, a short
    abandonment. ``promise`` (3 x P) what kind each promise of each place is, ``promise_s`` how long, in seconds or
    working days. ``period_...``, ``open_...``: as the :class:`WorkingClock` of each queue has them, one behind the
    other; ``shown_s``: empty where no clock is ever changed.
    """

    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    deferred: BitArray
    chats: BitArray
    overflow: BitArray
    own_desk: IntArray
    class_place: IntArray
    day: IntArray
    promise: IntArray
    promise_s: FloatArray
    period_first: IntArray
    period_start_s: FloatArray
    period_end_s: FloatArray
    period_before_s: FloatArray
    open_first: IntArray
    open_day: IntArray
    opens_s: FloatArray
    closes_s: FloatArray
    day_start_s: FloatArray
    shown_s: FloatArray


class Counter:
    """Counts logs for a meter."""

    def __init__(self, meter: "Meter") -> None:
        self._meter = meter
        self._loop = Loop(self._laid_out(), np.array(PERCENTS, dtype=np.int64))
        self._queues = _places(_QUEUES, meter.rules, COUNTS, SUMS)
        self._journeys = _places(_JOURNEYS, meter.rules, JOURNEY_COUNTS, JOURNEY_SUMS)
        self._warm_up = round(meter.network.warm_up_s / meter.network.interval_s)

    def tally(self, log: ContactLog) -> Tally:
        """The tally of one replication's log."""
        counts, sums, journeys, journey_s, answers, desk_s, transfers, key, many, longest, by_day, whole = (
            self._loop.count(log)
        )
        desks = dict(zip(("answered", "transferred_out", "paid_s", "busy_s"), (*answers, *desk_s), strict=True))
        if self._warm_up:
            for values in desks.values():
                values[: self._warm_up] = 0
        return Tally(
            queues=_picked(self._queues, counts, sums),
            journeys=_picked(self._journeys, journeys, journey_s),
            desks=desks,
            transfers=transfers,
            waits=Histogram(key, many),
            max_wait_s=longest,
            day_percentiles=by_day,
            percentiles=whole,
        )

    def _laid_out(self) -> Plan:
        meter = self._meter
        network, places, clocks = meter.network, len(meter.places.names), meter.clocks
        kind, length = self._promises()
        on = sum(number for rule, number in RULES.items() if rule in meter.rules)
        shown_s = meter.promises.shown_s
        return Plan(
            sizes=(
                meter.intervals, network.queue_count, places, network.desk_count, network.class_count, meter.days, on,
            ),
            seconds=(network.interval_s, network.end_s, network.warm_up_s, meter.promises.short_abandon_s),
            deferred=(network.kind == DEFERRED).astype(np.uint8),
            chats=chat_desks(network).astype(np.uint8),
            overflow=overflows(network).astype(np.uint8).ravel(),
            own_desk=_whole(network.own_desk),
            class_place=_whole(meter.places.of_class),
            day=_whole(meter.interval_day),
            promise=kind,
            promise_s=length,
            period_first=_whole(np.cumsum([0, *(len(clock.start_s) for clock in clocks)])),
            period_start_s=_seconds([clock.start_s for clock in clocks]),
            period_end_s=_seconds([clock.end_s for clock in clocks]),
            period_before_s=_seconds([clock.before_s for clock in clocks]),
            open_first=_whole(np.cumsum([0, *(len(clock.open_days) for clock in clocks)])),
            open_day=_whole(np.concatenate([np.zeros(0), *(clock.open_days for clock in clocks)])),
            opens_s=_seconds([clock.opens_s for clock in clocks]),
            closes_s=_seconds([clock.closes_s for clock in clocks]),
            day_start_s=_seconds([network.day_start_s]),
            shown_s=_seconds([] if shown_s is None else [shown_s]),
        )  # fmt: skip

    def _promises(self) -> tuple[IntArray, FloatArray]:
        """Of each promise of each place how it is kept, and how long it is: (3 x P), (3 x P)."""
        meter = self._meter
        kind: list[int] = []
        length: list[float] = []
        for name in _PROMISES:
            for queue, within in zip(meter.places.queue, meter.promises.of(name), strict=True):
                if within is None:
                    kind.append(_NOTHING)
                elif within.unit == "working days":
                    kind.append(_DAYS)
                elif within.unit == "working s" or meter.network.kind[queue] == DEFERRED:
                    kind.append(_WORKING)
                else:
                    kind.append(_SECONDS)
                days = within is not None and within.unit == "working days"
                length.append(0.0 if within is None else round(within.amount) if days else within.grid_s)
        return _whole(kind), np.array(length, dtype=np.float64)


def _places(
    by_rule: dict[Rule, tuple[str, ...]], rules: frozenset[Rule], counts: tuple[str, ...], sums: tuple[str, ...]
) -> dict[str, int]:
    """What is counted in a centre with these rules: its place among the counts, or from the end among the sums."""
    names = [name for rule, names in by_rule.items() if rule in rules for name in names]
    return {name: counts.index(name) if name in counts else sums.index(name) - len(sums) for name in names}


def _picked(places: dict[str, int], counts: IntArray, sums: FloatArray) -> Sums:
    """The named ones among counts and sums."""
    parts = (*counts, *sums)
    return {name: parts[place] for name, place in places.items()}


def _whole(values: npt.ArrayLike) -> IntArray:
    return np.ascontiguousarray(values, dtype=np.int64)


def _seconds(parts: list[FloatArray]) -> FloatArray:
    return np.concatenate([np.zeros(0), *parts])

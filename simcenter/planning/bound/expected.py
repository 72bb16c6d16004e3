"""Expected: what is known of contacts before any staffing, and what a staffing would make of them, as unknowns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simcenter.measures.clock import working_clock
from simcenter.measures.promises import Promises
from simcenter.planning.bound.labour import Labour
from simcenter.planning.bound.programme import Programme
from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.criteria import Cells
from simcenter.planning.units import Units
from simcenter.simulation.network import DEFERRED, Network


@dataclass(frozen=True)
class Expected:
    """What is known before any staffing. T intervals, Q queues, D desks."""

    centre: Centre
    network: Network
    promises: Promises
    cells: Cells
    units: Units
    labour: Labour

    @cached_property
    def first(self) -> FloatArray:
        """(T, Q) expected first contacts that enter: not those of appointments, nor those turned away."""
        volume = np.array(self.network.volume, dtype=np.float64)
        volume[0] += self.network.backlog
        return np.where(self.centre.queue_open | ~self.centre.live, volume, 0.0)

    @cached_property
    def entry(self) -> BoolArray:
        """(T, Q) whether contacts may enter."""
        return np.asarray(self.centre.queue_open | ~self.centre.live)

    @cached_property
    def appointments(self) -> BoolArray:
        """(Q,)"""
        return np.asarray(np.diff(self.network.slot_first) > 0)

    @cached_property
    def more(self) -> BoolArray:
        """(Q,) whether others come than the first contacts of a volume: handed on, come back, appointments."""
        found = self.appointments.copy()
        found[[route.to for route in self.centre.routes]] = True
        found[[one.to for one in self.centre.returns]] = True
        return found

    @cached_property
    def joining(self) -> FloatArray:
        """(Q,) share of those who enter a queue with places to wait who stay to be answered or not: at least."""
        centre = self.centre
        accepted = np.where(np.isfinite(self.network.callback_over_s), self.network.callback_accepted, 0.0)
        share = (1 - centre.balking) * (1 - accepted)
        return np.asarray(np.where(centre.live, np.where(np.isfinite(centre.lines), 0.0, share), 1.0))

    def periods(self, q: int) -> list[range]:
        """The open periods of a queue, in intervals."""
        padded = np.concatenate([[False], self.centre.queue_open[:, q], [False]]).astype(np.int64)
        change = np.diff(padded)
        return [
            range(int(a), int(b))
            for a, b in zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1), strict=True)
        ]

    @cached_property
    def still_waiting(self) -> FloatArray:
        """(T + 1, Q) first contacts of live queues that may wait when an interval starts, or an open period ends."""
        found = np.zeros((len(self.centre.day) + 1, len(self.centre.queues)))
        for q in np.flatnonzero(self.centre.live):
            there = self.labour.still_there(int(q))
            for period in self.periods(int(q)):
                for t in range(period.start + 1, period.stop + 1):
                    found[t, q] = self.first[period.start : t, q] @ there[t - period.start : 0 : -1]
        return found

    @cached_property
    def stays_open(self) -> BoolArray:
        """(T, Q) whether contacts may enter in this interval and the next."""
        later = np.vstack([self.entry[1:], np.zeros((1, self.entry.shape[1]), dtype=np.bool_)])
        return np.asarray(self.entry & later)

    @cached_property
    def stuck(self) -> FloatArray:
        """(T, Q) most contacts of each interval that neither are answered nor leave: of live queues whose customers do
        not wait for ever only those dropped at closing, of first contacts who may still wait then."""
        most = np.full(self.first.shape, np.inf)
        for q in np.flatnonzero(self.centre.live):
            there = self.labour.still_there(int(q))
            for period in self.periods(int(q)):
                times = np.array(period)
                waiting = self.first[times, q] * there[period.stop - times]
                if not self.network.drop_at_closing[q] and self.labour.leaves(int(q)):
                    most[times, q] = 0.0
                elif not self.more[q]:
                    most[times, q] = waiting
        return most

    def due_s(self, q: int) -> FloatArray:
        """(T,) when a contact that enters at the end of each interval is due; infinite for never."""
        promise = self.promises.within[q]
        ends_s = self.centre.interval_s * np.arange(1.0, len(self.centre.day) + 1)
        if promise is None:
            return np.full(len(ends_s), np.inf)
        clock = working_clock(self.network, q, self.promises.shown_s)
        return promise.due(ends_s, clock, bool(self.centre.kind[q] == DEFERRED))


@dataclass(frozen=True)
class Columns:
    """The numbers of the programme's columns, NONE where there is none.

    ``level`` (U,); ``begun`` (2, T, D, Q) answers begun, of first contacts and of all others; ``left`` (T, D, Q) work
    in hand at the interval's end of contacts begun in it; ``gone`` (T, D) of that of the interval before, what is done
    by those who leave, or later; ``fewer`` (T, D) advisers who leave; ``came`` (T, Q) others than first contacts;
    ``answered`` (2, T, Q) by entry, like ``begun``; the others (T, Q) by entry.
    """

    level: IntArray
    begun: IntArray
    left: IntArray
    gone: IntArray
    fewer: IntArray
    came: IntArray
    answered: IntArray
    in_time: IntArray
    abandoned: IntArray
    early: IntArray
    late: IntArray
    undecided: IntArray
    blocked: IntArray


def columns_of(task: Expected, programme: Programme, level: IntArray) -> Columns:
    """The columns of a centre; ``level`` are there already."""
    centre = task.centre
    able = centre.queue_open[:, None, :] & centre.desk_open[:, :, None] & centre.serves[None]
    entry, more = task.entry, task.more
    every = (np.ones_like(able), np.broadcast_to(more, able.shape))
    return Columns(
        level=level,
        begun=programme.columns(np.stack([able & each for each in every])),
        left=programme.columns(able & task.labour.counted[None]),
        gone=programme.columns(centre.desk_open),
        fewer=programme.columns(centre.desk_open),
        came=programme.columns(entry & more),
        answered=programme.columns(np.stack([entry, entry & more])),
        in_time=programme.columns(entry),
        abandoned=programme.columns(entry & centre.live),
        early=programme.columns(entry & centre.live),
        late=programme.columns(entry, task.stuck),
        undecided=programme.columns(entry, np.minimum(task.stuck, undecided(task))),
        blocked=programme.columns(entry & (np.isfinite(centre.places) | np.isfinite(centre.lines))),
    )


def undecided(task: Expected) -> FloatArray:
    """(T, Q) most contacts of each interval that may be left waiting before their promise is due: infinite or none,
    of the first contacts of live queues those that come so late before closing."""
    centre, length = task.centre, task.centre.interval_s
    most = np.zeros(task.first.shape)
    for q in range(len(centre.queues)):
        due_s = task.due_s(q)
        if centre.kind[q] == DEFERRED or not np.isfinite(due_s).any():
            most[:, q] = np.where(np.isfinite(due_s), 0.0, np.inf)
            continue
        for period in task.periods(q):
            for t in period:
                over_s = due_s[t] - length * period.stop
                if over_s > 0:
                    share = min(over_s / length, 1.0) if task.labour.even[q] else 1.0
                    most[t, q] = np.inf if task.more[q] else share * task.first[t, q]
    return most

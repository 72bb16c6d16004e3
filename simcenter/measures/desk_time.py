"""Adviser seconds, paid and busy, split over the intervals in which they fall."""

import numpy as np
import numpy.typing as npt

from simcenter.measures.tally import Sums
from simcenter.simulation.log import ContactLog, Outcome
from simcenter.simulation.network import CHAT, Network

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_GRID = 2.0**20
_TIME_BITS = 46


class DeskTime:
    """Splits spans of adviser time over intervals and desks.

    Parameters
    ----------
    network : Network
    intervals : int
        T.
    """

    def __init__(self, network: Network, intervals: int) -> None:
        self._interval_s = network.interval_s
        self._warm_up = round(network.warm_up_s / network.interval_s)
        self._intervals = intervals
        self._desks = len(network.desk_names)
        self._chats = chat_desks(network)

    def sums(self, log: ContactLog, answered: BoolArray, answer_s: FloatArray) -> Sums:
        """Paid and busy seconds and answers (T + 1, D): in the interval in which they fall, the last row later.

        Those of the warm-up are 0.
        """
        row = np.minimum((answer_s[answered] / self._interval_s).astype(np.int64), self._intervals)
        cell = row * self._desks + log.desk[answered]
        handed_on = log.outcome[answered] == Outcome.TRANSFERRED
        sums: dict[str, IntArray | FloatArray] = {
            "answered": self._count(cell),
            "transferred_out": self._count(cell[handed_on]),
            "paid_s": self._split(log.duty_desk, log.duty_start_s, log.duty_end_s),
            "busy_s": self._split(*self._busy(log)),
        }
        for values in sums.values():
            values[: self._warm_up] = 0
        return sums

    def _count(self, cell: IntArray) -> IntArray:
        return np.bincount(cell, minlength=(self._intervals + 1) * self._desks).reshape(-1, self._desks)

    def _busy(self, log: ContactLog) -> tuple[IntArray, FloatArray, FloatArray]:
        """Spans in which an adviser has something in hand: desk, start, end. Overlapping chats are one span.

        Whatever an adviser had in hand: also what he was interrupted at, and calls back that nobody answered.
        """
        alone = (log.desk >= 0) & ~self._chats[log.desk]
        desk, start_s, end_s = chat_spans(log, self._chats)
        return (
            np.concatenate([log.desk[alone], desk]),
            np.concatenate([log.start_s[alone], start_s]),
            np.concatenate([log.freed_s[alone], end_s]),
        )

    def _split(self, desk: IntArray, start_s: FloatArray, end_s: FloatArray) -> FloatArray:
        """Seconds of spans per interval and desk (T + 1, D): the last row is after the horizon."""
        first = np.minimum((start_s / self._interval_s).astype(np.int64), self._intervals)
        last = np.minimum((end_s / self._interval_s).astype(np.int64), self._intervals)
        shape = (self._intervals + 1, self._desks)
        size = shape[0] * shape[1]
        within = first == last
        out = _sums((first * self._desks + desk)[within], (end_s - start_s)[within], size)
        first, last, desk, start_s, end_s = (part[~within] for part in (first, last, desk, start_s, end_s))
        head = first * self._desks + desk
        tail = last * self._desks + desk
        out += _sums(head, (first + 1) * self._interval_s - start_s, size)
        out += _sums(tail, end_s - last * self._interval_s, size)
        # whole intervals between the two ends: +1 after the first, -1 at the last, summed up
        change = np.bincount(head + self._desks, minlength=size) - np.bincount(tail, minlength=size)
        whole: FloatArray = np.cumsum(change.reshape(shape), axis=0) * self._interval_s
        return out.reshape(shape) + whole


def chat_desks(network: Network) -> BoolArray:
    """Which desks serve chats (D,), and so may have several contacts in hand."""
    chats: BoolArray = (network.serves & (network.kind == CHAT)).any(axis=1)
    return chats


def chat_spans(log: ContactLog, chats: BoolArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Spans in which advisers of the desks of ``chats`` (D,) have anything in hand: desk, start, end."""
    rows = np.flatnonzero((log.desk >= 0) & chats[log.desk])
    return _union(log.desk[rows], log.adviser[rows], log.start_s[rows], log.freed_s[rows])


def _sums(cell: IntArray, seconds: FloatArray, size: int) -> FloatArray:
    """Sums per cell, float64 even when there is nothing to add (numpy then gives integers)."""
    return np.asarray(np.bincount(cell, seconds, size), dtype=np.float64)


def _union(
    desk: IntArray, adviser: IntArray, start_s: FloatArray, end_s: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Spans of the same adviser that overlap or touch, merged: desk, start, end.

    Adviser and time are packed into one integer, so that a running maximum does all advisers at once.
    """
    if not len(desk):
        return desk, start_s, end_s
    person = desk * (adviser.max() + 1) + adviser
    if person.max() >> (63 - _TIME_BITS):  # advisers by the ten thousand: number those that are there
        person = np.unique(person, return_inverse=True)[1].astype(np.int64)
    start = (person << _TIME_BITS) | (start_s * _GRID).astype(np.int64)
    end = (person << _TIME_BITS) | (end_s * _GRID).astype(np.int64)
    order = np.argsort(start, kind="stable")
    start, end, desk = start[order], end[order], desk[order]
    reached = np.maximum.accumulate(end)
    new = np.concatenate([[True], start[1:] > reached[:-1]])
    opens = np.flatnonzero(new)
    closes = np.append(opens[1:], len(start)) - 1
    mask = (1 << _TIME_BITS) - 1
    return desk[opens], (start[opens] & mask) / _GRID, (reached[closes] & mask) / _GRID


def open_intervals(network: Network, intervals: int) -> BoolArray:
    """Which intervals (T, D) lie in the hours of each desk, and not in the warm-up."""
    desks = len(network.desk_names)
    mask = np.zeros((intervals, desks), dtype=np.bool_)
    periods = network.desk_open
    for desk in range(desks):
        for row in range(periods.first[desk], periods.first[desk + 1]):
            first, last = (
                round(periods.start_s[row] / network.interval_s),
                round(periods.end_s[row] / network.interval_s),
            )
            mask[first:last, desk] = True
    mask[: round(network.warm_up_s / network.interval_s)] = False
    return mask

"""Returns: who comes back, when, and where to: redials and repeats as shifts of contacts over the intervals."""

from dataclasses import dataclass

import numpy as np

from simcenter.simulation.laws import quantiles
from simcenter.simulation.network import REDIAL, REPEAT, BoolArray, FloatArray, IntArray, Network

POINTS = (np.arange(64) + 0.5) / 64
"""Shares at which the law of a delay is looked at."""


@dataclass(frozen=True)
class Return:
    """Of the contacts of ``queue`` that ended unanswered (REDIAL) or unresolved (REPEAT), ``share`` come again."""

    kind: int
    queue: int
    to: int
    share: float
    at_most: int
    """Attempts in all, the first included."""
    working: bool
    """Whether the delay is open time of ``to``."""
    delay_s: FloatArray
    """The delay at the 64 points of its law that stand for it."""


def returns_of(network: Network) -> tuple[Return, ...]:
    """Every rule of a network by which customers come back."""
    queues = len(network.queue_names)
    on = [(kind, q) for kind in (REDIAL, REPEAT) for q in range(queues) if network.return_share[kind, q] > 0]
    if not on:
        return ()
    delay_s = quantiles(network.return_delay, np.tile(POINTS, (2 * queues, 1)))
    return tuple(
        Return(
            kind=kind,
            queue=q,
            to=int(network.return_queue[kind, q]),
            share=float(network.return_share[kind, q]),
            at_most=int(network.return_at_most[kind, q]),
            working=bool(network.return_working[kind, q]),
            delay_s=np.asarray(delay_s[kind * queues + q], dtype=np.float64),
        )
        for kind, q in on
    )


def later(contacts: FloatArray, delay_s: FloatArray, interval_s: float, open_: BoolArray | None = None) -> FloatArray:
    """When contacts that end in each interval, evenly over it, are back: (T,), without those who are back after it all.

    Parameters
    ----------
    contacts : (T,) float array
    delay_s : (n,) float array
        Equally likely delays.
    interval_s : float
    open_ : (T,) bool array, optional
        Given: delays are time in which the destination is open, counted from its next opening if it is closed.
    """
    intervals = len(contacts)
    back = np.zeros(intervals + 2)
    if open_ is None:
        for delay in delay_s / interval_s:
            whole = min(int(delay), intervals)
            part = min(delay, intervals) - whole
            # evenly over an interval, shifted: over two
            back[whole:intervals] += (1 - part) * contacts[: intervals - whole]
            back[whole + 1 : intervals] += part * contacts[: max(intervals - whole - 1, 0)]
        return np.asarray(back[:intervals] / len(delay_s))
    times = np.flatnonzero(open_)
    landing = np.append(times, [intervals] * 2)
    before: IntArray = np.cumsum(open_) - open_
    for delay in delay_s / interval_s:
        place = before + delay
        whole = np.minimum(place.astype(np.int64), len(times))
        # from a closed interval all start at the opening
        part = np.where(open_, place - np.floor(place), 0.0)
        _add(back, landing, whole, (1 - part) * contacts)
        _add(back, landing, np.minimum(whole + 1, len(times)), part * contacts)
    return np.asarray(back[:intervals] / len(delay_s))


def _add(back: FloatArray, landing: IntArray, place: IntArray, contacts: FloatArray) -> None:
    np.add.at(back, landing[place], contacts)

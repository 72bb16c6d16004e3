"""Deferred work: the most level way to do everything by its deadline within opening hours."""

import numpy as np

from simcenter.erlang.deferred import taut_string
from simcenter.planning.centre import BoolArray, FloatArray, IntArray


def level_work(arrivals: FloatArray, due: IntArray, workable: BoolArray) -> FloatArray:
    """Work per interval, the most level possible: the taut string between what has come and what is due.

    Parameters
    ----------
    arrivals : (T,) float array
        Work that comes in each interval (any unit; it is workable from then on).
    due : (T,) int array
        Interval by whose end what came in each interval must be done; T or more: not within the horizon.
    workable : (T,) bool array
        Intervals in which work can be done.

    Returns
    -------
    (T,) float array
        Work done per interval. Everything that comes before the last workable interval's end is done by then: a plan
        does not live off the time after it. What is due in closed time is done before closing.

    References
    ----------
    The peak is the least possible, and so is every convex cost: the cumulated work is the shortest path between two
    staircases.
    """
    times = np.flatnonzero(workable)
    done = np.zeros(len(arrivals))
    if not len(times):
        return done
    came = np.cumsum(arrivals)
    owed = np.zeros(len(arrivals) + 1)
    # work due by the end of interval t cannot be done later; work due before any opening is done at the first one
    np.add.at(owed, np.minimum(np.maximum(due, np.arange(len(due))), len(arrivals)), arrivals)
    owed = np.cumsum(owed[:-1])
    upper = came[times]
    # the last workable interval before each moment must have seen what is due until the next one starts
    until = np.append(times[1:] - 1, len(arrivals) - 1)
    lower = np.minimum(owed[until], upper)
    lower[-1] = upper[-1]
    done[times] = np.diff(taut_string(lower, upper), prepend=0.0)
    return done

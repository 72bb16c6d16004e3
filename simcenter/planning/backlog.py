"""Deferred work: the most level way to do everything by its deadline within opening hours."""

import numpy as np

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
    staircases (Dantzig 1971; for the string itself, Davies and Kovac 2001).
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
    done[times] = np.diff(_taut_string(lower, upper), prepend=0.0)
    return done


def _taut_string(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """(n,) the shortest path from 0 that stays within ``lower`` <= path <= ``upper``, both ending at the same value."""
    n = len(lower)
    path = np.zeros(n)
    start, height = 0, 0.0
    while start < n:
        ahead = np.arange(1, n - start + 1)
        to_upper = (upper[start:] - height) / ahead
        to_lower = (lower[start:] - height) / ahead
        most = np.minimum.accumulate(to_upper)
        least = np.maximum.accumulate(to_lower)
        crossed = np.flatnonzero(least > most)
        if len(crossed):
            # the funnel closes: the string bends where it last touches the bound opposite to the one that closed it
            stop = int(crossed[0])
            closed_below = to_lower[stop] > most[stop - 1]
            slope = most[stop - 1] if closed_below else least[stop - 1]
            end = int(np.flatnonzero((to_upper if closed_below else to_lower)[:stop] == slope)[-1])
        else:
            end = n - start - 1
            slope = to_upper[-1]
        path[start : start + end + 1] = height + slope * ahead[: end + 1]
        start += end + 1
        height = path[start - 1]
    return path

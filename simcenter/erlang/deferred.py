"""Work that may wait: the least and the most level staffing that gets every piece done by its deadline.

Work is done in order of arrival. The work done by the end of an interval lies between what is due by then and what has
come in by then. Of all paths in that corridor the taut string, the shortest, has the lowest peak and is the most level:
it minimises every convex cost of the staffing at once (Dantzig 1971; Modigliani and Hohn 1955).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from simcenter.erlang.arguments import DURATION, VOLUME, Call, Rule, Values, gather
from simcenter.errors import ArgumentError, UnattainableError

FloatArray = npt.NDArray[np.float64]

INTERVAL = Rule("a whole number of an interval, 0 or more, or inf", lambda x: (x >= 0) & (np.floor(x) == x), 0, 0)
OPEN = Rule("0 or 1", lambda x: (x == 0) | (x == 1), 0, 0)
DUST = 1e-9
"""Work below this share of an adviser's interval does not call for another adviser."""


def deferred_requirement(
    arrivals: Values,
    deadline: Values,
    *,
    aht_s: Values,
    interval_s: float,
    open: Values | None = None,
    fractional: bool = False,
) -> Any:
    """Advisers per interval that work off a backlog in time: least in total and peak, and as level as can be.

    Parameters
    ----------
    arrivals : array or Series of shape (T,)
        Contacts that arrive in each interval; they may be worked from that interval on.
    deadline : array or Series of shape (T,)
        For each interval's arrivals, the number (from 0) of the interval by whose end they must be done, not before
        their own; T or more, or inf: not due within these intervals, and not staffed for.
    aht_s : number, array or Series of shape (T,)
        Mean handle time in seconds of each interval's arrivals.
    interval_s : float
        Length of the intervals in seconds.
    open : array or Series of shape (T,), optional
        Whether work can be done in each interval; default: in all.
    fractional : bool
        The taut string itself, in real advisers, instead of whole ones.

    Returns
    -------
    array or Series of shape (T,)
        Advisers working at full: int64, or float64 with ``fractional``; 0 in closed intervals. Whole numbers follow
        the taut string, never behind it and less than one interval of one adviser ahead.

    Raises
    ------
    UnattainableError
        If some arrivals have no open interval up to their deadline.
    ArgumentError
        If an argument is not allowed.
    """
    call = gather(
        {
            "arrivals": (arrivals, VOLUME),
            "deadline": (deadline, INTERVAL),
            "aht_s": (aht_s, DURATION),
            "open": (np.asarray(1.0) if open is None else _as_numbers(open), OPEN),
        }
    )
    step = gather({"interval_s": (interval_s, DURATION)}).values[0]
    if len(call.shape) != 1 or np.ndim(step):
        raise ArgumentError("arrivals: must be a list of intervals, interval_s a single number")
    contacts, due, aht, is_open = (np.broadcast_to(v, call.shape) for v in call.values)
    numbers_of = np.arange(len(due))
    early = due < numbers_of
    if early.any():
        at = int(np.argmax(early))
        raise ArgumentError(f"deadline[{at}]: must be the arrivals' own interval {at} or later, got {due[at]:g}")
    # in order of arrival: what comes before a piece must be out of its way by that piece's deadline
    due = np.minimum.accumulate(np.where(contacts > 0, due, np.inf)[::-1])[::-1]
    return _staff(call, contacts * aht / float(step), due, is_open > 0, fractional)


def _as_numbers(mask: Any) -> Any:
    if getattr(mask, "dtype", None) == np.bool_ or (isinstance(mask, list) and all(isinstance(x, bool) for x in mask)):
        return mask.astype(float) if hasattr(mask, "astype") else np.asarray(mask, dtype=float)
    return mask


def _staff(call: Call, work: FloatArray, due: FloatArray, is_open: npt.NDArray[np.bool_], fractional: bool) -> Any:
    count = int(is_open.sum())
    # in open intervals only: arrivals wait for the next, and are due in the last up to their deadline
    upto = np.concatenate(([0], np.cumsum(is_open)))
    arrives = upto[:-1]
    last = upto[np.minimum(due, len(due) - 1).astype(np.int64) + 1] - 1
    wanted = (due < len(due)) & (work > 0)
    lost = wanted & (last < arrives)
    if lost.any():
        at = int(np.argmax(lost))
        raise UnattainableError(f"no open interval from the arrivals of interval {at} up to their deadline {due[at]:g}")
    come = np.bincount(arrives[arrives < count], work[arrives < count], count).cumsum() if count else np.zeros(0)
    must = np.bincount(last[wanted], work[wanted], count).cumsum() if count else np.zeros(0)
    path = taut_string(must, np.maximum(come, must))
    result = np.zeros(len(due))
    if fractional:
        result[is_open] = np.diff(path, prepend=0.0)
        return call.answer(result)
    result[is_open] = _whole(path, come)
    return call.in_kind(result.astype(np.int64))


def taut_string(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """The shortest path from 0 through the corridor to the last value of lower, at steps 1..n.

    Parameters
    ----------
    lower, upper : arrays of shape (n,)
        Bounds at each step, both rising, lower <= upper.

    Returns
    -------
    array of shape (n,)
        The path's value at each step.
    """
    n = len(lower)
    path = np.empty(n)
    top = np.minimum(upper, lower[-1]) if n else upper
    low, high = lower.tolist(), top.tolist()
    start, y = -1, 0.0
    while start < n - 1:
        steepest, flattest, at_low, at_high = -np.inf, np.inf, start, start
        knot, value = n - 1, low[-1] if n else 0.0
        for j in range(start + 1, n):
            at_least, at_most = (low[j] - y) / (j - start), (high[j] - y) / (j - start)
            if at_least > flattest:
                knot, value = at_high, high[at_high]
                break
            if at_most < steepest:
                knot, value = at_low, low[at_low]
                break
            if at_least >= steepest:
                steepest, at_low = at_least, j
            if at_most <= flattest:
                flattest, at_high = at_most, j
        slope = (value - y) / (knot - start)
        path[start + 1 : knot + 1] = y + slope * np.arange(1, knot - start + 1)
        path[knot] = value
        start, y = knot, value
    return path


def _whole(path: FloatArray, come: FloatArray) -> FloatArray:
    """Whole advisers whose work keeps up with the path; they cannot work on what has not come in."""
    advisers = np.zeros(len(path))
    done = 0.0
    for i, (goal, most) in enumerate(zip(path.tolist(), come.tolist(), strict=True)):
        advisers[i] = max(0.0, float(np.ceil(goal - done - DUST * max(1.0, goal))))
        done = min(done + advisers[i], most) if most > goal else max(goal, done)
    return advisers

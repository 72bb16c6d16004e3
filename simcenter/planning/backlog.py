"""Deferred work: the most level way to do everything by its deadline within opening hours."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from simcenter.erlang.deferred import taut_string
from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.conditions import Conditions, workable
from simcenter.planning.flows import solve_flows
from simcenter.simulation.network import DEFERRED

if TYPE_CHECKING:
    from simcenter.scenario import Queue, Scenario


def level_work(arrivals: FloatArray, due: IntArray, can_work: BoolArray) -> FloatArray:
    """Work per interval, the most level possible: the taut string between what has come and what is due.

    Parameters
    ----------
    arrivals : (T,) float array
        Work that comes in each interval (any unit; it is workable from then on).
    due : (T,) int array
        Interval by whose end what came in each interval must be done; T or more: not within the horizon.
    can_work : (T,) bool array
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
    times = np.flatnonzero(can_work)
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


def spread_deferred(scenario: "Scenario", centre: Centre, conditions: Conditions) -> Conditions:
    """When deferred work is done: level between arrival and deadline, as a share of each queue's whole."""
    if not (centre.kind == DEFERRED).any():
        return conditions
    entered = solve_flows(centre, conditions).entered
    profile = conditions.profile.copy()
    open_ = workable(centre)
    for q in np.flatnonzero(centre.kind == DEFERRED):
        due = due_intervals(list(scenario.queues.values())[q], centre, int(q))
        work = level_work(entered[:, q], due, open_[:, q])
        total = work.sum()
        profile[:, q] = work / total if total > 0 else 0.0
    return replace(conditions, profile=profile)


def due_intervals(queue: "Queue", centre: Centre, q: int) -> IntArray:
    """(T,) the interval by whose end what came in each interval is due; T where it is beyond the horizon."""
    intervals = len(centre.day)
    target = queue.target
    promise = None if target is None else target.within or target.wait_p90 or target.asa
    open_time = np.flatnonzero(centre.queue_open[:, q])
    if promise is None or not len(open_time):
        return np.full(intervals, intervals, dtype=np.int64)
    if promise.unit == "working days":
        days = np.unique(centre.day[open_time])
        now = np.searchsorted(open_time, np.arange(intervals))
        begins = np.append(open_time, intervals)[now]
        due = np.full(intervals, intervals, dtype=np.int64)
        first_of_day = np.searchsorted(centre.day, np.arange(centre.day[-1] + 1))
        for t in np.flatnonzero(begins < intervals):
            rank = int(np.searchsorted(days, centre.day[begins[t]])) + round(promise.amount)
            if rank < len(days):
                day = days[rank]
                same_clock = first_of_day[day] + begins[t] - first_of_day[centre.day[begins[t]]]
                of_day = open_time[centre.day[open_time] == day]
                due[t] = int(np.clip(same_clock, of_day[0], of_day[-1])) - 1
        return due
    # n working seconds after an arrival in the middle of the interval; the handle time itself is part of the wait
    length = max(int((promise.amount - centre.handle_s[q]) / centre.interval_s), 0)
    place = np.searchsorted(open_time, np.arange(intervals)) + length
    return np.append(open_time, np.full(length + 1, intervals))[np.minimum(place, len(open_time) + length)]

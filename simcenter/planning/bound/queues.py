"""The rows of a bound that are about queues: what becomes of who enters, when answers begin, who comes again."""

import numpy as np

from simcenter.planning.bound.at_once import lines_above, most_begun
from simcenter.planning.bound.expected import Columns, Expected
from simcenter.planning.bound.programme import NONE, Programme, Term
from simcenter.planning.centre import BoolArray, FloatArray, IntArray
from simcenter.simulation.network import EXCLUSIVE


def contacts(task: Expected, programme: Programme, columns: Columns) -> None:
    """What becomes of those who enter, by interval and queue."""
    c = columns
    for t, q in zip(*(axis.tolist() for axis in np.nonzero(task.entry)), strict=True):
        first, stays = float(task.first[t, q]), float(task.joining[q])
        outcome: list[Term] = [
            (c.answered[:, t, q], 1),
            (c.abandoned[t, q], 1),
            (c.late[t, q], 1),
            (c.undecided[t, q], 1),
        ]
        programme.at_most([*outcome, (c.blocked[t, q], 1), (c.came[t, q], -1)], first)
        none: list[Term] = [(each, -factor) for each, factor in outcome]
        programme.at_most([*none, (c.blocked[t, q], -1), (c.came[t, q], stays)], -stays * first)
        programme.at_most([(c.answered[0, t, q], 1)], first)
        programme.at_most([(c.answered[1, t, q], 1), (c.came[t, q], -1)], 0.0)
        programme.at_most([(c.in_time[t, q], 1), (c.answered[:, t, q], -1)], 0.0)
        if c.early[t, q] != NONE:
            programme.at_most([(c.early[t, q], 1), (c.abandoned[t, q], -1)], 0.0)


def _queue_columns(programme: Programme, where: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """(2, T) answered but not yet begun, (T,) answered by then and not in time, (T,) answered by then: of who entered
    since the queue opened."""
    return programme.columns(np.stack([where, where])), programme.columns(where), programme.columns(where)


def _follow(
    programme: Programme, columns: Columns, q: int, state: tuple[IntArray, IntArray, IntArray], t: int, new: bool
) -> None:
    """The state after interval ``t`` by that before it (``new``: there is none): equalities."""
    waiting, behind, total = state
    for g in (0, 1):
        before: list[Term] = [] if new else [(waiting[g, t - 1], -1)]
        equal(programme, [(waiting[g, t], 1), *before, (columns.answered[g, t, q], -1), (columns.begun[g, t, :, q], 1)])
    for one, minus in ((behind, columns.in_time[t, q]), (total, NONE)):
        before = [] if new else [(one[t - 1], -1)]
        equal(programme, [(one[t], 1), *before, (columns.answered[:, t, q], -1), (minus, 1)])


def equal(programme: Programme, terms: list[Term]) -> None:
    """The sum of the terms is none."""
    programme.at_most(terms, 0.0)
    programme.at_most([(one, -factor) for one, factor in terms], 0.0)


def live(task: Expected, programme: Programme, columns: Columns, q: int) -> None:
    """A live queue, one open period after the other: begun after it came, in time if so promised, at the latest in
    overtime by who waited that long."""
    state = _queue_columns(programme, task.centre.queue_open[:, q])
    waiting, behind, total = state
    labour, length, due_s, first = task.labour, task.centre.interval_s, task.due_s(q), task.first[:, q]
    left_s, there = labour.left_over_s(q), labour.longer_than(q)
    most_s = np.array([labour.most_s(d, q) if labour.counted[d, q] else 0.0 for d in range(len(task.centre.desks))])
    promise = task.promises.within[q]
    for period in task.periods(q):
        for t in period:
            _follow(programme, columns, q, state, t, t == period.start)
            earlier = float(task.still_waiting[t, q]) if t > period.start else 0.0
            programme.at_most([(columns.begun[0, t, :, q], 1)], float(first[t]) + earlier)
            back: list[Term] = [(columns.begun[1, t, d, q], -most_s[d]) for d in range(len(most_s))]
            programme.at_most(
                [(columns.left[t, :, q], 1), *back], left_s * float(first[t]) + float(most_s.max()) * earlier
            )
            due = due_s[t] / length
            if due < period.stop:
                end = int(due)
                in_between: list[Term] = [(total[end], -1), (total[t], 1)]
                programme.at_most([(waiting[:, end], 1), (behind[t], -1), *in_between], 0.0)
            if promise is not None and promise.unit == "s" and labour.even[q]:
                whole, part = divmod(promise.grid_s / length, 1.0)
                at = t - int(whole)
                if at >= period.start:
                    in_between = [(total[t], -1), (total[at], 1), (columns.came[at, q], -1)]
                    programme.at_most([(waiting[:, t], 1), (behind[at], -1), *in_between], part * float(first[at]))
        last = period.stop - 1
        if task.network.drop_at_closing[q]:
            programme.at_most([(waiting[:, last], 1)], 0.0)
        programme.at_most([(waiting[0, last], 1)], float(task.still_waiting[period.stop, q]))
        others: list[Term] = [(columns.came[t, q], -float(there[last - t])) for t in period]
        programme.at_most([(waiting[1, last], 1), *others], 0.0)


def deferred(task: Expected, programme: Programme, columns: Columns, q: int) -> None:
    """A deferred queue: begun after it came, before it is due if it is answered in time, within the horizon."""
    intervals = len(task.centre.day)
    state = _queue_columns(programme, np.ones(intervals, dtype=np.bool_))
    waiting, behind, total = state
    due = task.due_s(q) / task.centre.interval_s
    for t in range(intervals):
        _follow(programme, columns, q, state, t, t == 0)
        if due[t] < intervals:
            end = int(due[t])
            programme.at_most([(waiting[:, end], 1), (behind[t], -1), (total[end], -1), (total[t], 1)], 0.0)
    programme.at_most([(waiting[:, -1], 1)], 0.0)


def handed_on(task: Expected, programme: Programme, columns: Columns) -> None:
    """Who is handed on enters another queue: by the end of the next interval as many as are sure to be done by then, if
    that queue stays open; never more than there are to be handed on or to come back."""
    centre, routes = task.centre, task.labour.handed_on()
    share = sum((task.labour.most_handed_on(q) for q in range(len(centre.queues))), np.zeros(centre.serves.shape))
    # in an attempt's last leg nobody is handed on
    last = min(float(share.max(initial=0.0)), 1.0) ** (centre.max_legs - 1)
    entered = float(task.first.sum())
    for q in np.flatnonzero(task.more).tolist():
        came = programme.columns(task.entry[:, q])
        for period in task.periods(q) if centre.live[q] else [range(len(centre.day))]:
            sure = programme.columns(np.ones(len(period), dtype=np.bool_))
            for i, t in enumerate(period):
                before: list[Term] = [(came[t - 1], -1)] if i else []
                equal(programme, [(came[t], 1), *before, (columns.came[t, q], -1)])
                before = [(sure[i - 1], -1)] if i else []
                begun: list[Term] = [
                    (columns.begun[: 1 if one.first else 2, t, one.desk, one.queue], -one.share * one.soon)
                    for one in routes
                    if one.to == q
                ]
                equal(programme, [(sure[i], 1), *before, *begun])
                if i:
                    programme.at_most([(sure[i - 1], 1), (came[t], -1), (columns.came, -last)], last * entered)
        _no_more(task, programme, columns, q)


def _no_more(task: Expected, programme: Programme, columns: Columns, q: int) -> None:
    """Not more enter queue ``q`` beside its first contacts, until any time, than may have been handed on to it or come
    back: of those answered before, and of those not answered."""
    centre, intervals = task.centre, len(task.centre.day)
    if task.appointments[q]:
        return
    total = programme.columns(np.ones(intervals, dtype=np.bool_))
    most = task.labour.most_handed_on(q)
    for t in range(intervals):
        terms: list[Term] = [(total[t], 1), (total[t - 1] if t else NONE, -1)]
        number = 0.0
        for origin in range(len(centre.queues)):
            redial, repeat = task.labour.come_back(origin, q)
            highest = float(most[:, origin].max())
            if np.isfinite(task.network.callback_over_s[origin]):
                # who accepts a callback is not answered there, and may be handed on or come back after it
                redial = max(redial, highest + repeat)
            terms += [(columns.begun[:, t, d, origin], highest - most[d, origin]) for d in range(len(most))]
            terms.append((columns.answered[:, t, origin], -(highest + repeat) + redial))
            terms.append((columns.came[t, origin], -redial))
            number += redial * float(task.first[t, origin])
        programme.at_most(terms, number)
    running = programme.columns(np.ones(intervals, dtype=np.bool_))
    for t in range(intervals):
        equal(programme, [(running[t], 1), (running[t - 1] if t else NONE, -1), (columns.came[t, q], -1)])
        programme.at_most([(running[t], 1), (total[t], -1)], 0.0)


def at_once(task: Expected, programme: Programme, columns: Columns) -> None:
    """How many first contacts can be begun in time, or before they leave, by all advisers of an interval who may take
    them."""
    centre, length = task.centre, task.centre.interval_s
    even = task.labour.even & (centre.day_cv == 0) & (centre.burst_cv == 0) & (centre.kind == EXCLUSIVE)
    for q in np.flatnonzero(even).tolist():
        promise, mean_s = task.promises.within[q], task.labour.exponential_s(q)
        if mean_s <= 0:
            continue
        stays_s = task.labour.patience_s(q).max(axis=0)
        waits: list[tuple[Term, FloatArray]] = [((columns.answered[0, :, q], 1), stays_s)]
        if promise is not None and promise.unit == "s":
            waits.append(((columns.in_time[:, q], 1), np.minimum(stays_s, promise.grid_s)))
        for (counted, _), wait_s in waits:
            known: dict[float, list[tuple[float, float]]] = {}
            for t in np.flatnonzero(centre.queue_open[:, q] & (task.first[:, q] > 0)).tolist():
                volume = float(task.first[t, q])
                if volume not in known:
                    known[volume] = lines_above(most_begun(volume / length, mean_s, wait_s, length))
                others = [] if counted[t] == columns.answered[0, t, q] else [(columns.came[t, q], -1.0)]
                desks = np.flatnonzero(centre.serves[:, q] & centre.desk_open[t])
                units, fixed = task.units.cell[t, desks], float(task.units.base[t, desks].sum())
                levels = columns.level[units[units >= 0]]
                for at_none, slope in known[volume]:
                    programme.at_most([(counted[t], 1), *others, (levels, -slope)], at_none + slope * fixed)

"""Traffic equations: who gets how many contacts once transfers are followed to their end, and how much work that is.

With v the first attempts and P[q, q'] the share of queue q that is handed on to q', the legs entering the queues are
the sum of v P^n over the legs n = 0 .. max_legs - 1 (Jackson 1957, cut where the rules cut). A contact is never taken
by the desk that handed it on, so the state is the pair (queue, desk it came from).
"""

from dataclasses import dataclass

import numpy as np

from simcenter.planning.centre import BoolArray, Centre, FloatArray, Route
from simcenter.simulation.network import DEFERRED

FULL = 0.95
"""Occupancy up to which a desk with given advisers is loaded before the next desk in rank gets the rest."""


@dataclass(frozen=True)
class Flows:
    """Expected contacts per interval. T intervals, D desks, Q queues.

    ``entered`` (T, Q) legs entering each queue; ``taken`` (T, D, Q) legs by the desk that is to answer them, in the
    interval in which they are worked; ``work_s`` (T, D, Q) adviser seconds they take, warm holding included.
    """

    entered: FloatArray
    taken: FloatArray
    work_s: FloatArray


@dataclass(frozen=True)
class Conditions:
    """What the flows depend on and the closed form finds step by step; each None at first.

    ``hold_s`` (T, Q) mean wait of a customer handed on into each queue; ``answered`` (T, Q) share answered;
    ``profile`` (T, Q) when deferred work is done, summing to 1 per deferred queue; ``kept`` (T, D) share of what comes
    first to a desk that it can carry.
    """

    hold_s: FloatArray
    answered: FloatArray
    profile: FloatArray
    kept: FloatArray


def plain_conditions(centre: Centre) -> Conditions:
    """Nobody waits, everybody is answered, deferred work is done level over the opening time."""
    volume = centre.volume
    workable = _workable(centre)
    profile = workable / np.maximum(workable.sum(axis=0), 1)
    return Conditions(
        hold_s=np.zeros_like(volume),
        answered=np.ones_like(volume),
        profile=profile,
        kept=np.ones(centre.desk_open.shape),
    )


def _workable(centre: Centre) -> BoolArray:
    """(T, Q) intervals in which a queue and some desk that serves it are both open."""
    some_desk = centre.desk_open.astype(np.int64) @ centre.serves.astype(np.int64) > 0
    return np.asarray(centre.queue_open & some_desk)


def solve_flows(centre: Centre, conditions: Conditions | None = None) -> Flows:
    """Follow every contact from desk to desk.

    Returns
    -------
    Flows
        Exact for the given conditions when transfers happen in the interval in which the leg is worked.
    """
    conditions = conditions or plain_conditions(centre)
    desks, queues = centre.serves.shape
    entered = np.zeros_like(centre.volume)
    taken = np.zeros((len(centre.volume), desks, queues))
    work_s = np.zeros_like(taken)
    routes: dict[tuple[int, int], list[Route]] = {}
    for route in centre.routes:
        routes.setdefault((route.desk, route.queue), []).append(route)
    weights = {}
    # legs[(queue, from desk, handle factor)] -> (T,) legs entering
    legs = {(q, -1, 1.0): centre.volume[:, q] for q in range(queues) if centre.volume[:, q].any()}
    for number in range(centre.max_legs):
        following: dict[tuple[int, int, float], FloatArray] = {}
        for (q, origin, factor), entering in legs.items():
            entered[:, q] += entering
            worked = conditions.profile[:, q] * entering.sum() if centre.kind[q] == DEFERRED else entering
            if (q, origin) not in weights:
                weights[q, origin] = desk_weights(centre, q, origin, conditions.kept)
            for d in np.flatnonzero(centre.serves[:, q]):
                here = worked * weights[q, origin][:, d]
                if not here.any():
                    continue
                taken[:, d, q] += here
                full_s = centre.handle_s[q] * factor / centre.speed[d, q]
                per_leg_s = np.full(len(here), full_s)
                for route in routes.get((int(d), q), []):
                    made = centre.queue_open[:, route.to] | (not centre.live[route.to])
                    made = made & (number < centre.max_legs - 1)
                    per_leg_s += route.share * (_before_leaving(route, full_s, made, conditions) - full_s)
                    moved = np.where(made, here * conditions.answered[:, q] * route.share, 0.0)
                    if moved.any():
                        key = (route.to, int(d), route.factor)
                        following[key] = following.get(key, 0.0) + moved
                work_s[:, d, q] += here * per_leg_s
        legs = following
    return Flows(entered=entered, taken=taken, work_s=work_s)


def _before_leaving(route: Route, full_s: float, made: BoolArray, conditions: Conditions) -> FloatArray:
    """(T,) seconds that a contact costs the desk that hands it on."""
    talk_s = full_s if np.isnan(route.after_s) else route.after_s
    held_s = conditions.hold_s[:, route.to] + route.handover_s if route.warm else np.zeros(len(made))
    return np.asarray(talk_s + np.where(made, held_s, 0.0))


def desk_weights(centre: Centre, queue: int, origin: int, kept: FloatArray) -> FloatArray:
    """(T, D) share of a queue's contacts that each desk gets when all follow the order of desks.

    Desks without an overflow wait come first, then by rank, then (unless the queue splits ties) by file order; each
    keeps what it can carry (``kept``) and leaves the rest to the next one open; what nobody can carry stays with the
    first. ``origin`` is the desk that handed the contact on, -1 for none.
    """
    shape = centre.desk_open.shape
    weights = np.zeros(shape)
    left = np.ones(shape[0])
    first = np.full(shape[0], -1)
    able = [int(d) for d in np.flatnonzero(centre.serves[:, queue]) if d != origin]
    able.sort(key=lambda d: (centre.after_s[d, queue] > 0, centre.rank[d, queue], d))
    groups: list[list[int]] = []
    for d in able:
        same = groups and _place(centre, groups[-1][0], queue) == _place(centre, d, queue)
        if same and centre.split[queue]:
            groups[-1].append(d)
        else:
            groups.append([d])
    for group in groups:
        open_here = centre.desk_open[:, group]
        # ties share evenly among those open
        share = open_here / np.maximum(open_here.sum(axis=1), 1)[:, None]
        first = np.where((first < 0) & open_here.any(axis=1), np.array(group)[open_here.argmax(axis=1)], first)
        carried = left[:, None] * share * kept[:, group]
        weights[:, group] += carried
        left = left - carried.sum(axis=1)
    some = first >= 0
    weights[np.flatnonzero(some), first[some]] += left[some]
    return weights


def _place(centre: Centre, desk: int, queue: int) -> tuple[bool, int]:
    return bool(centre.after_s[desk, queue] > 0), int(centre.rank[desk, queue])

"""Traffic equations: who gets how many contacts once transfers and returns are followed to their end.

With v the first attempts and P[q, q'] the share of queue q that is handed on to q', the legs entering the queues in an
attempt are the sum of v P^n over the legs n = 0 .. max_legs - 1 (Jackson 1957, cut where the rules cut). A contact is
never taken by the desk that handed it on, so the state is the pair (queue, desk it came from). What ends unanswered or
unresolved comes back, later and perhaps elsewhere, as the next attempt; attempts are cut where the rules cut.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from simcenter.planning.centre import Centre, FloatArray
from simcenter.planning.conditions import Conditions, plain_conditions
from simcenter.planning.returns import later
from simcenter.planning.routes import ANY_DESK, Route
from simcenter.simulation.network import DISCONNECT, KEEP, REDIAL, REPEAT, WAIT

FEW = 1e-9
"""Share of all contacts below which attempts are followed no further."""
SPILL = 0.02
"""Share of a queue that any desk may get, whatever the order of desks, where measured shares are to be met."""
BARE, RECEIVED, RETURNED = 0, 1, 2
"""Where a desk's work comes from: first legs of first attempts, legs handed on, later attempts."""


@dataclass(frozen=True)
class Flows:
    """Expected contacts per interval. T intervals, D desks, Q queues.

    ``entered`` (T, Q) legs entering each queue, first, handed on or come back; ``returned`` (T, Q) those of them that
    come back; ``joined`` (T, Q) share of them that neither finds it full nor balks; ``taken`` (T, D, Q) legs by the
    desk that is to answer them, in the interval in which they are worked; ``work_from_s`` (3, T, D, Q) adviser seconds
    they take, warm holding included, by where they come from: BARE, RECEIVED, RETURNED.
    """

    entered: FloatArray
    returned: FloatArray
    joined: FloatArray
    taken: FloatArray
    work_from_s: FloatArray

    @cached_property
    def work_s(self) -> FloatArray:
        """(T, D, Q) adviser seconds, wherever the work comes from."""
        return np.asarray(self.work_from_s.sum(axis=0))


Key = tuple[int, int, float, float]
"""Queue, desk it came from (-1: none), factor on the handle time, time to know who it is."""


@dataclass
class _Tracer:
    """Follows the contacts of a centre, attempt by attempt, leg by leg."""

    centre: Centre
    conditions: Conditions
    entered: FloatArray
    returned: FloatArray
    taken: FloatArray
    work_from_s: FloatArray
    ended: FloatArray
    """(2, T, Q) of the present attempt: legs that end unanswered, and unresolved."""
    routes: dict[tuple[int, int], list[Route]] = field(default_factory=dict)
    weights: dict[tuple[int, int], FloatArray] = field(default_factory=dict)

    def attempt(self, first: FloatArray, number: int) -> None:
        """Follow (T, Q) contacts that come for the ``number``-th time."""
        self.ended[:] = 0.0
        legs: dict[Key, FloatArray] = {(int(q), -1, 1.0, 0.0): first[:, q] for q in np.flatnonzero(first.any(axis=0))}
        for leg in range(self.centre.max_legs):
            following: dict[Key, FloatArray] = {}
            for key, entering in legs.items():
                origin = RETURNED if number else RECEIVED if leg else BARE
                for onward, moved in self._leg(
                    key, entering, origin, fresh=leg == 0, last=leg == self.centre.max_legs - 1
                ):
                    following[onward] = following.get(onward, 0.0) + moved
            legs = following

    def _leg(
        self, key: Key, entering: FloatArray, origin: int, *, fresh: bool, last: bool
    ) -> Iterator[tuple[Key, FloatArray]]:
        """Where the legs entering a queue go on to."""
        q, came_from, factor, identify_s = key
        centre, now = self.centre, self.conditions
        self.entered[:, q] += entering
        if centre.live[q]:
            came = entering * centre.queue_open[:, q]
            offered = came * (1 - now.blocked[:, q] - now.balked[:, q])
            worked, answered = offered, now.answered[:, q]
            self.ended[REDIAL][:, q] += came - offered + offered * (1 - answered) * (1 - now.called_back[:, q])
        else:
            worked, answered = now.profile[:, q] * entering.sum(), np.ones(len(entering))
        if (q, came_from) not in self.weights:
            self.weights[q, came_from] = desk_weights(centre, q, came_from, now)
        weights = self.weights[q, came_from]
        calls, in_vain, reached = _calls_back(centre, now, q)
        for d in np.flatnonzero(centre.serves[:, q]):
            here = worked * weights[:, d]
            if not here.any():
                continue
            served = here * (1 - calls + calls * reached)
            got = here * ((1 - calls) * answered + calls * reached)
            full_s = identify_s + centre.handle_s[q] * factor / centre.speed[d, q]
            seconds, onward, unresolved = self._served(int(d), q, full_s, identify_s, fresh=fresh, last=last)
            self.taken[:, d, q] += served + here * calls * in_vain
            ring_s = centre.callback[q].ring_s if centre.callback[q] is not None else 0.0  # type: ignore[union-attr]
            self.work_from_s[origin][:, d, q] += served * seconds + here * calls * in_vain * ring_s
            self.ended[REPEAT][:, q] += got * unresolved
            for route, share in onward:
                moved = got * share
                if moved.any():
                    yield (route.to, int(d), route.factor, route.identify_s), moved

    def _served(
        self, d: int, q: int, full_s: float, identify_s: float, *, fresh: bool, last: bool
    ) -> tuple[FloatArray, list[tuple[Route, FloatArray]], FloatArray]:
        """(T,) seconds of a leg at a desk, the shares that go on by each route, and the share that ends unresolved."""
        centre, now = self.centre, self.conditions
        none = np.zeros(len(centre.day))
        seconds, unresolved, stays = none.copy(), none.copy(), 1.0
        onward: list[tuple[Route, FloatArray]] = []
        belong_elsewhere = self.routes.get((ANY_DESK, q), []) if fresh else []
        staying = max(1.0 - sum(route.share for route in belong_elsewhere), 0.0)
        for route in belong_elsewhere + self.routes.get((d, q), []):
            share = route.share * (1.0 if route.desk == ANY_DESK else staying)
            stays -= share
            made = (centre.queue_open[:, route.to] | (not centre.live[route.to])) & (not last)
            free = 1.0 if route.if_busy == WAIT else 1 - now.delayed[:, route.to]
            talk_s = full_s if np.isnan(route.after_s) else identify_s + route.after_s
            held_s = now.hold_s[:, route.to] + route.handover_s if route.warm else none
            busy = np.where(made, 1 - free, 0.0)
            kept = busy if route.if_busy == KEEP else none
            dropped = np.where(made, 0.0, 1.0) + (busy if route.if_busy == DISCONNECT else none)
            goes_on = np.where(made, free, 0.0)
            seconds += share * (goes_on * (talk_s + held_s) + kept * max(full_s, talk_s) + dropped * talk_s)
            unresolved += share * (dropped + kept * (1 - centre.resolved[d, q]))
            onward.append((route, share * goes_on))
        stays = max(stays, 0.0)  # shares that add up to all may do so with dust
        seconds += stays * full_s
        unresolved += stays * (1 - centre.resolved[d, q])
        return seconds, onward, unresolved

    def back(self, number: int) -> FloatArray:
        """(T, Q) contacts that come again after their ``number``-th attempt."""
        centre = self.centre
        again = np.zeros_like(self.entered)
        for rule in centre.returns:
            if number + 1 >= rule.at_most:
                continue
            gone_s = self._gone_s(rule.kind, rule.queue)
            open_ = centre.queue_open[:, rule.to] if rule.working else None
            ended = self.ended[rule.kind][:, rule.queue]
            again[:, rule.to] += rule.share * later(ended, rule.delay_s + gone_s, centre.interval_s, open_)
        return again

    def _gone_s(self, kind: int, queue: int) -> float:
        """How long after entering a leg ends, on average; deferred work is counted when it is done."""
        if kind == REDIAL:
            return float(self.conditions.lost_after_s[queue])
        return float(self.centre.handle_s[queue]) if self.centre.live[queue] else 0.0


def solve_flows(centre: Centre, conditions: Conditions | None = None) -> Flows:
    """Follow every contact from desk to desk, and whoever comes back.

    Returns
    -------
    Flows
        Exact for the given conditions when transfers happen in the interval in which the leg is worked.
    """
    conditions = conditions or plain_conditions(centre)
    desks, queues = centre.serves.shape
    shape = centre.volume.shape
    tracer = _Tracer(
        centre,
        conditions,
        entered=np.zeros(shape),
        returned=np.zeros(shape),
        taken=np.zeros((shape[0], desks, queues)),
        work_from_s=np.zeros((3, shape[0], desks, queues)),
        ended=np.zeros((2, *shape)),
    )
    for route in centre.routes:
        tracer.routes.setdefault((route.desk, route.queue), []).append(route)
    coming, number = centre.volume, 0
    few = FEW * float(centre.volume.sum())
    while coming.any() and (number == 0 or coming.sum() > few):
        tracer.attempt(coming, number)
        coming = tracer.back(number)
        tracer.returned += coming
        number += 1
    tracer.returned -= coming
    joined = 1 - conditions.blocked - conditions.balked
    return Flows(tracer.entered, tracer.returned, joined, tracer.taken, tracer.work_from_s)


def _calls_back(centre: Centre, conditions: Conditions, q: int) -> tuple[FloatArray, float, float]:
    """(T,) share of those offered to the desks who are called back instead, tries in vain and share ever reached."""
    rule = centre.callback[q]
    calls = conditions.called_back[:, q]
    return (calls, 0.0, 1.0) if rule is None else (calls, rule.in_vain, rule.ever_reached)


def desk_weights(centre: Centre, queue: int, origin: int, conditions: Conditions) -> FloatArray:
    """(T, D) share of a queue's contacts that each desk gets when all follow the order of desks.

    Desks without an overflow wait come first, then by rank, then (unless the queue splits ties) by file order; each
    keeps what it can carry (``kept``) and leaves the rest to the next one open; what nobody can carry stays with the
    first. Customers with an adviser of their own go to that desk, as far as that adviser gets to them. ``origin`` is
    the desk that handed the contact on, -1 for none.
    """
    pool = _pool_weights(centre, queue, origin, conditions.kept)
    if conditions.pull is not None:
        able = centre.serves[:, queue] & (np.arange(len(centre.desks)) != origin)
        pool = (pool + SPILL * (able & centre.desk_open)) * conditions.pull
        pool = pool / np.maximum(pool.sum(axis=1, keepdims=True), FEW)
    desk = int(centre.own_desk[queue])
    if desk < 0 or desk == origin or not centre.own_share[queue]:
        return pool
    own = centre.own_share[queue] * conditions.own_kept[:, queue] * centre.desk_open[:, desk]
    weights = pool * (1 - own)[:, None]
    weights[:, desk] += own
    return np.asarray(weights)


def _pool_weights(centre: Centre, queue: int, origin: int, kept: FloatArray) -> FloatArray:
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
        left = np.maximum(left - carried.sum(axis=1), 0.0)
    some = first >= 0
    weights[np.flatnonzero(some), first[some]] += left[some]
    return weights


def _place(centre: Centre, desk: int, queue: int) -> tuple[bool, int]:
    return bool(centre.after_s[desk, queue] > 0), int(centre.rank[desk, queue])

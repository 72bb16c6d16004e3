"""Outcome: how customers fare under a staffing by the formulas, the conditions of the next round of flows."""

from dataclasses import replace

import numpy as np

from simcenter.planning.centre import NO_LIMIT, Centre, FloatArray, IntArray
from simcenter.planning.conditions import Conditions
from simcenter.planning.flows import Flows
from simcenter.planning.need import DUST, Need, pool_of
from simcenter.planning.pools import Fates, fates
from simcenter.simulation.network import CHAT

FULL = 0.95
"""Occupancy up to which a desk with given advisers is loaded before the next desk in rank gets the rest."""

MOST_GONE = 0.99
"""Share of those who come that is taken to find it full or to balk at most."""


def next_conditions(centre: Centre, before: Conditions, flows: Flows, need: Need, advisers: IntArray) -> Conditions:
    """Waits and losses under these advisers; what given and bounded desks cannot carry goes to the next."""
    work = flows.work_s / centre.interval_s
    load = work.sum(axis=2)
    capacity = FULL * centre.floor(centre.most)
    bounded = (centre.most < NO_LIMIT) & (load > capacity)
    kept = np.where(bounded, before.kept * capacity / np.where(load > 0, load, 1.0), before.kept)
    floor = centre.floor(advisers)
    whole = np.maximum(need.live + need.chats + need.level, DUST)
    found = replace(
        before,
        kept=kept,
        **{name: getattr(before, name).copy() for name in
           ("hold_s", "answered", "delayed", "blocked", "balked", "called_back", "lost_after_s", "own_kept")},
    )  # fmt: skip
    for q in np.flatnonzero(centre.live):
        part = (need.chats if centre.kind[q] == CHAT else need.live) / whole
        seen = _Seen(len(load))
        for d in np.flatnonzero(centre.serves[:, q]):
            t = np.flatnonzero((flows.taken[:, d, q] > DUST) & (advisers[:, d] > 0))
            if len(t):
                pool = pool_of(centre, flows, work, int(d), int(q), t)
                rule = centre.callback[q]
                over_s = 0.0 if rule is None else rule.over_s
                fate = fates(pool, floor[t, d] * part[t, d], over_s)
                seen.add(t, flows.taken[t, d, q], fate, centre.interval_s)
        seen.put(found, centre, int(q))
    _own(centre, flows, floor, found)
    return found


class _Seen:
    """Adds up how a queue's contacts fare at each desk."""

    def __init__(self, intervals: int) -> None:
        self.legs = np.zeros(intervals)
        self.sums = {name: np.zeros(intervals) for name in ("wait", "lost", "delayed", "blocked", "balked", "over")}

    def add(self, t: IntArray, legs: FloatArray, fate: Fates, most_s: float) -> None:
        """The legs of a queue at one desk; no steady state: the wait is bounded by the interval."""
        stays = np.maximum(fate.at_once + fate.waits, DUST)
        # legs are those offered to the desk: of who neither finds it full nor balks
        per_leg = {
            "wait": np.minimum(np.nan_to_num(fate.wait_s, posinf=most_s) / stays, most_s),
            "lost": fate.abandoned / stays,
            "delayed": fate.waits / stays,
            "blocked": fate.blocked,
            "balked": fate.balked,
            "over": np.maximum(1 - fate.in_time / stays, 0.0),
        }
        self.legs[t] += legs
        for name, value in per_leg.items():
            self.sums[name][t] += legs * value

    def put(self, found: Conditions, centre: Centre, q: int) -> None:
        """Write the shares of a queue into the conditions."""
        mean = {name: total / np.where(self.legs > 0, self.legs, 1.0) for name, total in self.sums.items()}
        rule = centre.callback[q]
        found.hold_s[:, q], found.delayed[:, q] = mean["wait"], mean["delayed"]
        # a few always join: how many come must be seen in the work they bring
        most = np.minimum(MOST_GONE / np.maximum(mean["blocked"] + mean["balked"], DUST), 1.0)
        found.blocked[:, q], found.balked[:, q] = most * mean["blocked"], most * mean["balked"]
        found.answered[:, q] = np.clip(1 - mean["lost"], 0.0, 1.0)
        if rule is not None:
            found.called_back[:, q] = rule.accepted * mean["over"]
        lost = float(self.sums["lost"].sum())
        # of Erlang A: who abandons has waited, on average, no longer than who waits
        waited = float(self.sums["wait"].sum()) / max(float(self.sums["delayed"].sum()), DUST)
        found.lost_after_s[q] = waited if lost > DUST else 0.0


def _own(centre: Centre, flows: Flows, floor: FloatArray, found: Conditions) -> None:
    """How many of the customers with an adviser of their own get that one: he is on the floor, and free in time."""
    for q in np.flatnonzero(centre.own_share > 0):
        d = int(centre.own_desk[q])
        busy = np.minimum(flows.work_s[:, d].sum(axis=1) / centre.interval_s / np.maximum(floor[:, d], DUST), 1.0)
        late = busy * np.exp(-centre.own_wait_s[q] / centre.handle_s[q])
        found.own_kept[:, q] = np.minimum(floor[:, d] / max(centre.own_of[q], 1), 1.0) * (1 - late)

"""Findings: which targets cannot be met, how far they are missed, and what limits them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter.measures.targets import Criterion
from simcenter.planning.assurance import kept_by_chance
from simcenter.planning.centre import Centre, IntArray, centre_of
from simcenter.planning.criteria import KEPT_UP, Cells, queue_of
from simcenter.planning.flows import Flows
from simcenter.simulation.compile import compile_network
from simcenter.simulation.draws import Draws
from simcenter.simulation.network import Network

if TYPE_CHECKING:
    from simcenter.scenario import Queue, Scenario

LIKE_ALL = 1 - 1e-9
LEAST_COUNTED = 0.8
"""Part of the contacts that are answered, and so counted, at least."""
SPREADS = 6
"""Spreads of the number of contacts that are looked at, from none to the most there may be."""
SAMPLED = 20
"""Replications whose handle times are looked at to see what share can be done within a promise."""


@dataclass(frozen=True)
class Finding:
    """One target that does not hold, or is not shown to.

    ``value``: what the fresh replications gave (None where nothing was counted); ``limit`` as a share or in seconds;
    ``cells``: the days or intervals concerned; ``attainable``: the best that could be had, where that is known. With an
    ``assurance``: the share of days on which it was to hold; ``days_kept``: on which it did, in the worst cell;
    ``attainable`` is a share of days, too.
    """

    place: str
    measure: str
    condition: str
    limit: float
    value: float | None
    cells: tuple[str, ...]
    reason: str
    attainable: float | None = None
    assurance: float | None = None
    days_kept: float | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else "all customers: "
        when = "" if self.cells == ("horizon",) or not self.cells else f" ({_some(self.cells)})"
        got = "" if self.value is None else f", got {_shown(self.value, self.measure)}"
        if self.assurance is not None and self.days_kept is not None:
            got = f" on {100 * self.assurance:g} % of days, kept on {100 * self.days_kept:.1f} %"
        return f"{where}{self.condition}{got}{when}: {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "place": self.place,
            "measure": self.measure,
            "condition": self.condition,
            "limit": self.limit,
            "value": self.value,
            "cells": list(self.cells),
            "reason": self.reason,
            "attainable": self.attainable,
            "assurance": self.assurance,
            "days_kept": self.days_kept,
        }


def _some(cells: tuple[str, ...]) -> str:
    few = ", ".join(cells[:3])
    return few if len(cells) <= 3 else f"{few} and {len(cells) - 3} more"


def _shown(value: float, measure: str) -> str:
    return f"{value:.1f} s" if measure == "asa_s" else f"{100 * value:.1f} %"


@dataclass(frozen=True)
class Obstacle:
    """Why no number of advisers can meet a criterion, and the best that could be had."""

    reason: str
    attainable: float


def obstacles_of(
    cells: Cells, scenario: "Scenario", network: Network, centre: Centre, flows: Flows, seed: int
) -> dict[int, Obstacle]:
    """The criteria, by number, that no staffing can keep in any of their cells."""
    found: dict[int, Obstacle] = {}
    for k, criterion in enumerate(cells.criteria):
        if cells.assured is None:
            one = obstacle(criterion, scenario, network, centre, seed)
        else:
            best = best_of(criterion, scenario, network, centre, seed)
            one = rarely(criterion, best, _contacts(cells, k, centre, flows), cells.assured.share, busiest(centre))
        if one is not None:
            found[k] = one
    return found


def _contacts(cells: Cells, k: int, centre: Centre, flows: Flows) -> list[float]:
    """How many contacts the cells of criterion ``k`` count on average; none where only some of a queue's do."""
    criterion = cells.criteria[k]
    if criterion.level == "desk" or criterion.index >= len(centre.queues):
        return []
    come = centre.volume.sum(axis=1) if criterion.index < 0 else flows.entered[:, criterion.index]
    mine = np.flatnonzero(cells.criterion == k)
    return [float(come[cells.first[c] : cells.end[c]].sum()) for c in mine]


def obstacle(
    criterion: Criterion, scenario: "Scenario", network: Network, centre: Centre, seed: int
) -> Obstacle | None:
    """What makes a criterion impossible whatever the staffing, seen without simulating the centre; None if nothing."""
    q = queue_of(criterion, centre)
    if q is not None and criterion.measure != KEPT_UP:
        if criterion.measure == "abandon_rate" and criterion.limit <= 0 and np.isfinite(centre.patience_s[q]):
            return Obstacle("with random demand nobody can promise that not one customer leaves", 0.0)
        if criterion.measure == "asa_s" and criterion.limit <= 0:
            return Obstacle("with random demand nobody can promise that not one customer waits", 0.0)
        within_s = _within(criterion, scenario.queues[centre.queues[q]], len(centre.queues))
        if within_s is not None and criterion.limit >= LIKE_ALL:
            return Obstacle("100 % cannot be promised of random demand", 1.0)
    best = best_of(criterion, scenario, network, centre, seed)
    return best if best is not None and _beyond(criterion, best) else None


def busiest(centre: Centre) -> float:
    """The largest coefficient of variation that busyness may give to what any cell counts: that of one interval of the
    queue that has most of it."""
    day, burst = centre.day_cv**2, centre.burst_cv**2
    return float(np.sqrt(day + burst + day * burst).max(initial=0.0))


def rarely(
    criterion: Criterion, best: Obstacle | None, contacts: Sequence[float], share: float, cv: float = 0.0
) -> Obstacle | None:
    """What keeps a criterion from being kept on a ``share`` of the days, whatever the staffing; None if nothing is
    known to. ``contacts``: how many it counts in each of its cells, on average; ``cv``: how much days differ in that,
    at most.

    What is promised of all of them (nobody leaves, 100 %) can be kept on many days; a share that the advisers have by
    nature (resolved, handed on) strays from its mean by chance, further on quiet days.
    """
    if best is None or not contacts:
        return None
    # as many as are answered count, which the other targets see to
    counts = [part * count for count in contacts for part in (LEAST_COUNTED, 1.0)]
    # intervals and queues even each other out, and nobody knows here how much: whichever spread keeps it most
    spreads = np.linspace(0, cv, SPREADS) if cv > 0 else [0.0]
    most = max(
        kept_by_chance(best.attainable, criterion.limit, criterion.at_least, count, float(one))
        for count in counts
        for one in spreads
    )
    if most >= share:
        return None
    why = best.reason if _beyond(criterion, best) else f"at best {100 * best.attainable:.1f} % can be had on average"
    return Obstacle(f"{why}; chance keeps the limit on at most {100 * most:.1f} % of days", most)


def _beyond(criterion: Criterion, best: Obstacle) -> bool:
    """Whether even the best that can be had is not within the limit."""
    return best.attainable < criterion.limit if criterion.at_least else best.attainable > criterion.limit


def best_of(criterion: Criterion, scenario: "Scenario", network: Network, centre: Centre, seed: int) -> Obstacle | None:
    """The best value that any staffing could have, and why, in the words of one that is too low; None if unknown."""
    if criterion.measure == KEPT_UP:
        return None
    if criterion.level == "journey":
        return _passed_on(criterion, centre)
    q = queue_of(criterion, centre)
    if q is None:
        return None
    serving = [int(d) for d in np.flatnonzero(centre.serves[:, q])]
    if criterion.measure == "resolved":
        return _resolved(centre, q, serving)
    within_s = _within(criterion, scenario.queues[centre.queues[q]], len(centre.queues))
    if within_s is None:
        return None
    if centre.live[q]:
        return _overflow(centre, q, serving, within_s, _credit(network, q))
    return _too_long(network, centre, q, serving, within_s, seed)


def _within(criterion: Criterion, queue: "Queue", queues: int) -> float | None:
    """The time promised to a queue or to a class of its customers, in seconds (a working day counts as a day: none is
    beyond a handle time)."""
    one = queue.classes.get(criterion.place.rpartition("/")[2]) if criterion.index >= queues else None
    target = queue.target if one is None else one.target
    if target is None or criterion.measure not in ("service_level", "wait_p90_s"):
        return None
    promise = target.within if criterion.measure == "service_level" else target.wait_p90
    if promise is None:
        return None
    return promise.amount * (86400.0 if promise.unit == "working days" else 1.0)


def _credit(network: Network, q: int) -> float:
    """The most waiting time that anybody who enters a queue may be credited with."""
    mine = slice(int(network.class_first[q]), int(network.class_first[q + 1]))
    route_s = network.route_credit_s[network.route_queue == q]
    if (route_s < 0).any():
        return np.inf
    return float(network.class_credit_s[mine].max() + route_s.max(initial=0.0))


def _overflow(centre: Centre, q: int, serving: list[int], within_s: float, credit_s: float) -> Obstacle | None:
    soonest = min(float(centre.after_s[d, q]) for d in serving)
    if soonest <= within_s + credit_s:
        return None
    names = ", ".join(centre.desks[d] for d in serving)
    return Obstacle(
        f"every desk that serves it ({names}) takes it only after {soonest:g} s, the promise is {within_s:g} s", 0.0
    )


def _too_long(network: Network, centre: Centre, q: int, serving: list[int], within_s: float, seed: int) -> Obstacle:
    """A reply is due at the end of the talk: the handle time itself may be longer than the promise."""
    fastest = max(float(centre.speed[d, q]) for d in serving)
    talk = 1.0 - float(network.wrap_share[q])
    samples = [Draws(network, seed, replication).first(q).base_handle_s for replication in range(SAMPLED)]
    handle_s = np.concatenate(samples) * talk / fastest
    if len(handle_s) < 100:
        possible = 1.0 if centre.handle_s[q] * talk / fastest <= within_s else 0.0
    else:
        possible = float((handle_s <= within_s).mean())
    return Obstacle(
        f"the handle time is beyond the promise: a reply takes {centre.handle_s[q] * talk / fastest:.0f} s on average, "
        f"and only {100 * possible:.1f} % are done within {within_s:g} working s even if begun at once",
        possible,
    )


def _resolved(centre: Centre, q: int, serving: list[int]) -> Obstacle:
    shares = {d: (1 - _handed_on(centre, d, q)) * float(centre.resolved[d, q]) for d in serving}
    best = max(shares, key=lambda d: shares[d])
    listed = ", ".join(f"{centre.desks[d]} {100 * share:.1f} %" for d, share in shares.items())
    return Obstacle(f"no desk that serves it resolves so many of those it answers ({listed})", shares[best])


def _handed_on(centre: Centre, desk: int, queue: int) -> float:
    return sum(route.share for route in centre.routes if (route.desk, route.queue) == (desk, queue))


def _passed_on(criterion: Criterion, centre: Centre) -> Obstacle:
    """The least share that can be handed on (twice), and why."""
    # a customer is counted once answered; who hangs up is left out, in any queue: allow for that
    share, described = _least_passed_on(criterion.measure, centre)
    words = "handed on" if criterion.measure == "transferred" else "handed on twice"
    return Obstacle(
        f"at best {100 * share:.1f} % of the customers are {words}: the shares of every desk that may take them are "
        f"too high: {'; '.join(described)}",
        share,
    )


def least_passed_on(scenario: "Scenario") -> float:
    """The least share of customers handed on that any staffing could have."""
    return _least_passed_on("transferred", centre_of(scenario, compile_network(scenario)))[0]


def _least_passed_on(measure: str, centre: Centre) -> tuple[float, list[str]]:
    """The share handed on (twice) if every contact went to the desk that hands on least, and those shares in words."""
    volume = centre.volume.sum(axis=0)
    least, described = 0.0, []
    for q in np.flatnonzero(volume > 0):
        serving = [int(d) for d in np.flatnonzero(centre.serves[:, q])]
        once = {d: _handed_on(centre, d, int(q)) for d in serving}
        shares = once if measure == "transferred" else {d: _twice(centre, d, int(q)) for d in serving}
        lowest = min(shares.values(), default=0.0)
        least += lowest * volume[q]
        if lowest > 0:
            desks = ", ".join(f"{centre.desks[d]} {100 * share:.1f} %" for d, share in shares.items())
            described.append(f"{centre.queues[q]} ({desks})")
    return (float(least / volume.sum()) if volume.sum() > 0 else 0.0), described


def _twice(centre: Centre, desk: int, queue: int) -> float:
    """The least share handed on at least twice of the contacts that a desk answers first."""
    if centre.max_legs < 3:
        return 0.0
    total = 0.0
    for route in centre.routes:
        if (route.desk, route.queue) == (desk, queue):
            others = [int(d) for d in np.flatnonzero(centre.serves[:, route.to]) if d != desk]
            total += route.share * min((_handed_on(centre, d, route.to) for d in others), default=0.0)
    return total


def binding_reason(criterion: Criterion, centre: Centre, advisers: IntArray, first: int, end: int) -> str:
    """What holds a criterion back in the intervals ``first`` to ``end``, after a search that could not meet it."""
    queue = queue_of(criterion, centre)
    if queue is not None:
        desks = np.flatnonzero(centre.serves[:, queue])
    elif criterion.level == "desk":
        desks = np.array([criterion.index])
    else:
        desks = np.arange(len(centre.desks))
    span = slice(first, min(end, len(advisers)))
    parts = []
    open_desks = [int(d) for d in desks if centre.desk_open[span, d].any()]
    if not open_desks:
        return "no desk that serves it is open then"
    for d in open_desks:
        full = (advisers[span, d] >= centre.most[span, d]) & centre.desk_open[span, d]
        if centre.given[d]:
            parts.append(f"desk {centre.desks[d]} has given advisers, too few")
        elif full.any():
            count, total = int(full.sum()), int(centre.desk_open[span, d].sum())
            parts.append(
                f"desk {centre.desks[d]} is at its max_advisers ({int(centre.most[span, d].max())}) in {count} of "
                f"{total} intervals"
            )
    if queue is not None:
        waiting = centre.queue_open[span, queue]
        alone = waiting & ~centre.desk_open[span][:, desks].any(axis=1)
        if alone.any():
            parts.append(f"no desk that serves it is open in {int(alone.sum())} of its {int(waiting.sum())} intervals")
    return "; ".join(parts) if parts else "more advisers at the desks that serve it do not bring it nearer"

"""Evaluators of two desks by exact Markov chains, each interval in its long run: optima can be enumerated."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from oracles.chains import Chain, overflow_desk
from planning_centres import scenario

from simcenter.planning.centre import FloatArray, IntArray, centre_of
from simcenter.planning.criteria import cells_of, criteria_of
from simcenter.planning.flows import solve_flows
from simcenter.planning.moves import presence_rows
from simcenter.planning.polish import Polished, polish
from simcenter.planning.sample import Sample
from simcenter.planning.search import Level, Search, improve
from simcenter.planning.units import units_of
from simcenter.scenario import Scenario
from simcenter.simulation.compile import compile_network

MOST = 7
"""Advisers of a desk that are tried."""
ROOM = 5
"""Customers who may wait in each queue of a chain."""
SERVICE = 1 / 180
PATIENCE = 1 / 120

Facts = dict[str, float]
"""Of one interval: what each measure of a place counts, and of how many."""


@cache
def shared(rates: tuple[float, float], advisers: tuple[int, int]) -> dict[tuple[str, str], tuple[float, float]]:
    """Desk 1 takes queue "one", desk 2 both: numerator and denominator per second of each measure and place."""
    chain = overflow_desk(rates, (SERVICE, SERVICE), (PATIENCE, PATIENCE), advisers, ROOM)
    left = [chain.long_run(lambda s, w=w: s[w]) * PATIENCE for w in (3, 4)]
    busy = chain.long_run(lambda s: s[0] + s[1]), chain.long_run(lambda s: s[2])
    came = [left[q] + busy[q] * SERVICE for q in (0, 1)]
    return {("abandon_rate", "one"): (left[0], came[0]), ("abandon_rate", "two"): (left[1], came[1])}


@cache
def handing_on(
    rates: tuple[float], advisers: tuple[int, int], share: float
) -> dict[tuple[str, str], tuple[float, float]]:
    """Calls go to the front desk, or to experts where it is busy; the front desk hands a share on to the experts.

    States: (front busy, experts busy with what was handed on, with calls, calls waiting, handed on and waiting).
    """
    (rate,), (front, experts) = rates, advisers

    def moves(state: Any) -> Iterator[tuple[Any, float]]:
        f, h, c, w, x = state
        if f < front:
            yield (f + 1, h, c, w, x), rate
        elif h + c < experts:
            yield (f, h, c + 1, w, x), rate
        elif w < ROOM:
            yield (f, h, c, w + 1, x), rate
        if f:  # the front's adviser takes the next call; who is handed on enters the experts' queue
            stays, waits = (f, w - 1) if w else (f - 1, w)
            yield (stays, h, c, waits, x), f * SERVICE * (1 - share)
            if h + c < experts:
                yield (stays, h + 1, c, waits, x), f * SERVICE * share
            else:
                yield (stays, h, c, waits, min(x + 1, ROOM)), f * SERVICE * share
        for busy, (h2, c2) in ((h, (h - 1, c)), (c, (h, c - 1))):
            if busy:
                if x:
                    yield (f, h2 + 1, c2, w, x - 1), busy * SERVICE
                elif w:
                    yield (f, h2, c2 + 1, w - 1, x), busy * SERVICE
                else:
                    yield (f, h2, c2, w, x), busy * SERVICE
        if w:
            yield (f, h, c, w - 1, x), w * PATIENCE
        if x:
            yield (f, h, c, w, x - 1), x * PATIENCE

    chain = Chain((0, 0, 0, 0, 0), moves)
    served = [chain.long_run(lambda s, i=i: s[i]) * SERVICE for i in (0, 1, 2)]
    left = [chain.long_run(lambda s, i=i: s[i]) * PATIENCE for i in (3, 4)]
    calls = served[0] + served[2]
    return {
        ("abandon_rate", "calls"): (left[0], left[0] + calls),
        ("abandon_rate", "hard"): (left[1], left[1] + served[1]),
        ("transferred", ""): (share * served[0], calls),
    }


class ChainCentre:
    """An ``Evaluate`` of a scenario of two desks: every interval in the long run of its chain."""

    def __init__(self, one: Scenario, facts: Callable[..., Any], *more: float) -> None:
        self.scenario, self.centre = one, centre_of(one, compile_network(one))
        flows = solve_flows(self.centre)
        self.cells = cells_of(self.centre, flows, criteria_of(one))
        self.presence = flows.entered
        self.facts, self.more, self.looks = facts, more, 0
        self.open = np.flatnonzero(self.centre.desk_open.any(axis=1))

    def margins(self, t: int, advisers: tuple[int, ...]) -> FloatArray:
        """(K,) of one interval."""
        volume = self.centre.volume[t]
        rates = tuple(float(v) / self.centre.interval_s for v in volume if v > 0)
        facts = self.facts(rates, advisers, *self.more)
        of = [facts[one.measure, one.place] for one in self.cells.criteria]
        sign = [1.0 if one.at_least else -1.0 for one in self.cells.criteria]
        limits = [one.limit for one in self.cells.criteria]
        gap = [s * (num - limit * den) for s, limit, (num, den) in zip(sign, limits, of, strict=True)]
        return np.array(gap) * self.centre.interval_s

    def __call__(self, advisers: IntArray, replications: range) -> Sample:
        self.looks += 1
        by_row = np.zeros((len(advisers) + 1, len(self.cells.criteria)))
        for t in self.open:
            by_row[t] = self.margins(t, tuple(int(n) for n in advisers[t]))
        margin = np.tile(self.cells.gather(by_row), (len(replications), 1))
        den = np.ones(len(self.cells))
        return Sample(advisers.copy(), replications, margin, by_row, den, den)

    def search(self) -> Search:
        """A search on this evaluator."""
        units = units_of(self.centre)
        none = np.zeros(len(self.cells), dtype=bool)
        floor = np.full(len(self.cells), -np.inf)
        presence = presence_rows(self.centre, units, self.presence)
        return Search(self.centre, units, self.cells, self, presence, np.full(len(units), MOST), none, floor)

    def cheapest(self) -> float:
        """The least cost of any staffing that keeps every cell, by trying all of two open intervals."""
        pairs = np.array(list(product(range(MOST + 1), repeat=2)))
        # nobody at all is no plan: the presence rule
        pairs = pairs[1:]
        cost = pairs @ self.centre.cost * self.centre.hour
        first, second = (np.array([self.margins(t, tuple(int(n) for n in p)) for p in pairs]) for t in self.open)
        total = cost[:, None] + cost[None, :]
        good = np.ones_like(total, dtype=bool)
        for c in range(len(self.cells)):
            k, rows = self.cells.criterion[c], range(self.cells.first[c], self.cells.end[c])
            held = sum(
                (side for t, side in zip(self.open, (first[:, None, k], second[None, :, k]), strict=True) if t in rows),
                np.zeros((1, 1)),
            )
            good &= np.broadcast_to(held >= -1e-9, good.shape)
        return float(total[good].min())

    def changed(self, **keys: Any) -> "ChainCentre":
        """The same centre with other values, each named like its key with "__" for dots."""
        one = self.scenario
        for key, value in keys.items():
            one = one.replace(key.replace("__", "."), value)
        return ChainCentre(one, self.facts, *self.more)


ONCE = range(2)


def searched(search: Search, start: int = 3) -> Polished:
    """The whole search on an evaluator without noise."""
    begin = search.units.spread(np.clip(np.full(len(search.units), start), search.units.least, search.most))
    best = improve(search, begin, ONCE, 0.0, "search", ONCE)
    return polish(Level(search, ONCE, 0.0, "polish", ONCE), best, apart=False)


def shared_desk(rng: np.random.Generator) -> ChainCentre:
    """A random centre of two queues, a specialist desk for one and a desk for both."""
    per = ["interval", "day"][rng.integers(2)]

    def queue() -> dict[str, Any]:
        volume = [0.0] * 9 + rng.integers(15, 60, 2).astype(float).tolist() + [0.0] * 13
        limit = float(rng.choice([0.03, 0.05, 0.1]))
        return {"channel": "phone", "volume": volume, "handle_time": "3 min", "patience": "2 min",
                "target": {"abandoned": limit, "per": per}}  # fmt: skip

    desks = {
        "one": {"cost_per_hour": 1.0, "serves": {"one": {}}},
        "both": {"cost_per_hour": float(rng.choice([1.0, 1.2, 1.5])), "serves": {"two": {}, "one": {"rank": 2}}},
    }
    return ChainCentre(scenario({"one": queue(), "two": queue()}, desks, hours="09:00-11:00"), shared)


def front_desk(rng: np.random.Generator) -> ChainCentre:
    """A random centre of a front desk that hands a share on to dearer experts, with a cap on those handed on."""
    share = float(rng.choice([0.2, 0.3, 0.4]))
    volume = [0.0] * 9 + rng.integers(20, 70, 2).astype(float).tolist() + [0.0] * 13
    limit = float(rng.choice([0.03, 0.05, 0.1]))
    cap = round(share * float(rng.uniform(0.4, 0.9)), 3)
    return front_desk_of(share, volume, limit, cap, float(rng.choice([1.5, 2.0, 3.0])))


def front_desk_of(share: float, volume: list[float], limit: float, cap: float, dear: float) -> ChainCentre:
    """The same with everything given."""
    queue = {"channel": "phone", "handle_time": "3 min", "patience": "2 min", "target": {"abandoned": limit}}
    desks = {
        "front": {"cost_per_hour": 1.0, "serves": {"calls": {"transfers": {"hard": share}}}},
        "experts": {"cost_per_hour": dear, "serves": {"hard": {}, "calls": {"rank": 2}}},
    }
    queues = {"calls": queue | {"volume": volume}, "hard": queue}
    return ChainCentre(scenario(queues, desks, {"transferred": cap}, hours="09:00-11:00"), handing_on, share)

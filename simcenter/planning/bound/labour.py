"""Labour: the least work that contacts bring, desk by desk, and how far it may be put off. For the bound on cost."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simcenter.planning.bound.carry import CELLS, EDGES, Work, most_in_hand
from simcenter.planning.centre import BoolArray, Centre, FloatArray, IntArray
from simcenter.planning.routes import ANY_DESK
from simcenter.simulation.laws import LawCode, quantiles
from simcenter.simulation.network import CHAT, KEEP, REDIAL, REPEAT, WAIT, Laws, Network

POINTS = 64
"""Points of an interval."""
PATIENCES = 1024
"""Equally likely parts that stand for a law of patience."""
OVERS = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0])
"""What an adviser may have in hand beyond so many of the longest mean handle times is bounded."""


@dataclass(frozen=True)
class HandedOn:
    """Of the contacts (``first``: of the first ones) of ``queue`` that ``desk`` answers, at least ``share`` are handed
    on to queue ``to``, if that is open then; of these at least the share ``soon`` within an interval."""

    desk: int
    queue: int
    to: int
    share: float
    first: bool
    soon: float


class Labour:
    """What contacts ask of advisers. D desks, Q queues.

    Handle times are adviser seconds: those of chats divided by the best total speed of an adviser who holds several.
    """

    def __init__(self, network: Network, centre: Centre) -> None:
        self.network, self.centre = network, centre
        self.best: FloatArray = np.array(
            [max((n * s for n, s in enumerate(speed, start=1)), default=1.0) for speed in centre.chat_speed]
        )
        """(Q,) best total speed of an adviser."""
        own = np.zeros(len(centre.queues), dtype=np.bool_)
        for q in range(len(own)):
            rows = (
                slice(int(network.replay_first[q]), int(network.replay_first[q + 1])) if network.replayed[q] else None
            )
            own[q] = rows is not None and bool(np.isfinite(network.replay_handle_s[rows]).any())
        keeps = {(r.desk, r.queue) for r in centre.routes if r.if_busy == KEEP}
        kept = np.array(
            [[bool({(d, q), (ANY_DESK, q)} & keeps) for q in range(len(own))] for d in range(len(centre.desks))]
        )
        self.counted: BoolArray = centre.serves & ~centre.interruptible.any(axis=0) & ~own & ~kept
        """(D, Q) whether the work is counted: not where it may be put aside, or goes on if nobody else is free, or is
        the same in every replication."""
        self.even: BoolArray = ~np.asarray(network.replayed)
        """(Q,) whether first contacts come evenly over each interval."""

    @cached_property
    def quantile_s(self) -> FloatArray:
        """(Q, n) of the laws of handle times, at ``EDGES``."""
        return quantiles(self.network.handle_time, np.tile(EDGES, (len(self.centre.queues), 1)))

    @cached_property
    def factors(self) -> list[set[float]]:
        """Per queue, factors on the handle times of who is handed on to it."""
        found: list[set[float]] = [set() for _ in self.centre.queues]
        for route in self.centre.routes:
            found[route.to].add(route.factor)
        return found

    def routes(self, cell: int) -> dict[int, tuple[float, float]]:
        """Of a cell of routes: by destination its share, and the least talk before (NaN: the full handle time)."""
        net = self.network
        rows = range(int(net.route_first[cell]), int(net.route_first[cell + 1]))
        share = np.diff(net.route_cum[rows.start : rows.stop], prepend=0.0)
        return {
            int(net.route_queue[r]): (float(p), float(net.route_after_s[r])) for r, p in zip(rows, share, strict=True)
        }

    def cells(self, desk: int, queue: int) -> list[int]:
        """The cells of routes of a queue's classes at a desk."""
        net = self.network
        first, last = int(net.class_first[queue]), int(net.class_first[queue + 1])
        return [desk * net.class_count + c for c in range(first, last)]

    def misrouted(self, queue: int) -> dict[int, tuple[float, float]]:
        """The same of who comes to the queue and belongs elsewhere."""
        return self.routes(self.network.desk_count * self.network.class_count + queue)

    def least_s(self, desk: int, queue: int) -> tuple[float, float]:
        """Mean work of a first contact, and of any contact: at least so much."""
        if not self.counted[desk, queue]:
            return 0.0, 0.0
        centre = self.centre
        base_s = centre.handle_s[queue] / centre.speed[desk, queue]
        factor = min({1.0, *self.factors[queue]})
        firsts: list[float] = []
        others: list[float] = []
        for cell in self.cells(desk, queue):
            routes = self.routes(cell)
            for each, scale in ((firsts, 1.0), (others, factor)):
                full_s = base_s * scale
                kept = max(1 - sum(share for share, _ in routes.values()), 0.0)
                each.append(kept * full_s + sum(p * (full_s if np.isnan(s) else s) for p, s in routes.values()))
        wrong = self.misrouted(queue)
        right = max(1 - sum(share for share, _ in wrong.values()), 0.0)
        first_s = right * min(firsts) + sum(p * (base_s if np.isnan(s) else s) for p, s in wrong.values())
        later_s = right * min(others) + sum(p * (base_s * factor if np.isnan(s) else s) for p, s in wrong.values())
        return first_s / self.best[queue], min(first_s, later_s, min(others)) / self.best[queue]

    def works(self, desk: int, queue: int, first: bool = False) -> list[Work]:
        """What a contact may turn out to be: a whole one (by any factor), or one soon handed on."""
        centre, best = self.centre, self.best[queue]
        factors = {1.0} if first else {1.0, *self.factors[queue]}
        scale = 1 / (centre.speed[desk, queue] * best)
        mean_s = float(centre.handle_s[queue])
        found = [Work.of(self.quantile_s[queue], mean_s, factor * scale) for factor in sorted(factors)]
        soon = [self.misrouted(queue), *(self.routes(cell) for cell in self.cells(desk, queue))]
        talks = {talk_s for routes in soon for _, talk_s in routes.values() if not np.isnan(talk_s)}
        return found + [Work.constant(talk_s / best) for talk_s in sorted(talks)]

    def most_s(self, desk: int, queue: int) -> float:
        """Mean work of any contact: at most so much."""
        return max(work.mean_s for work in self.works(desk, queue))

    def in_hand(self, desk: int) -> tuple[FloatArray, FloatArray]:
        """Seconds (n,), the first 0, and what an adviser of a desk may have in hand beyond them at an interval's end,
        of one contact at a time begun within it (n,)."""
        mine = self.counted[desk] & (self.centre.kind != CHAT)
        works = [work for q in np.flatnonzero(mine) for work in self.works(desk, int(q))]
        if not works:
            return np.zeros(1), np.zeros(1)
        longest = max(work.mean_s for work in works)
        overs = np.append(np.minimum(OVERS * longest, self.centre.interval_s), self.centre.interval_s)
        return overs, most_in_hand(works, self.centre.interval_s, overs)

    def chats_in_hand(self, desk: int) -> float:
        """The same of all the chats that one adviser may hold."""
        mine = np.flatnonzero(self.counted[desk] & (self.centre.kind == CHAT))
        if not len(mine):
            return 0.0
        works = [work for q in mine for work in self.works(desk, int(q))]
        held = max(len(self.centre.chat_speed[q]) for q in mine)
        return held * float(most_in_hand(works, self.centre.interval_s, np.zeros(1))[0])

    def leaves_first_who_is_done_first(self, desk: int) -> bool:
        """Whether the advisers of a desk have nothing in hand but the work that is counted: then those who leave are
        those with the least of it."""
        centre, net = self.centre, self.network
        served = centre.serves[desk]
        holds = any(r.warm for r in centre.routes if r.desk in (-1, desk) and served[r.queue])
        asks = any(r.identify_s > 0 for r in centre.routes if served[r.to])
        rings = bool(np.isfinite(net.callback_over_s[served]).any())
        whole = bool((self.counted[desk] | ~served).all()) and not (served & (centre.kind == CHAT)).any()
        return whole and not (holds or asks or rings)

    def patience_s(self, queue: int) -> FloatArray:
        """(classes, n) equally likely times that customers of each class wait, each no shorter than what it stands
        for; infinite where nobody leaves."""
        net = self.network
        rows = range(int(net.class_first[queue]), int(net.class_first[queue + 1]))
        edges = np.append(np.arange(1, PATIENCES) / PATIENCES, 0.5)
        found = quantiles(_some(net.patience, rows), np.tile(edges, (len(rows), 1)))
        found[:, -1] = np.inf
        return found

    def exponential_s(self, queue: int) -> float:
        """A mean such that work on a first contact is, in distribution, no shorter than an exponential time of that
        mean, at any desk: the least of x / -log P(work > x). 0 where that is not known: the law must be exponential, or
        lognormal, whose tail is longer than that of an exponential one that lies below its middle."""
        law = self.network.handle_time.code[queue]
        known = law in (LawCode.EXPONENTIAL, LawCode.LOGNORMAL)
        if not known or (self.centre.serves & ~self.counted)[:, queue].any() or not self.counted[:, queue].any():
            return 0.0
        shares = np.concatenate([np.geomspace(1e-4, 0.5, CELLS), 1 - np.geomspace(0.5, 1e-9, CELLS)[1:]])
        base_s = quantiles(_some(self.network.handle_time, range(queue, queue + 1)), shares[None, :])[0]
        least = np.inf
        for d in np.flatnonzero(self.counted[:, queue]).tolist():
            time_s = base_s / self.centre.speed[d, queue]
            for cell in self.cells(d, queue):
                longer = 1 - shares
                for routes in (self.routes(cell), self.misrouted(queue)):
                    for share, talk_s in routes.values():
                        if not np.isnan(talk_s):
                            longer = longer * (1 - share) + share * np.minimum(longer, talk_s > time_s)
                least = min(least, float((time_s[:-1] / -np.log(longer[1:])).min()))
        return least

    def leaves(self, queue: int) -> bool:
        """Whether every customer of a queue leaves sooner or later."""
        return bool(np.isfinite(self.patience_s(queue)[:, :-1]).all())

    def still_there(self, queue: int) -> FloatArray:
        """(T + 1,) of the first contacts of an interval, the share that may still wait j intervals after its start."""
        intervals, length = len(self.centre.day), self.centre.interval_s
        # offsets rounded up: waits rounded down
        offset_s = length * np.arange(1, POINTS + 1) / POINTS if self.even[queue] else np.array([length])
        gap_s = length * np.arange(intervals + 1)[:, None] - offset_s
        share = np.zeros((intervals + 1, 1))
        for waits in self.patience_s(queue):
            longer = 1 - np.searchsorted(waits, np.maximum(gap_s, 0.0), side="left") / len(waits)
            share = np.maximum(share, longer.mean(axis=1, keepdims=True))
        return np.asarray(share[:, 0])

    def left_over_s(self, queue: int) -> float:
        """Of a first contact, the work that may be left when the interval ends in which it came, on average."""
        centre, length = self.centre, self.centre.interval_s
        desks = np.flatnonzero(self.counted[:, queue])
        if not len(desks):
            return 0.0
        works = [work for d in desks for work in self.works(int(d), queue, first=True)]
        if not self.even[queue]:
            return max(work.mean_s for work in works)
        left_s = length * np.arange(POINTS) / POINTS
        pace = min(centre.chat_speed[queue]) / self.best[queue] if centre.kind[queue] == CHAT else 1.0
        worst = 0.0
        for waits in self.patience_s(queue):
            served_s = np.maximum(left_s[:, None] - waits, 0.0) * pace
            each = np.max([work.beyond(served_s) for work in works], axis=0)
            worst = max(worst, float(each.mean()))
        return worst

    def handed_on(self) -> list[HandedOn]:
        """Whom desks are sure to hand on: the least share over the classes, by routes that wait for whoever is next."""
        sure = {(r.desk, r.queue, r.to) for r in self.centre.routes if r.if_busy == WAIT}
        found = []
        for d, q in zip(
            *(axis.tolist() for axis in np.nonzero(self.centre.serves & ~self.centre.interruptible.any(axis=0))),
            strict=True,
        ):
            each, wrong = [self.routes(cell) for cell in self.cells(d, q)], self.misrouted(q)
            right = max(1 - sum(share for share, _ in wrong.values()), 0.0)
            for to in sorted(set.intersection(*(set(routes) for routes in each))):
                if (d, q, to) in sure:
                    share = right * min(routes[to][0] for routes in each)
                    soon = min(self._soon(d, q, routes[to][1]) for routes in each)
                    found.append(HandedOn(d, q, to, share, False, soon))
            for to, (share, talk_s) in wrong.items():
                if (ANY_DESK, q, to) in sure:
                    found.append(HandedOn(d, q, to, share, True, self._soon(d, q, talk_s)))
        return found

    def _soon(self, desk: int, queue: int, after_s: float) -> float:
        """The share of the talks before handing on that are over within an interval: at least so much."""
        asks_s = max((r.identify_s for r in self.centre.routes if r.to == queue), default=0.0)
        left_s = self.centre.interval_s * min(self.centre.chat_speed[queue], default=1.0) - asks_s
        if not np.isnan(after_s):
            return float(after_s <= left_s)
        factor = max({1.0, *self.factors[queue]}) / self.centre.speed[desk, queue]
        return float(np.searchsorted(self.quantile_s[queue] * factor, left_s, side="right") / CELLS)

    def most_handed_on(self, to: int) -> FloatArray:
        """(D, Q) share of the contacts that each desk answers of each queue that may be handed on to queue ``to``."""
        found: FloatArray = np.zeros(self.centre.serves.shape)
        for d, q in zip(*(axis.tolist() for axis in np.nonzero(self.centre.serves)), strict=True):
            none = (0.0, 0.0)
            classes = max(self.routes(cell).get(to, none)[0] for cell in self.cells(d, q))
            found[d, q] = classes + self.misrouted(q).get(to, none)[0]
        return found

    def come_back(self, origin: int, to: int) -> tuple[float, float]:
        """Shares of the contacts of a queue that come to queue ``to`` again: of those not answered, and answered."""
        rules = [one for one in self.centre.returns if one.queue == origin and one.to == to]
        shares = [sum(one.share for one in rules if one.kind == kind) for kind in (REDIAL, REPEAT)]
        return shares[0], shares[1]

    def longer_than(self, queue: int) -> FloatArray:
        """(T,) share of any contacts that may still wait j intervals after they came."""
        intervals = np.arange(len(self.centre.day)) * self.centre.interval_s
        if self.network.return_same_patience[queue]:
            return np.ones(len(intervals))
        each = [1 - np.searchsorted(waits, intervals, side="left") / len(waits) for waits in self.patience_s(queue)]
        return np.asarray(np.max(each, axis=0))


def _some(laws: Laws, rows: range) -> Laws:
    """The laws of some rows."""
    start = laws.table_start
    tables = [laws.table[start[r] : start[r + 1]] for r in rows]
    first: IntArray = np.cumsum([0, *(len(one) for one in tables)], dtype=np.int64)
    return Laws(code=laws.code[rows], p=laws.p[rows], table=np.concatenate(tables), table_start=first)

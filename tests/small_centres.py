"""Centres small enough to work out by hand: every number of chance is given, and what happened is told by names."""

from dataclasses import dataclass, field
from math import inf, isnan, nan
from types import SimpleNamespace

import numpy as np

from simcenter.simulation.log import ContactLog, Outcome
from simcenter.simulation.network import EXCLUSIVE, FILE, Laws, Network, Periods
from simcenter.simulation.staffing import Staffing

INTERVAL_S = 600.0
INTERVALS = 6
END_S = INTERVAL_S * INTERVALS
ALL_DAY = ((0.0, END_S),)


@dataclass(frozen=True)
class Queue:
    kind: int = EXCLUSIVE
    open: tuple[tuple[float, float], ...] = ALL_DAY
    drop: bool = False
    room: int = -1
    wrap: float = 0.0
    speeds: tuple[float, ...] = (1.0,)
    equal_rank: int = FILE


@dataclass(frozen=True)
class To:
    """A transfer."""

    share: float = 1.0
    warm: bool = False
    after: float = nan
    handover: float = 0.0
    factor: float = 1.0


@dataclass(frozen=True)
class Serves:
    rank: int = 1
    priority: int | None = None
    after: float = 0.0
    speed: float = 1.0
    resolved: float = 1.0
    to: dict[str, To] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    serves: dict[str, Serves]
    advisers: int | tuple[int, ...] = 1
    """One number per interval, or one for all."""
    open: tuple[tuple[float, float], ...] = ALL_DAY


@dataclass(frozen=True)
class Customer:
    """``handle`` and ``patience`` of leg 0, 1, ...; the last goes on for later legs. Uniforms are of all legs."""

    queue: str
    at: float
    handle: float | tuple[float, ...]
    patience: float | tuple[float, ...] = inf
    transfer: float = 0.5
    resolved: float = 0.5
    equal_rank: float = 0.5

    def leg(self, number: int) -> tuple[float, float, float, float, float]:
        def of(values):
            return values if isinstance(values, float | int) else values[min(number, len(values) - 1)]

        return (float(of(self.patience)), float(of(self.handle)), self.transfer, self.resolved, self.equal_rank)


class GivenDraws:
    """Stands in for Draws. Customers of a queue are numbered in the order given, which is that of arrival."""

    def __init__(self, names: list[str], customers: list[Customer]) -> None:
        self.customers = [[c for c in customers if c.queue == name] for name in names]

    def first(self, queue: int) -> SimpleNamespace:
        customers = self.customers[queue]
        columns = np.array([(c.at, *c.leg(0)) for c in customers], dtype=float).reshape(-1, 6).T.copy()
        names = ("arrival_s", "patience_s", "base_handle_s", "transfer_u", "resolved_u", "equal_rank_u")
        legs = SimpleNamespace(**dict(zip(names, columns, strict=True)))
        legs.customer = np.arange(len(customers))
        legs.class_row = np.full(len(customers), queue)
        legs.entry = np.zeros(len(customers), dtype=int)
        return legs

    def later(
        self, origin: int, customer: int, leg: int, queue: int, class_row: int | None = None
    ) -> tuple[float, float, float, float, float]:
        return self.customers[origin][customer].leg(leg)


class Centre:
    """A centre as the engines read it: ``network``, ``staffing`` and ``draws``."""

    def __init__(
        self, queues: dict[str, Queue], desks: dict[str, Desk], customers: list[Customer], max_legs: int = 8
    ) -> None:
        self.queues, self.desks = list(queues), list(desks)
        serves = [[desk.serves.get(name) for name in queues] for desk in desks.values()]

        def table(value, absent, dtype):
            rows = [[absent if s is None else value(s) for s in row] for row in serves]
            return np.array(rows, dtype=dtype).reshape(len(desks), len(queues))

        def each(value, dtype):
            return np.array([value(q) for q in queues.values()], dtype=dtype)

        routes, first = [], [0]
        for row in serves:
            for s in row:
                cum = 0.0
                for name, to in s.to.items() if s else ():
                    cum += to.share
                    routes.append((self.queues.index(name), cum, to.warm, to.after, to.handover, to.factor))
                first.append(len(routes))

        def route(i, dtype):
            return np.array([r[i] for r in routes], dtype=dtype)

        most = max(len(q.speeds) for q in queues.values())
        no_laws = Laws(
            np.zeros(len(queues), int), np.zeros((len(queues), 3)), np.zeros(0), np.zeros(len(queues) + 1, int)
        )
        self.network = Network(
            queue_names=tuple(queues),
            desk_names=tuple(desks),
            interval_s=INTERVAL_S,
            end_s=END_S,
            day_start_s=np.array([0.0, END_S]),
            max_legs=max_legs,
            kind=each(lambda q: q.kind, int),
            volume=np.zeros((INTERVALS, len(queues))),
            queue_open=periods([q.open for q in queues.values()]),
            drop_at_closing=each(lambda q: q.drop, bool),
            waiting_room=each(lambda q: q.room, int),
            patience=no_laws,
            handle_time=no_laws,
            wrap_share=each(lambda q: q.wrap, float),
            chat_speed=each(lambda q: q.speeds + (nan,) * (most - len(q.speeds)), float),
            chat_slots=each(lambda q: len(q.speeds), int),
            equal_rank=each(lambda q: q.equal_rank, int),
            desk_open=periods([d.open for d in desks.values()]),
            serves=table(lambda s: True, False, bool),
            rank=table(lambda s: s.rank, 1, int),
            priority=table(lambda s: s.rank if s.priority is None else s.priority, 1, int),
            after_s=table(lambda s: s.after, 0.0, float),
            speed=table(lambda s: s.speed, 1.0, float),
            resolved=table(lambda s: s.resolved, 1.0, float),
            route_first=np.array(first),
            route_queue=route(0, int),
            route_cum=route(1, float),
            route_warm=route(2, bool),
            route_after_s=route(3, float),
            route_handover_s=route(4, float),
            route_factor=route(5, float),
        )
        advisers = [d.advisers if isinstance(d.advisers, tuple) else (d.advisers,) * INTERVALS for d in desks.values()]
        self.staffing = Staffing(
            advisers=np.array(advisers, dtype=np.int64).reshape(len(desks), INTERVALS).T.copy(),
            desks=tuple(desks),
            interval_start=tuple(f"interval {i}" for i in range(INTERVALS)),
            interval_s=INTERVAL_S,
        )
        self.draws = GivenDraws(self.queues, customers)

    def told(self, log: ContactLog) -> dict[str, list]:
        """Legs by customer ("a0" is the first of queue a), each (queue, entered, adviser, start, end, freed, outcome).

        An adviser is "desk0", None where there is none; the stays on the floor are under "duty".
        """
        stories: dict[str, list] = {}
        for i in range(len(log)):
            stories.setdefault(f"{self.queues[log.origin[i]]}{log.customer[i]}", []).append(
                (
                    self.queues[log.queue[i]],
                    log.entered_s[i].item(),
                    f"{self.desks[log.desk[i]]}{log.adviser[i]}" if log.desk[i] >= 0 else None,
                    *(
                        None if isnan(t) else t
                        for t in (log.start_s[i].item(), log.end_s[i].item(), log.freed_s[i].item())
                    ),
                    Outcome(log.outcome[i]).name,
                )
            )
        stories["duty"] = [
            (f"{self.desks[desk]}{adviser}", start, end)
            for desk, adviser, start, end in zip(
                *(c.tolist() for c in (log.duty_desk, log.duty_adviser, log.duty_start_s, log.duty_end_s)), strict=True
            )
        ]
        return stories


def periods(places: list[tuple[tuple[float, float], ...]]) -> Periods:
    first = np.cumsum([0, *map(len, places)])
    start_s, end_s = (np.array([p[i] for place in places for p in place], dtype=float) for i in (0, 1))
    return Periods(first, start_s, end_s)

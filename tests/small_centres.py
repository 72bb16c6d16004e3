"""Centres small enough to work out by hand: every number of chance is given, and what happened is told by names."""

from dataclasses import dataclass, field
from math import inf, isnan, nan
from types import SimpleNamespace

import numpy as np

from simcenter.simulation.log import ContactLog, Entry, Outcome, Returns
from simcenter.simulation.network import EXCLUSIVE, FILE, PRIORITY, WAIT, Laws, Network, Periods
from simcenter.simulation.purposes import Purpose
from simcenter.simulation.staffing import Staffing

INTERVAL_S = 600.0
INTERVALS = 6
END_S = INTERVAL_S * INTERVALS
ALL_DAY = ((0.0, END_S),)


@dataclass(frozen=True)
class Class:
    """A customer class; the last of a queue's is that of no class."""

    priority: int = 1
    credit: float = 0.0
    target: float = nan


@dataclass(frozen=True)
class Back:
    """Redial or repeat contact. The delay is the customer's."""

    share: float = 1.0
    to: str | None = None
    at_most: int = 10
    working: bool = False
    same_patience: bool = False


@dataclass(frozen=True)
class Callback:
    over: float = 0.0
    accepted: float = 1.0
    reached: float = 1.0
    tries: int = 3
    retry: float = 100.0
    ring: float = 10.0
    mean_handle: float = 100.0


@dataclass(frozen=True)
class Own:
    """Advisers of one's own."""

    desk: str
    of: int = 1
    wait: float = 100.0
    share: float = 1.0


@dataclass(frozen=True)
class Queue:
    kind: int = EXCLUSIVE
    open: tuple[tuple[float, float], ...] = ALL_DAY
    drop: bool = False
    room: int = -1
    wrap: float = 0.0
    speeds: tuple[float, ...] = (1.0,)
    equal_rank: int = FILE
    classes: tuple[Class, ...] = (Class(),)
    balking: float = 0.0
    lines: int = -1
    """Its group."""
    callback: Callback | None = None
    own: Own | None = None
    redial: Back | None = None
    repeat: Back | None = None
    misrouted: dict[str, "To"] = field(default_factory=dict)
    appointment_priority: int = 0


@dataclass(frozen=True)
class To:
    """A transfer."""

    share: float = 1.0
    warm: bool = False
    after: float = nan
    handover: float = 0.0
    factor: float = 1.0
    identify: float = 0.0
    if_busy: int = WAIT
    priority: int = -1
    credit: float = 0.0


@dataclass(frozen=True)
class Serves:
    rank: int = 1
    priority: int | None = None
    after: float = 0.0
    speed: float = 1.0
    resolved: float = 1.0
    to: dict[str, To] | tuple[dict[str, To], ...] = field(default_factory=dict)
    """For all classes, or for each."""
    min_idle: int = 0
    interruptible: bool = False


@dataclass(frozen=True)
class Desk:
    serves: dict[str, Serves]
    advisers: int | tuple[int, ...] = 1
    """One number per interval, or one for all."""
    open: tuple[tuple[float, float], ...] = ALL_DAY
    discipline: int = PRIORITY
    absent: tuple[int, ...] = ()
    """Numbers of the advisers who do not come."""
    off_phone: tuple[int, ...] = (0,) * INTERVALS


@dataclass(frozen=True)
class Customer:
    """``handle`` and ``patience`` of leg 0, 1, ...; the last goes on for later legs. Uniforms are of all legs.

    ``u`` has other uniforms by purpose, of all legs or by leg; those not given are 0.5. ``delay`` is that of all
    returns. ``class_`` is the number of the class in every queue that has so many.
    """

    queue: str
    at: float
    handle: float | tuple[float, ...]
    patience: float | tuple[float, ...] = inf
    transfer: float = 0.5
    resolved: float = 0.5
    equal_rank: float = 0.5
    u: dict[Purpose, float | tuple[float, ...]] = field(default_factory=dict)
    delay: float = 0.0
    class_: int = 0
    entry: int = Entry.FIRST

    def leg(self, number: int) -> tuple[float, float, float, float, float]:
        handle, patience = at(self.handle, number), at(self.patience, number)
        return (float(patience), float(handle), self.transfer, self.resolved, self.equal_rank)


def at(values: float | tuple[float, ...], number: int) -> float:
    """That of a leg: one number for all, or the last for all later legs."""
    return values if isinstance(values, float | int) else values[min(number, len(values) - 1)]


class GivenDraws:
    """Stands in for Draws. Customers of a queue are numbered in the order given, which is that of arrival."""

    def __init__(self, queues: dict[str, Queue], desks: dict[str, Desk], customers: list[Customer]) -> None:
        self.customers = [[c for c in customers if c.queue == name] for name in queues]
        self.absent = [desk.absent for desk in desks.values()]
        self.classes = [len(queue.classes) for queue in queues.values()]
        self.first_row = [sum(self.classes[:q]) for q in range(len(self.classes))]

    def first(self, queue: int) -> SimpleNamespace:
        customers = self.customers[queue]
        columns = np.array([(c.at, *c.leg(0)) for c in customers], dtype=float).reshape(-1, 6).T.copy()
        names = ("arrival_s", "patience_s", "base_handle_s", "transfer_u", "resolved_u", "equal_rank_u")
        legs = SimpleNamespace(**dict(zip(names, columns, strict=True)))
        legs.customer = np.arange(len(customers))
        legs.class_row = np.array([self.class_of(queue, k, queue) for k in range(len(customers))], dtype=int)
        legs.entry = np.array([c.entry for c in customers], dtype=int)
        return legs

    def later(
        self, origin: int, customer: int, leg: int, queue: int, class_row: int | None = None
    ) -> tuple[float, float, float, float, float]:
        return self.customers[origin][customer].leg(leg)

    def chance(self, origin: int, customer: int, leg: int, purpose: int) -> float:
        return float(at(self.customers[origin][customer].u.get(Purpose(purpose), 0.5), leg))

    def return_delay_s(self, origin: int, customer: int, leg: int, kind: int, queue: int) -> float:
        return float(self.customers[origin][customer].delay)

    def class_of(self, origin: int, customer: int, queue: int) -> int:
        return self.first_row[queue] + min(self.customers[origin][customer].class_, self.classes[queue] - 1)

    def present(self, desk: int, day: int, count: int) -> np.ndarray:
        return np.array([number not in self.absent[desk] for number in range(count)], dtype=bool)


class Centre:
    """A centre as the engines read it: ``network``, ``staffing`` and ``draws``."""

    def __init__(
        self,
        queues: dict[str, Queue],
        desks: dict[str, Desk],
        customers: list[Customer],
        max_legs: int = 8,
        lines: tuple[int, ...] = (),
    ) -> None:
        self.queues, self.desks = list(queues), list(desks)
        serves = [[desk.serves.get(name) for name in queues] for desk in desks.values()]

        def table(value, absent, dtype):
            rows = [[absent if s is None else value(s) for s in row] for row in serves]
            return np.array(rows, dtype=dtype).reshape(len(desks), len(queues))

        def each(value, dtype):
            return np.array([value(q) for q in queues.values()], dtype=dtype)

        routes, first = [], [0]
        classes = [len(q.classes) for q in queues.values()]
        cells = [
            {} if s is None else s.to[c] if isinstance(s.to, tuple) else s.to
            for row in serves
            for s, many in zip(row, classes, strict=True)
            for c in range(many)
        ]
        for cell in [*cells, *(q.misrouted for q in queues.values())]:
            cum = 0.0
            for name, to in cell.items():
                cum += to.share
                numbers = (to.warm, to.after, to.handover, to.factor, to.identify, to.if_busy, to.priority, to.credit)
                routes.append((self.queues.index(name), cum, *numbers))
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
            route_identify_s=route(6, float),
            route_if_busy=route(7, int),
            route_priority=route(8, int),
            route_credit_s=route(9, float),
            min_idle=table(lambda s: s.min_idle, 0, int),
            interruptible=table(lambda s: s.interruptible, False, bool),
            discipline=np.array([d.discipline for d in desks.values()]),
            absence=np.array([0.1 if d.absent else 0.0 for d in desks.values()]),
            off_phone=np.array([d.off_phone for d in desks.values()]).reshape(len(desks), INTERVALS).T.copy(),
            line_count=np.array(lines, dtype=int),
            **self.queue_rules(list(queues.values())),
        )
        advisers = [d.advisers if isinstance(d.advisers, tuple) else (d.advisers,) * INTERVALS for d in desks.values()]
        self.staffing = Staffing(
            advisers=np.array(advisers, dtype=np.int64).reshape(len(desks), INTERVALS).T.copy(),
            desks=tuple(desks),
            interval_start=tuple(f"interval {i}" for i in range(INTERVALS)),
            interval_s=INTERVAL_S,
        )
        self.draws = GivenDraws(queues, desks, customers)

    def queue_rules(self, queues: list[Queue]) -> dict[str, np.ndarray | tuple[str, ...]]:
        """The optional fields of a network that are about its queues."""
        classes = [c for q in queues for c in q.classes]
        calls = [q.callback or Callback(over=inf) for q in queues]
        owns = [q.own or Own("", 0, 0.0, 0.0) for q in queues]
        backs = [[q.redial or Back(0.0) for q in queues], [q.repeat or Back(0.0) for q in queues]]

        def each(values, dtype):
            return np.array(list(values), dtype=dtype)

        def both(value, dtype):
            return np.array([[value(q, back) for q, back in enumerate(row)] for row in backs], dtype=dtype)

        first_row = np.cumsum([0, *(len(q.classes) for q in queues)])
        return {
            "class_names": tuple("" for _ in classes),
            "class_first": first_row,
            "class_queue": np.repeat(np.arange(len(queues)), np.diff(first_row)),
            "class_cum": np.ones(len(classes)),
            "class_in": np.full((len(classes), len(queues)), -1),
            "class_priority": each((c.priority for c in classes), int),
            "class_credit_s": each((c.credit for c in classes), float),
            "class_target_s": each((c.target for c in classes), float),
            "balking": each((q.balking for q in queues), float),
            "line_group": each((q.lines for q in queues), int),
            "appointment_priority": each((q.appointment_priority for q in queues), int),
            "callback_over_s": each((c.over for c in calls), float),
            "callback_accepted": each((c.accepted for c in calls), float),
            "callback_reached": each((c.reached for c in calls), float),
            "callback_tries": each((c.tries for c in calls), int),
            "callback_retry_s": each((c.retry for c in calls), float),
            "callback_ring_s": each((c.ring for c in calls), float),
            "mean_handle_s": each((c.mean_handle for c in calls), float),
            "own_share": each((o.share for o in owns), float),
            "own_desk": each((self.desks.index(o.desk) if o.desk else -1 for o in owns), int),
            "own_of": each((o.of for o in owns), int),
            "own_wait_s": each((o.wait for o in owns), float),
            "return_share": both(lambda q, back: back.share, float),
            "return_queue": both(lambda q, back: self.queues.index(back.to) if back.to else q, int),
            "return_at_most": both(lambda q, back: back.at_most, int),
            "return_working": both(lambda q, back: back.working, bool),
            "return_same_patience": each((back.same_patience for back in backs[0]), bool),
        }

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

    def rows(self, log: ContactLog, *names: str) -> list[tuple]:
        """Some columns of the log, row by row; outcome, entry and returns by their names, NaN as None."""
        words = {"outcome": Outcome, "entry": Entry, "returns": Returns}

        def told(name, x):
            return words[name](x).name if name in words else None if x != x else x

        columns = [getattr(log, name).tolist() for name in names]
        return [tuple(told(name, x) for name, x in zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def periods(places: list[tuple[tuple[float, float], ...]]) -> Periods:
    first = np.cumsum([0, *map(len, places)])
    start_s, end_s = (np.array([p[i] for place in places for p in place], dtype=float) for i in (0, 1))
    return Periods(first, start_s, end_s)

"""A plain twin of the simulated centre, written from docs/rules.md alone.

Every rule is put as literally as can be: plain lists that are scanned from end to end, one list of events of which the
least key comes next. It is slow, and it imports nothing of simcenter: the engines are held to its rows.
"""

import math
from dataclasses import dataclass, field
from typing import Any

EXCLUSIVE, CHAT, DEFERRED = 0, 1, 2
FILE, LONGEST_IDLE, RANDOM = 0, 1, 2
RESOLVED, UNRESOLVED, TRANSFERRED, UNRESOLVED_CLOSED, UNRESOLVED_LIMIT = 0, 1, 2, 3, 4
ABANDONED, BLOCKED, TURNED_AWAY, DROPPED, WAITING = 5, 6, 8, 9, 11
OPENING, STAFFING, END_OF_SERVICE, END_OF_PATIENCE, END_OF_OVERFLOW, FIRST_ARRIVAL = 0, 1, 2, 3, 4, 6

LEG_COLUMNS = (
    "origin", "customer", "attempt", "leg", "queue", "from_desk", "entered_s", "desk", "adviser",
    "start_s", "end_s", "freed_s", "outcome",
)  # fmt: skip
DUTY_COLUMNS = ("duty_desk", "duty_adviser", "duty_start_s", "duty_end_s")


def to_grid(x: float) -> float:
    return round(x * 2**20) / 2**20


def ceil_to_grid(x: float) -> float:
    return math.ceil(x * 2**20) / 2**20


@dataclass(eq=False)
class Adviser:
    desk: int
    number: int
    came_s: float
    since: float
    held: list["Leg"] = field(default_factory=list)


@dataclass(eq=False)
class Leg:
    origin: int
    customer: int
    leg: int
    queue: int
    from_desk: int
    factor: float
    entered_s: float
    patience_s: float
    base_handle_s: float
    transfer_u: float
    resolved_u: float
    equal_rank_u: float
    guide: "Leg | None" = None
    """The leg before, when its adviser holds it (warm transfer) until this one is answered."""
    # a log row, as far as it is known
    desk: int = -1
    adviser: int = -1
    start_s: float = math.nan
    end_s: float = math.nan
    freed_s: float = math.nan
    outcome: int = WAITING
    attempt: int = 0
    # while in an adviser's hands
    holder: Adviser | None = None
    stage: str = ""
    """talk, wrap-up, held (warm), hand-over, over"""
    route: int = -1
    wrap_s: float = 0.0
    left: float = 0.0
    since: float = 0.0


class Centre:
    def __init__(self, network: Any, advisers: Any, draws: Any) -> None:
        self.network, self.number_of_advisers, self.draws = network, advisers, draws
        self.queues, self.desks = range(len(network.queue_names)), range(len(network.desk_names))
        self.now = 0.0
        self.events: list[tuple[float, ...]] = []
        self.open = [False for _ in self.queues]
        self.overtime = [False for _ in self.desks]
        self.to_leave = [0 for _ in self.desks]
        self.floor: list[Adviser] = []
        self.waiting: list[Leg] = []
        self.legs: list[Leg] = []
        self.duties: list[tuple[int, float, int, float]] = []
        self.first = [draws.first(q) for q in self.queues]

    # The list of events -----------------------------------------------------------------------------------------

    def run(self) -> None:
        for q in self.queues:
            for start, end in self.periods(self.network.queue_open, q):
                self.events += [(start, OPENING, q), (end, OPENING, q)]
            for customer in range(len(self.first[q].arrival_s)):
                self.events.append((float(self.first[q].arrival_s[customer]), FIRST_ARRIVAL, q, q, customer))
        for d in self.desks:
            for start, end in self.periods(self.network.desk_open, d):
                moments = {start, end}
                for interval in range(len(self.number_of_advisers)):
                    if start <= interval * self.network.interval_s < end:
                        moments.add(interval * self.network.interval_s)
                self.events += [(moment, STAFFING, d) for moment in moments]
        while self.events:
            event = min(self.events)
            self.events.remove(event)
            self.now = event[0]
            self.happen(*event[1:])
            self.end_overtimes()
        self.finish()

    def happen(self, kind: int, *rest: int) -> None:
        if kind == OPENING:
            self.open_or_close(*rest)
        elif kind == STAFFING:
            self.change_staffing(*rest)
        elif kind == FIRST_ARRIVAL:
            self.first_arrival(*rest[1:])
        else:
            leg = self.find(*rest[1:4])
            if kind == END_OF_SERVICE:
                self.end_of_service(leg)
            elif kind == END_OF_PATIENCE:
                self.leave_unanswered(leg, ABANDONED)
            elif kind == END_OF_OVERFLOW:
                desk = rest[5]
                adviser = self.chosen_adviser(desk, leg)
                if self.may_take(desk, leg) and adviser:
                    self.take(adviser, leg)

    def find(self, origin: int, customer: int, number: int) -> Leg:
        (found,) = [x for x in self.legs if (x.origin, x.customer, x.leg) == (origin, customer, number)]
        return found

    def announce(self, at: float, kind: int, leg: Leg, *rest: int) -> None:
        self.events.append((at, kind, leg.queue, leg.origin, leg.customer, leg.leg, *rest))

    def call_off(self, leg: Leg) -> None:
        """Take every coming event of this leg off the list."""
        this = (leg.origin, leg.customer, leg.leg)
        self.events = [e for e in self.events if e[1] in (OPENING, STAFFING, FIRST_ARRIVAL) or e[3:6] != this]

    def periods(self, periods: Any, place: int) -> list[tuple[float, float]]:
        """Open periods of a queue or desk; those that touch are one."""
        merged: list[tuple[float, float]] = []
        for row in range(periods.first[place], periods.first[place + 1]):
            start, end = float(periods.start_s[row]), float(periods.end_s[row])
            if merged and merged[-1][1] == start:
                start = merged.pop()[0]
            merged.append((start, end))
        return merged

    # Queues -----------------------------------------------------------------------------------------------------

    def live(self, q: int) -> bool:
        return self.network.kind[q] != DEFERRED

    def open_or_close(self, q: int) -> None:
        self.open[q] = any(start <= self.now < end for start, end in self.periods(self.network.queue_open, q))
        serving = [d for d in self.desks if self.network.serves[d, q]]
        serving.sort(key=lambda d: (self.network.rank[d, q], d))
        if self.open[q] and not self.live(q):
            for d in serving:
                self.fill_up(d)
        if not self.open[q] and self.live(q):
            if self.network.drop_at_closing[q]:
                dropped = [leg for leg in self.waiting if leg.queue == q]
                dropped.sort(key=lambda leg: (leg.entered_s, leg.origin, leg.customer))
                for leg in dropped:
                    self.stop_waiting(leg, DROPPED)
                for leg in dropped:
                    self.free_guide(leg)
            else:
                for d in serving:
                    if self.overtime[d]:
                        self.fill_up(d)

    def first_arrival(self, q: int, customer: int) -> None:
        first = self.first[q]
        self.enter(
            Leg(
                origin=q, customer=customer, leg=0, queue=q, from_desk=-1, factor=1.0, entered_s=self.now,
                patience_s=float(first.patience_s[customer]), base_handle_s=float(first.base_handle_s[customer]),
                transfer_u=float(first.transfer_u[customer]), resolved_u=float(first.resolved_u[customer]),
                equal_rank_u=float(first.equal_rank_u[customer]),
            )
        )  # fmt: skip

    def enter(self, leg: Leg) -> None:
        network, q = self.network, leg.queue
        self.legs.append(leg)
        if self.live(q) and not self.open[q]:
            self.leave_unanswered(leg, TURNED_AWAY)
            return
        desks = [d for d in self.desks if self.may_take(d, leg) and self.chosen_adviser(d, leg)]
        if desks:
            lowest = min(network.rank[d, q] for d in desks)
            desks = [d for d in desks if network.rank[d, q] == lowest]
            if network.equal_rank[q] == LONGEST_IDLE:
                desks.sort(key=lambda d: (self.loads(self.chosen_adviser(d, leg))[:2], d))
            if network.equal_rank[q] == RANDOM:
                desks = [desks[math.floor(leg.equal_rank_u * len(desks))]]
            self.take(self.chosen_adviser(desks[0], leg), leg)
            return
        if network.waiting_room[q] != -1:
            already = [x for x in self.waiting if x.queue == q]
            if len(already) >= network.waiting_room[q]:
                self.leave_unanswered(leg, BLOCKED)
                return
        self.waiting.append(leg)
        if self.live(q) and leg.patience_s < math.inf:
            self.announce(self.now + leg.patience_s, END_OF_PATIENCE, leg)
        for d in self.desks:
            if network.serves[d, q] and network.after_s[d, q] > 0 and d != leg.from_desk:
                at = self.now + float(network.after_s[d, q])
                self.announce(at, END_OF_OVERFLOW, leg, int(network.rank[d, q]), d)

    def leave_unanswered(self, leg: Leg, outcome: int) -> None:
        self.stop_waiting(leg, outcome)
        self.free_guide(leg)

    def stop_waiting(self, leg: Leg, outcome: int) -> None:
        self.waiting = [x for x in self.waiting if x is not leg]
        self.call_off(leg)
        leg.outcome, leg.end_s = outcome, self.now

    def free_guide(self, leg: Leg) -> None:
        """The next leg of a warm transfer has ended without an answer: who held the one before is freed at once."""
        if leg.guide:
            self.freed(leg.guide)

    # Who may take what ------------------------------------------------------------------------------------------

    def may_take(self, d: int, leg: Leg) -> bool:
        q = leg.queue
        return bool(
            self.network.serves[d, q]
            and leg.from_desk != d
            and self.now - leg.entered_s >= self.network.after_s[d, q]
            and (self.live(q) or self.open[q])
            and self.to_leave[d] == 0
            and (not self.overtime[d] or (self.live(q) and not self.open[q]))
        )

    def able(self, adviser: Adviser, leg: Leg) -> bool:
        if self.network.kind[leg.queue] == CHAT:
            only_chats = all(self.network.kind[x.queue] == CHAT for x in adviser.held)
            return only_chats and len(adviser.held) < self.network.chat_slots[leg.queue]
        return not adviser.held

    def loads(self, adviser: Adviser) -> tuple[int, float, int]:
        return (len(adviser.held), adviser.since, adviser.number)

    def chosen_adviser(self, d: int, leg: Leg) -> Adviser | None:
        able = [a for a in self.floor if a.desk == d and self.able(a, leg)]
        return min(able, key=self.loads) if able else None

    def first_contact(self, adviser: Adviser) -> Leg | None:
        d = adviser.desk
        contacts = [leg for leg in self.waiting if self.may_take(d, leg) and self.able(adviser, leg)]
        order = lambda x: (self.network.priority[d, x.queue], x.entered_s, x.origin, x.customer)  # noqa: E731
        return min(contacts, key=order) if contacts else None

    def fill_up(self, d: int) -> None:
        while True:
            advisers = [a for a in self.floor if a.desk == d and self.first_contact(a)]
            if not advisers:
                return
            adviser = min(advisers, key=self.loads)
            self.take(adviser, self.first_contact(adviser))

    def fill_up_alone(self, adviser: Adviser) -> None:
        while self.first_contact(adviser):
            self.take(adviser, self.first_contact(adviser))

    # Service ----------------------------------------------------------------------------------------------------

    def take(self, adviser: Adviser, leg: Leg) -> None:
        network, d, q = self.network, adviser.desk, leg.queue
        self.waiting = [x for x in self.waiting if x is not leg]
        self.call_off(leg)
        leg.desk, leg.adviser, leg.start_s = d, adviser.number, self.now
        leg.holder, leg.stage = adviser, "talk"
        handle_s = to_grid(leg.base_handle_s * leg.factor / float(network.speed[d, q]))
        leg.wrap_s = to_grid(handle_s * float(network.wrap_share[q]))
        talk_s = handle_s - leg.wrap_s
        leg.route = self.route(d, q, leg.transfer_u)
        if leg.route >= 0:
            after_s = float(network.route_after_s[leg.route])
            talk_s, leg.wrap_s = (handle_s if math.isnan(after_s) else after_s), 0.0
        self.change_held(adviser, [*adviser.held, leg])
        self.work(leg, talk_s)
        if leg.guide:
            leg.guide.stage = "hand-over"
            self.announce(self.now + float(network.route_handover_s[leg.guide.route]), END_OF_SERVICE, leg.guide)

    def route(self, d: int, q: int, u: float) -> int:
        """Row of the transfer that the uniform u picks, -1 for none."""
        cell = d * len(self.queues) + q
        below = 0.0
        for row in range(self.network.route_first[cell], self.network.route_first[cell + 1]):
            if below <= u < self.network.route_cum[row]:
                return row
            below = self.network.route_cum[row]
        return -1

    def chat_speed(self, leg: Leg) -> float:
        return float(self.network.chat_speed[leg.queue, len(leg.holder.held) - 1])

    def work(self, leg: Leg, left: float) -> None:
        """Begin a talk or a wrap-up that asks for so much work."""
        if self.network.kind[leg.queue] == CHAT:
            leg.left, leg.since = left, self.now
            left = ceil_to_grid(left / self.chat_speed(leg))
        self.announce(self.now + left, END_OF_SERVICE, leg)

    def change_held(self, adviser: Adviser, held: list[Leg]) -> None:
        """Chats in hand that stay are settled at the old speed and go on at the new one."""
        chats = [x for x in adviser.held if x in held and self.network.kind[x.queue] == CHAT]
        chats = [x for x in chats if x.stage in ("talk", "wrap-up")]
        for chat in chats:
            chat.left = max(0.0, chat.left - to_grid((self.now - chat.since) * self.chat_speed(chat)))
        adviser.held, adviser.since = held, self.now
        for chat in chats:
            self.call_off(chat)
            self.work(chat, chat.left)

    def end_of_service(self, leg: Leg) -> None:
        if leg.stage != "talk":
            self.freed(leg)
            return
        leg.end_s = self.now
        if leg.route >= 0:
            self.hand_on(leg)
            return
        leg.outcome = RESOLVED if leg.resolved_u < self.network.resolved[leg.desk, leg.queue] else UNRESOLVED
        if leg.wrap_s > 0:
            leg.stage = "wrap-up"
            self.work(leg, leg.wrap_s)
        else:
            self.freed(leg)

    def hand_on(self, leg: Leg) -> None:
        network = self.network
        q, warm = int(network.route_queue[leg.route]), bool(network.route_warm[leg.route])
        if leg.leg == network.max_legs - 1:
            leg.outcome = UNRESOLVED_LIMIT
            self.freed(leg)
            return
        if self.live(q) and not self.open[q]:
            leg.outcome = UNRESOLVED_CLOSED
            self.freed(leg)
            return
        leg.outcome = TRANSFERRED
        leg.stage = "held"
        number = leg.leg + 1
        numbers = [float(x) for x in self.draws.later(leg.origin, leg.customer, number, q)]
        factor = float(network.route_factor[leg.route])
        guide = leg if warm else None
        self.enter(Leg(leg.origin, leg.customer, number, q, leg.desk, factor, self.now, *numbers, guide=guide))
        if not warm:
            self.freed(leg)

    def freed(self, leg: Leg) -> None:
        adviser = leg.holder
        leg.stage, leg.freed_s = "over", self.now
        self.change_held(adviser, [x for x in adviser.held if x is not leg])
        if self.to_leave[adviser.desk] > 0 and not adviser.held:
            self.go_home(adviser)
            self.to_leave[adviser.desk] -= 1
            if self.to_leave[adviser.desk] == 0:
                self.fill_up(adviser.desk)
        else:
            self.fill_up_alone(adviser)

    # Staffing ---------------------------------------------------------------------------------------------------

    def change_staffing(self, d: int) -> None:
        interval = int(self.now / self.network.interval_s)
        if any(start <= self.now < end for start, end in self.periods(self.network.desk_open, d)):
            self.overtime[d] = False
            self.set_target(d, int(self.number_of_advisers[interval, d]))
        elif self.number_of_advisers[interval - 1, d] > 0 and self.closed_work(d):
            self.overtime[d] = True
        else:
            self.set_target(d, 0)
        self.fill_up(d)

    def closed_work(self, d: int) -> bool:
        """Whether a live contact of a closed queue is waiting for this desk or in its hands."""
        waiting = [x for x in self.waiting if self.network.serves[d, x.queue] and x.from_desk != d]
        in_hand = [x for a in self.floor if a.desk == d for x in a.held]
        return any(self.live(x.queue) and not self.open[x.queue] for x in waiting + in_hand)

    def end_overtimes(self) -> None:
        for d in self.desks:
            if self.overtime[d] and not self.closed_work(d):
                self.overtime[d] = False
                self.set_target(d, 0)
                self.fill_up(d)

    def set_target(self, d: int, target: int) -> None:
        here = [a for a in self.floor if a.desk == d]
        staying = len(here) - self.to_leave[d]
        if target < staying:
            fewer = staying - target
            for adviser in sorted(here, key=lambda a: -a.number):
                if not adviser.held and fewer > 0:
                    self.go_home(adviser)
                    fewer -= 1
            self.to_leave[d] += fewer
        else:
            more = target - staying
            while more > 0 and self.to_leave[d] > 0:
                self.to_leave[d] -= 1
                more -= 1
            while more > 0:
                taken = [a.number for a in self.floor if a.desk == d]
                number = min(n for n in range(len(taken) + 1) if n not in taken)
                self.floor.append(Adviser(d, number, came_s=self.now, since=self.now))
                more -= 1

    def go_home(self, adviser: Adviser) -> None:
        self.floor = [a for a in self.floor if a is not adviser]
        self.duties.append((adviser.desk, adviser.came_s, adviser.number, self.now))

    # The end ----------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        horizon_end = float(self.network.end_s)
        self.now = max(horizon_end, self.now)
        for leg in self.waiting:
            leg.outcome, leg.end_s = WAITING, max(horizon_end, leg.entered_s)
        for adviser in list(self.floor):
            for leg in adviser.held:
                leg.freed_s = self.now
            self.go_home(adviser)


def play(network: Any, advisers: Any, draws: Any) -> dict[str, list[Any]]:
    """Run the centre once.

    Parameters
    ----------
    network : object with the attributes of a Network
    advisers : (T, D) whole numbers
    draws : object with ``first(queue)`` and ``later(origin, customer, leg, queue)``

    Returns
    -------
    dict of str to list
        The columns of a ContactLog by name.
    """
    centre = Centre(network, advisers, draws)
    centre.run()
    legs = sorted(centre.legs, key=lambda x: (x.origin, x.customer, x.leg))
    columns = {name: [getattr(leg, name) for leg in legs] for name in LEG_COLUMNS}
    duties = sorted((desk, start, adviser, end) for desk, start, adviser, end in centre.duties)
    for name, i in zip(DUTY_COLUMNS, (0, 2, 1, 3), strict=True):
        columns[name] = [duty[i] for duty in duties]
    return columns

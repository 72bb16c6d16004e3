"""The SimPy engine, whose behaviour is the norm: docs/rules.md as handlers of events on SimPy's environment.

Plain callbacks, no process per contact: the order of events at one instant, which the rules fix, is then SimPy's own
order by priority, and a contact costs a sixth of what it would with processes and Resources (see docs/engine.md).
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

from simpy import Environment
from simpy.core import EmptySchedule

from simcenter.simulation import agenda, chat
from simcenter.simulation.centre import build
from simcenter.simulation.floor import Adviser, Desk
from simcenter.simulation.grid import to_grid
from simcenter.simulation.happenings import Happening, Overflow, Series
from simcenter.simulation.log import ContactLog, Outcome
from simcenter.simulation.network import Network
from simcenter.simulation.recorder import Recorder
from simcenter.simulation.routing import adviser_for, contact_for
from simcenter.simulation.staffing import Staffing
from simcenter.simulation.waiting import Leg, Queue, Route

if TYPE_CHECKING:
    from simcenter.simulation.draws import Draws

# Kinds of events, in their order at one instant.
OPENING, STAFFING, SERVICE_END, PATIENCE_END, OVERFLOW, ARRIVAL = 0, 1, 2, 3, 4, 6

# Plain numbers: an IntEnum member is many times slower to turn into the double of a row.
RESOLVED, UNRESOLVED, TRANSFERRED = int(Outcome.RESOLVED), int(Outcome.UNRESOLVED), int(Outcome.TRANSFERRED)
UNRESOLVED_CLOSED, UNRESOLVED_LIMIT = int(Outcome.UNRESOLVED_CLOSED), int(Outcome.UNRESOLVED_LIMIT)
ABANDONED, BLOCKED, TURNED_AWAY = int(Outcome.ABANDONED), int(Outcome.BLOCKED), int(Outcome.TURNED_AWAY)
DROPPED, WAITING = int(Outcome.DROPPED), int(Outcome.WAITING)


def play(network: Network, staffing: Staffing, draws: Draws) -> ContactLog:
    """Play one replication. See ``simcenter.simulation.engine.play``."""
    return _Play(network, staffing, draws).run()


class _Play:
    """One run: the state of the centre, and a handler for each kind of event."""

    def __init__(self, network: Network, staffing: Staffing, draws: Draws) -> None:
        self.network = network
        self.later = draws.later
        self.queues, self.desks = build(network)
        self.in_overtime: list[Desk] = []
        self.record = Recorder()
        self.last_overflow_s = -inf
        self.env = Environment()
        # SimPy orders by (time, priority): any priority that compares will do, here the rest of the rules' key.
        self.schedule: Callable[[Any, tuple[Any, ...], float], None] = self.env.schedule  # type: ignore[assignment]
        self.at_talk_end = [self.talk_ends]
        self.at_service_end = [self.service_ends]
        self.at_chat_end = [self.chat_ends]
        self.at_patience_end = [self.patience_ends]
        self.at_overflow = [self.overflow]
        for queue in self.queues:
            self._await(Series(OPENING, queue, agenda.openings(network, queue.index), self.queue_changes))
            self._await(Series(ARRIVAL, queue, agenda.arrivals(draws, queue.index), self.arrival))
        for desk in self.desks:
            numbers = staffing.advisers[:, desk.index].tolist()
            changes = agenda.staffing_changes(network, numbers, desk.index)
            self._await(Series(STAFFING, desk, changes, self.staffing_changes))

    def run(self) -> ContactLog:
        step, in_overtime = self.env.step, self.in_overtime
        try:
            while True:
                step()
                if in_overtime:
                    self.end_overtime()
        except EmptySchedule:
            self.finish()
        return self.record.log()

    def _await(self, series: Series[Any]) -> None:
        moment = next(series.moments, None)
        if moment is not None:
            after_s = moment[0] - series.moment[0]
            series.moment = moment
            series.count += 1
            series.callbacks = series.handlers
            self.schedule(series, series.key, after_s)

    # Entering a queue, and waiting in it

    def arrival(self, series: Series[Queue]) -> None:
        queue = series.place
        leg = Leg(queue, (queue.index, queue.index, series.count, 0), series.moment)
        self._await(series)
        self.enter(leg)

    def enter(self, leg: Leg) -> None:
        queue = leg.queue
        if queue.live and not queue.open:
            self.record.unanswered(leg, leg.entered_s, TURNED_AWAY)
            return
        adviser = adviser_for(leg)
        if adviser is not None:
            self.call_up(adviser, leg, leg.entered_s)
        elif queue.waiting >= queue.room:
            self.lose(leg, leg.entered_s, BLOCKED)
        else:
            self.wait(leg)

    def wait(self, leg: Leg) -> None:
        queue = leg.queue
        queue.join(leg)
        patience_s = leg.chances[1]
        if queue.live and patience_s < inf:
            self.schedule(Happening(self.at_patience_end, leg), (PATIENCE_END, leg.key), patience_s)
        for after_s, rank, desk in queue.overflow:
            if desk.index != leg.from_desk:
                event = Overflow(self.at_overflow, leg, desk)
                self.schedule(event, (OVERFLOW, leg.key, rank, desk.index), after_s)

    def patience_ends(self, event: Happening) -> None:
        leg = event.leg
        if leg.waiting:
            leg.queue.leave(leg)
            self.lose(leg, self.env.now, ABANDONED)

    def overflow(self, event: Overflow) -> None:
        leg, desk = event.leg, event.desk
        if leg.waiting:
            self.last_overflow_s = self.env.now
            adviser = desk.adviser_for(leg.queue)
            if adviser is not None:
                leg.queue.leave(leg)
                self.call_up(adviser, leg, self.env.now)

    def lose(self, leg: Leg, now_s: float, outcome: int) -> None:
        """The leg ends without an answer; whoever held the customer for it is free at once."""
        self.record.unanswered(leg, now_s, outcome)
        if leg.holder is not None:
            self.free(leg.holder, now_s)

    # Advisers taking contacts

    def call_up(self, adviser: Adviser, leg: Leg, now_s: float) -> None:
        """Give the leg to the adviser who is first among the able of his desk."""
        desk = adviser.desk
        del desk.able[0]
        self.answer(adviser, leg, now_s)
        if leg.queue.chat and desk.is_able(adviser):
            desk.stand_by(adviser)

    def fill(self, desk: Desk, now_s: float) -> None:
        """Let advisers of the desk take what waits, as long as anybody can."""
        while desk.able:
            held, _, _, adviser = desk.able[0]
            leg = contact_for(desk, held == 0, now_s)
            if leg is None:
                return
            leg.queue.leave(leg)
            self.call_up(adviser, leg, now_s)

    def fill_alone(self, adviser: Adviser, now_s: float) -> None:
        """Let the adviser, who is able but not listed so yet, take what waits."""
        desk = adviser.desk
        while True:
            leg = contact_for(desk, adviser.held == 0, now_s)
            if leg is None:
                desk.stand_by(adviser)
                return
            leg.queue.leave(leg)
            self.answer(adviser, leg, now_s)
            if not desk.is_able(adviser):
                return

    # Service

    def answer(self, adviser: Adviser, leg: Leg, now_s: float) -> None:
        """The adviser starts on the leg: how long he talks, and whether he will hand it on, is settled here."""
        queue, desk = leg.queue, adviser.desk
        serving = leg.serving = desk.serving[queue.index]
        _, _, base_handle_s, transfer_u, _, _ = leg.chances
        talk_s = base_handle_s
        if leg.factor != 1.0 or serving.speed != 1.0:
            talk_s = to_grid(base_handle_s * leg.factor / serving.speed)
        leg.adviser = adviser
        leg.start_s = now_s
        leg.wrap_s = 0.0
        leg.route = serving.route(transfer_u) if serving.routes else None
        if leg.route is not None:
            if leg.route.after_s == leg.route.after_s:  # not NaN
                talk_s = leg.route.after_s
        elif queue.wrap_share:
            leg.wrap_s = to_grid(talk_s * queue.wrap_share)
            talk_s -= leg.wrap_s
        desk.in_hand[queue.index] += 1
        if queue.chat:
            self.begin_chat(adviser, leg, talk_s, now_s)
        else:
            adviser.held = 1
            leg.end_s = now_s + talk_s
            leg.callbacks = self.at_talk_end
            self.schedule(leg, (SERVICE_END, leg.key), talk_s)
        if leg.holder is not None:
            self.end_service(leg.holder, leg.handover_s)
            leg.holder = None

    def talk_ends(self, leg: Leg) -> None:
        if leg.route is None:
            leg.outcome = RESOLVED if leg.chances[4] < leg.serving.resolved else UNRESOLVED
            if leg.wrap_s > 0.0:
                self.wrap_up(leg)
                return
        else:
            self.hand_on(leg, leg.route)
            if leg.route.warm and leg.outcome == TRANSFERRED:
                return
        self.free(leg, leg.end_s)

    def wrap_up(self, leg: Leg) -> None:
        if leg.queue.chat:
            leg.talking = False
            leg.left_s, leg.settled_s = leg.wrap_s, leg.end_s
            self.go_on(leg)
        else:
            self.end_service(leg, leg.wrap_s)

    def end_service(self, leg: Leg, after_s: float) -> None:
        """Set the end of the wrap-up or of the hand-over."""
        leg.callbacks = self.at_service_end
        self.schedule(leg, (SERVICE_END, leg.key), after_s)

    def service_ends(self, leg: Leg) -> None:
        self.free(leg, self.env.now)

    def hand_on(self, leg: Leg, route: Route) -> None:
        """Transfer the customer, if the limit on legs and the next queue's hours allow it."""
        queue = route.queue
        _, origin, customer, number = leg.key
        if number >= self.network.max_legs - 1:
            leg.outcome = UNRESOLVED_LIMIT
        elif queue.live and not queue.open:
            leg.outcome = UNRESOLVED_CLOSED
        else:
            leg.outcome = TRANSFERRED
            if route.warm and leg.queue.chat:
                self.put_aside(leg)
            key = (queue.index, origin, customer, number + 1)
            chances = (leg.end_s, *self.later(origin, customer, number + 1, queue.index))
            following = Leg(queue, key, chances, leg.adviser.desk.index, route.factor)
            if route.warm:
                following.holder = leg
                following.handover_s = route.handover_s
            self.enter(following)

    def free(self, leg: Leg, now_s: float) -> None:
        """The adviser is done with the leg, and looks for more, or leaves."""
        self.record.answered(leg, now_s)
        adviser = leg.adviser
        desk = adviser.desk
        desk.in_hand[leg.queue.index] -= 1
        if leg.queue.chat:
            self.end_chat(adviser, leg, now_s)
        else:
            adviser.held = 0
            adviser.since_s = now_s
        if not desk.to_leave:
            self.fill_alone(adviser, now_s)
        elif adviser.held:
            desk.stand_by(adviser)
        else:
            desk.to_leave -= 1
            desk.leave(adviser)
            self.record.duty(adviser, now_s)
            if not desk.to_leave:
                self.fill(desk, now_s)

    # Chats

    def begin_chat(self, adviser: Adviser, leg: Leg, talk_s: float, now_s: float) -> None:
        chat.settle(adviser, now_s)
        adviser.held += 1
        adviser.since_s = now_s
        adviser.chatting = True
        adviser.chats.append(leg)
        leg.left_s, leg.settled_s = talk_s, now_s
        leg.talking = True
        for other in adviser.chats:
            self.go_on(other)

    def go_on(self, leg: Leg) -> None:
        """Set the end of a chat (anew)."""
        leg.ending = Happening(self.at_chat_end, leg)
        self.schedule(leg.ending, (SERVICE_END, leg.key), chat.time_left_s(leg, leg.adviser.held))

    def chat_ends(self, event: Happening) -> None:
        leg = event.leg
        if event is not leg.ending:
            return
        if leg.talking:
            leg.end_s = self.env.now
            self.talk_ends(leg)
        else:
            self.service_ends(leg)

    def put_aside(self, leg: Leg) -> None:
        """The chat stays in hand, without work, until somebody answers its customer's next leg."""
        leg.adviser.chats.remove(leg)
        leg.ending = None

    def end_chat(self, adviser: Adviser, leg: Leg, now_s: float) -> None:
        adviser.desk.withdraw(adviser)
        if leg.ending is not None:
            adviser.chats.remove(leg)
            leg.ending = None  # or the leg and its end would keep each other in memory
        chat.settle(adviser, now_s)
        adviser.held -= 1
        adviser.since_s = now_s
        adviser.chatting = adviser.held > 0
        for other in adviser.chats:
            self.go_on(other)

    # Opening, closing and staffing

    def queue_changes(self, series: Series[Queue]) -> None:
        """The queue opens or closes."""
        queue = series.place
        now_s, queue.open = series.moment
        self._await(series)
        if queue.open and not queue.live:
            for desk in queue.takers:
                self.fill(desk, now_s)
        elif queue.live and not queue.open:
            if queue.drops:
                self.drop(queue.in_order(), now_s)
            for desk in queue.takers:
                if desk.overtime:  # until now it was not to take them
                    self.fill(desk, now_s)

    def drop(self, legs: list[Leg], now_s: float) -> None:
        """Nobody is to be taken by an adviser whom the drop of another sets free: so first all are dropped."""
        for leg in legs:
            leg.queue.leave(leg)
            self.record.unanswered(leg, now_s, DROPPED)
        for leg in legs:
            if leg.holder is not None:
                self.free(leg.holder, now_s)

    def staffing_changes(self, series: Series[Desk]) -> None:
        """An interval of the desk starts, or the desk closes."""
        desk = series.place
        now_s, number = series.moment
        self._await(series)
        if number is None and desk.target > 0 and desk.has_late_work():
            desk.overtime = True
            self.in_overtime.append(desk)
        else:
            if desk.overtime:
                self.in_overtime.remove(desk)
                desk.overtime = False
            self.set_target(desk, number or 0, now_s)
        self.fill(desk, now_s)

    def end_overtime(self) -> None:
        """Send home the desks in overtime that have nothing left to stay for."""
        for desk in [desk for desk in self.in_overtime if not desk.has_late_work()]:
            self.in_overtime.remove(desk)
            desk.overtime = False
            self.set_target(desk, 0, self.env.now)

    def set_target(self, desk: Desk, target: int, now_s: float) -> None:
        for adviser in desk.set_target(target, now_s):
            self.record.duty(adviser, now_s)

    def finish(self) -> None:
        """Write down who still waits, who is held for them, and who is still on the floor."""
        waiting = [leg for queue in self.queues for leg in queue.in_order()]
        end_s = self.network.end_s
        for leg in waiting:
            self.record.unanswered(leg, max(end_s, leg.entered_s), WAITING)
        held = [leg.holder for leg in waiting if leg.holder is not None]
        staying = [adviser for desk in self.desks for adviser in desk.advisers.values()]
        if not held and not staying:
            return
        last_s = max(self.record.last_s(), end_s, self.last_overflow_s)
        for leg in held:
            self.record.answered(leg, last_s)
        for adviser in staying:
            self.record.duty(adviser, last_s)

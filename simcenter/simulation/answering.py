"""Advisers at work: they take legs, talk, wrap up, hand on, put back, and look for more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from simcenter.simulation import chat
from simcenter.simulation.aftermath import Aftermath
from simcenter.simulation.comings import Comings
from simcenter.simulation.floor import Adviser, Desk, Serving
from simcenter.simulation.grid import to_grid
from simcenter.simulation.happenings import Happening
from simcenter.simulation.leg import CALLBACK, Leg, Route
from simcenter.simulation.log import Outcome
from simcenter.simulation.network import KEEP, WAIT
from simcenter.simulation.purposes import Purpose
from simcenter.simulation.routing import contact_for, own_contact_for
from simcenter.simulation.stage import SERVICE_END, Stage
from simcenter.simulation.telephone_lines import TelephoneLines
from simcenter.simulation.work import left_of, settle

if TYPE_CHECKING:
    from simcenter.simulation.entering import Entering

# Plain numbers: an IntEnum member is many times slower to turn into the byte of a row.
RESOLVED, UNRESOLVED, TRANSFERRED = int(Outcome.RESOLVED), int(Outcome.UNRESOLVED), int(Outcome.TRANSFERRED)
UNRESOLVED_CLOSED, UNRESOLVED_LIMIT = int(Outcome.UNRESOLVED_CLOSED), int(Outcome.UNRESOLVED_LIMIT)
UNRESOLVED_BUSY, NOT_REACHED = int(Outcome.UNRESOLVED_BUSY), int(Outcome.NOT_REACHED)
INTERRUPTED = int(Outcome.INTERRUPTED)
KEPT = -1
Handlers = Sequence[Callable[[Leg], None]]
CALLED_OFF: Handlers = ()


class Answering:
    """Legs from the moment an adviser takes them until he is done with them."""

    def __init__(self, stage: Stage, comings: Comings, lines: TelephoneLines, aftermath: Aftermath) -> None:
        self.stage, self.comings, self.lines, self.aftermath = stage, comings, lines, aftermath
        self.record, self.schedule = stage.record, stage.schedule
        self.last_hop = stage.network.max_legs - 1
        self.at_talk_end: Handlers = [self.talk_ends]
        self.at_work_end = [self.work_ends]
        self.at_ring_end = [self.ring_ends]
        self.at_service_end = [self.service_ends]
        self.at_chat_end = [self.chat_ends]
        self.entering: Entering

    # Advisers taking contacts

    def call_up(self, adviser: Adviser, leg: Leg, now_s: float, place: int = 0) -> None:
        """Give the leg to the adviser at this place among the able of his desk."""
        desk = adviser.desk
        del desk.able[place]
        self.answer(adviser, leg, now_s)
        if leg.queue.chat and desk.is_able(adviser):
            desk.stand_by(adviser)

    def fill(self, desk: Desk, now_s: float) -> None:
        """Let advisers of the desk take what waits, as long as anybody can."""
        choose = contact_for
        place = 0
        while place < len(desk.able):
            adviser = desk.able[place][3]
            leg = choose(desk, adviser, now_s)
            if leg is not None:
                leg.queue.leave(leg)
                self.call_up(adviser, leg, now_s, place)
            elif desk.own_lines and not desk.to_leave:
                # what he cannot take nobody can, but for those who wait for one adviser alone
                choose = own_contact_for
                place += 1
            else:
                return

    def fill_alone(self, adviser: Adviser, now_s: float) -> None:
        """Let the adviser, who is able but not listed so yet, take what waits."""
        desk = adviser.desk
        while True:
            leg = contact_for(desk, adviser, now_s)
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
        leg.adviser = adviser
        leg.start_s = now_s
        desk.in_hand[queue.index] += 1
        if serving.usual and leg.coming.usual:  # nearly always
            leg.route = None
            leg.wrap_s = to_grid(leg.chances[2] * queue.wrap_share) if queue.wrap_share else 0.0
            talk_s, at_end = leg.chances[2] - leg.wrap_s, self.at_talk_end
        elif serving.uncertain:
            talk_s, at_end = self.settle(leg, serving)
        else:
            talk_s, at_end = settle(leg, serving, self.stage), self.at_talk_end
        if queue.chat:
            self.begin_chat(adviser, leg, talk_s, now_s)
        else:
            adviser.held = 1
            leg.end_s = now_s + talk_s
            leg.callbacks = at_end
            self.schedule(leg, (SERVICE_END, leg.key), talk_s)
        if leg.holder is not None:
            self.end_service(leg.holder, leg.handover_s)
            leg.holder = None

    def settle(self, leg: Leg, serving: Serving) -> tuple[float, Handlers]:
        """Settle how long a talk takes that may be interrupted or in vain, and what happens at its end."""
        callback = leg.queue.callback if leg.coming.entry == CALLBACK else None
        if callback is not None and self.stage.chance(leg, Purpose.REACHED) >= callback.reached:
            leg.route, leg.wrap_s = None, 0.0
            return callback.ring_s, self.at_ring_end
        talk_s = settle(leg, serving, self.stage)
        return talk_s, self.talking(leg)

    def talking(self, leg: Leg) -> Handlers:
        """What happens at the end of the talk; until then the leg may be interrupted, if such legs may."""
        if not leg.serving.interruptible:
            return self.at_talk_end
        leg.adviser.desk.note_talk(leg)
        return self.at_work_end

    def work_ends(self, leg: Leg) -> None:
        """The end of a talk that could have been interrupted."""
        leg.adviser.desk.forget_talk(leg)
        self.talk_ends(leg)

    def talk_ends(self, leg: Leg) -> None:
        """The customer leaves, or is handed on; his adviser wraps up, or is free."""
        if leg.route is not None:
            outcome = self.hand_on(leg, leg.route)
            if outcome == TRANSFERRED and leg.route.warm:
                return
            if outcome != KEPT:
                self.free(leg, leg.end_s)
                return
            leg.route = None
            talk_s, leg.wrap_s = leg.kept
            if talk_s > 0.0:
                self.go_on_alone(leg, talk_s)
                return
        leg.outcome = RESOLVED if leg.chances[4] < leg.serving.resolved else UNRESOLVED
        if leg.queue.watched:
            self.leaves(leg)
        if leg.wrap_s > 0.0:
            self.wrap_up(leg)
        else:
            self.free(leg, leg.end_s)

    def leaves(self, leg: Leg) -> None:
        """The customer's leg ends with the talk, not handed on: a line is free again, and he may come back."""
        self.lines.give_back(leg)
        leg.returns = self.aftermath.follow(leg, leg.outcome, leg.end_s)

    def wrap_up(self, leg: Leg) -> None:
        """The customer has left; the adviser goes on."""
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
        """The adviser is done."""
        self.free(leg, self.stage.env.now)

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

    # Handing on

    def hand_on(self, leg: Leg, route: Route) -> int:
        """Transfer the customer, if the limit on legs, the next queue's hours and the route allow it."""
        queue = route.queue
        outcome = TRANSFERRED
        if leg.coming.hops >= self.last_hop:
            outcome = UNRESOLVED_LIMIT
        elif queue.live and not queue.open:
            outcome = UNRESOLVED_CLOSED
        else:
            following = self.comings.handed_on(leg, route)
            if route.if_busy != WAIT and not self.entering.answered_at_once(following):
                if route.if_busy == KEEP:
                    return KEPT
                outcome = UNRESOLVED_BUSY
        leg.outcome = outcome
        if outcome != TRANSFERRED:
            if leg.queue.watched:
                self.leaves(leg)
            return outcome
        if leg.queue.group != queue.group:
            self.lines.give_back(leg)
        if route.warm:
            following.holder = leg
            following.handover_s = route.handover_s
            if leg.queue.chat:
                self.put_aside(leg)
        self.entering.enter(following)
        return TRANSFERRED

    def go_on_alone(self, leg: Leg, talk_s: float) -> None:
        """Nobody is free to take it over: the adviser goes on himself."""
        if leg.queue.chat:
            leg.left_s, leg.settled_s = talk_s, leg.end_s
            self.go_on(leg)
        else:
            leg.end_s += talk_s
            leg.callbacks = self.talking(leg)
            self.schedule(leg, (SERVICE_END, leg.key), talk_s)

    # Interrupting, and calling back

    def interrupt(self, work: Leg, leg: Leg, now_s: float) -> None:
        """The adviser puts back what he has in hand, and takes the leg."""
        adviser = work.adviser
        desk = adviser.desk
        left = left_of(work, desk, now_s)
        desk.forget_talk(work)
        desk.in_hand[work.queue.index] -= 1
        work.callbacks = CALLED_OFF
        work.outcome, work.end_s = INTERRUPTED, now_s
        self.record.answered(work, now_s)
        adviser.held = 0
        adviser.since_s = now_s
        self.answer(adviser, leg, now_s)
        if desk.is_able(adviser):
            self.fill_alone(adviser, now_s)
        self.entering.offer(self.comings.resumed(work, left), now_s)

    def ring_ends(self, leg: Leg) -> None:
        """Nobody answered."""
        leg.outcome = NOT_REACHED
        leg.returns = self.aftermath.try_again(leg, leg.end_s)
        self.free(leg, leg.end_s)

    # Chats

    def begin_chat(self, adviser: Adviser, leg: Leg, talk_s: float, now_s: float) -> None:
        """One more chat for the adviser: all go on at another speed."""
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
        """The talk or the wrap-up of a chat is over, unless its end was set anew."""
        leg = event.leg
        if event is not leg.ending:
            return
        if leg.talking:
            leg.end_s = self.stage.env.now
            self.talk_ends(leg)
        else:
            self.service_ends(leg)

    def put_aside(self, leg: Leg) -> None:
        """The chat stays in hand, without work, until somebody answers its customer's next leg."""
        leg.adviser.chats.remove(leg)
        leg.ending = None

    def end_chat(self, adviser: Adviser, leg: Leg, now_s: float) -> None:
        """One chat fewer."""
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

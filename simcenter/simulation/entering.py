"""Entering a queue, and waiting in it: the steps of docs/rules.md from the door to the line."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simcenter.simulation.aftermath import Aftermath
from simcenter.simulation.agenda import ENTRIES
from simcenter.simulation.comings import Comings
from simcenter.simulation.grid import to_grid
from simcenter.simulation.happenings import Happening, Overflow
from simcenter.simulation.leg import CALLBACK, Leg
from simcenter.simulation.log import Entry, Outcome
from simcenter.simulation.purposes import Purpose
from simcenter.simulation.routing import adviser_for, own_adviser, work_at, work_for
from simcenter.simulation.stage import PATIENCE_END, WAIT_END, Stage
from simcenter.simulation.telephone_lines import TelephoneLines
from simcenter.simulation.waiting import Queue

if TYPE_CHECKING:
    from simcenter.simulation.answering import Answering

ABANDONED, BLOCKED, BALKED = int(Outcome.ABANDONED), int(Outcome.BLOCKED), int(Outcome.BALKED)
TURNED_AWAY, DROPPED, CALLED_BACK = int(Outcome.TURNED_AWAY), int(Outcome.DROPPED), int(Outcome.CALLBACK)
NO_SHOW, NEVER_CAME = int(Outcome.NO_SHOW), int(Entry.NO_SHOW)


class Entering:
    """Legs from the moment they enter a queue until an adviser takes them or they give up."""

    def __init__(self, stage: Stage, comings: Comings, lines: TelephoneLines, aftermath: Aftermath) -> None:
        self.stage, self.comings, self.lines, self.aftermath = stage, comings, lines, aftermath
        self.record, self.schedule = stage.record, stage.schedule
        self.at_patience_end = [self.patience_ends]
        self.at_overflow = [self.overflow]
        self.at_own_wait_end = [self.own_wait_ends]
        self.answering: Answering

    def first(self, queue: Queue, chances: tuple[float, ...]) -> None:
        """A customer comes for the first time, or does not come to his appointment."""
        leg = self.comings.first(queue, chances)
        if chances[7] % ENTRIES == NEVER_CAME:
            self.record.unanswered(leg, leg.entered_s, NO_SHOW)
        else:
            self.enter(leg)

    def enter(self, leg: Leg) -> None:
        """Let the leg be answered, wait, or leave."""
        queue, now_s = leg.queue, leg.entered_s
        if queue.live and not queue.open:
            self.lose(leg, now_s, TURNED_AWAY)
            return
        if queue.guarded and self.stopped_at_the_door(leg, now_s):
            return
        adviser = adviser_for(leg, now_s)
        if adviser is not None:
            self.answering.call_up(adviser, leg, now_s)
        elif queue.interrupters and (work := work_for(leg, now_s)) is not None:
            self.answering.interrupt(work, leg, now_s)
        elif queue.waiting - queue.callbacks_waiting >= queue.room:
            self.lose(leg, now_s, BLOCKED)
        elif not queue.deters or self.stays(leg, now_s):
            self.wait(leg, now_s)

    def stopped_at_the_door(self, leg: Leg, now_s: float) -> bool:
        """Whether there is no line for the customer, or his own adviser settles it."""
        if leg.queue.group >= 0:
            if not self.lines.may_take(leg):
                self.lose(leg, now_s, BLOCKED)
                return True
            self.lines.take(leg)
        return leg.coming.own >= 0 and self.enter_for_own_adviser(leg, now_s)

    def offer(self, leg: Leg, now_s: float) -> None:
        """Let a leg that was in the queue before be answered or wait."""
        adviser = adviser_for(leg, now_s)
        if adviser is not None:
            self.answering.call_up(adviser, leg, now_s)
        else:
            self.wait(leg, now_s)

    def answered_at_once(self, leg: Leg) -> bool:
        """Whether the leg would be if it entered now."""
        if not self.lines.may_take(leg):
            return False
        own, able = own_adviser(leg)
        return able if own is not None else adviser_for(leg, leg.entered_s) is not None

    def stays(self, leg: Leg, now_s: float) -> bool:
        """Whether who has to wait does so: he may balk, or be offered a callback and accept it."""
        queue, callback = leg.queue, leg.queue.callback
        if queue.balking and self.stage.chance(leg, Purpose.BALK) < queue.balking:
            self.lose(leg, now_s, BALKED)
            return False
        if callback is None:
            return True
        predicted_s = predicted_wait_s(queue)
        leg.coming = leg.coming.but(predicted_s=predicted_s)
        if predicted_s <= callback.over_s or self.stage.chance(leg, Purpose.ACCEPT) >= callback.accepted:
            return True
        call = self.comings.called(leg, now_s, 0, predicted_s)
        self.lose(leg, now_s, CALLED_BACK)
        self.wait(call, now_s)
        return False

    # Waiting

    def wait(self, leg: Leg, now_s: float) -> None:
        """Let the leg wait for whoever may take it."""
        queue = leg.queue
        queue.join(leg)
        if queue.live:
            self.set_patience(leg)
        if queue.overflow:
            self.set_overflow(leg, now_s)

    def set_patience(self, leg: Leg) -> None:
        """Its patience runs, if it has any end."""
        patience_s = leg.chances[1]
        if patience_s < inf and leg.coming.entry != CALLBACK:
            self.schedule(Happening(self.at_patience_end, leg), (PATIENCE_END, leg.key), patience_s)

    def set_overflow(self, leg: Leg, now_s: float) -> None:
        """Wait until other desks may take it too."""
        waited_s = now_s - leg.since_s
        for after_s, rank, desk in leg.queue.overflow:
            if after_s > waited_s and desk.index != leg.coming.from_desk:
                event = Overflow(self.at_overflow, leg, desk)
                self.schedule(event, (WAIT_END, leg.key, rank, desk.index), after_s - waited_s)

    def patience_ends(self, event: Happening) -> None:
        """He gives up."""
        leg = event.leg
        if leg.waiting:
            leg.queue.leave(leg)
            self.lose(leg, self.stage.env.now, ABANDONED)

    def overflow(self, event: Overflow) -> None:
        """Another desk may take it from now on."""
        leg, desk = event.leg, event.desk
        if leg.waiting:
            now_s = self.stage.last_event_s = self.stage.env.now
            adviser = desk.adviser_for(leg.queue)
            if adviser is not None:
                leg.queue.leave(leg)
                self.answering.call_up(adviser, leg, now_s)
            elif leg.queue.interrupters and (work := work_at(desk, leg)) is not None:
                leg.queue.leave(leg)
                self.answering.interrupt(work, leg, now_s)

    def lose(self, leg: Leg, now_s: float, outcome: int) -> None:
        """The leg ends without an answer; whoever held the customer for it is free at once."""
        if leg.queue.watched:
            self.lines.give_back(leg)
            leg.returns = self.aftermath.follow(leg, outcome, now_s)
        self.record.unanswered(leg, now_s, outcome)
        if leg.holder is not None:
            self.answering.free(leg.holder, now_s)

    def drop(self, legs: list[Leg], now_s: float) -> None:
        """Nobody is to be taken by an adviser whom the drop of another sets free: so first all are dropped."""
        for leg in legs:
            leg.queue.leave(leg)
            self.lines.give_back(leg)
            self.record.unanswered(leg, now_s, DROPPED)
        for leg in legs:
            if leg.holder is not None:
                self.answering.free(leg.holder, now_s)

    # One's own adviser

    def enter_for_own_adviser(self, leg: Leg, now_s: float) -> bool:
        """Whether the leg is settled with the customer's own adviser: taken, waiting for him, or blocked."""
        queue = leg.queue
        adviser, able = own_adviser(leg)
        if adviser is None or queue.own is None:
            return False
        if able:
            self.answering.call_up(adviser, leg, now_s, adviser.desk.place_of(adviser))
        elif queue.waiting - queue.callbacks_waiting >= queue.room:
            self.lose(leg, now_s, BLOCKED)
        else:
            queue.join_own(leg)
            if queue.live:
                self.set_patience(leg)
            self.schedule(Happening(self.at_own_wait_end, leg), (WAIT_END, leg.key), queue.own.wait_s)
        return True

    def own_wait_ends(self, event: Happening) -> None:
        """From now on anybody may take it."""
        leg = event.leg
        if leg.waiting:
            now_s = self.stage.last_event_s = self.stage.env.now
            leg.queue.leave(leg)
            adviser, work = adviser_for(leg, now_s), work_for(leg, now_s)
            if adviser is not None:
                self.answering.call_up(adviser, leg, now_s)
            elif work is not None:
                self.answering.interrupt(work, leg, now_s)
            else:
                leg.queue.join(leg)
                self.set_overflow(leg, now_s)


def predicted_wait_s(queue: Queue) -> float:
    """How long who joins the queue now will wait: its length over what the advisers on the floor get through."""
    assert queue.callback is not None
    capacity = 0.0
    for desk in sorted((desk for _, desk in queue.takers), key=lambda desk: desk.index):
        if desk.takes(queue):
            capacity += len(desk.advisers) * desk.serving[queue.index].speed
    if capacity <= 0:
        return inf
    predicted_s = (queue.waiting + 1) * queue.callback.mean_handle_s / capacity
    return to_grid(predicted_s)

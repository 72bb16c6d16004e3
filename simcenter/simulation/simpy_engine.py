"""The SimPy engine, whose behaviour is the norm: docs/rules.md as handlers of events on SimPy's environment.

Plain callbacks, no process per contact: the order of events at one instant, which the rules fix, is then SimPy's own
order by priority, and a contact costs a sixth of what it would with processes and Resources (see docs/engine.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simpy import Environment
from simpy.core import EmptySchedule

from simcenter.simulation import agenda
from simcenter.simulation.aftermath import Aftermath
from simcenter.simulation.answering import Answering
from simcenter.simulation.centre import build
from simcenter.simulation.comings import Comings
from simcenter.simulation.entering import Entering
from simcenter.simulation.floor import Desk
from simcenter.simulation.happenings import Series
from simcenter.simulation.leg import Leg
from simcenter.simulation.log import ContactLog, Outcome
from simcenter.simulation.network import Network
from simcenter.simulation.recorder import Recorder
from simcenter.simulation.staffing import Staffing
from simcenter.simulation.stage import ARRIVAL, OPENING, STAFFING, Stage
from simcenter.simulation.telephone_lines import TelephoneLines
from simcenter.simulation.waiting import Queue

if TYPE_CHECKING:
    from simcenter.simulation.draws import Draws


def play(network: Network, staffing: Staffing, draws: Draws) -> ContactLog:
    """Play one replication. See ``simcenter.simulation.engine.play``."""
    return _Play(network, staffing, draws).run()


class _Play:
    """One run: what is known ahead (arrivals, openings, staffing), the clock, and the end."""

    def __init__(self, network: Network, staffing: Staffing, draws: Draws) -> None:
        self.env = env = Environment()
        queues, desks = build(network)
        # SimPy orders by (time, priority): any priority that compares will do, here the rest of the rules' key.
        schedule: Any = env.schedule
        self.stage = stage = Stage(network, draws, queues, desks, Recorder(), env, schedule)
        comings, lines = Comings(draws), TelephoneLines(network.line_count.tolist())
        aftermath = Aftermath(stage, comings)
        self.entering = Entering(stage, comings, lines, aftermath)
        self.answering = Answering(stage, comings, lines, aftermath)
        self.entering.answering = self.answering
        self.answering.entering = aftermath.entering = self.entering
        self.in_overtime: list[Desk] = []
        for queue in queues:
            self._await(Series(OPENING, queue, agenda.openings(network, queue.index), self.queue_changes))
            self._await(Series(ARRIVAL, queue, agenda.arrivals(draws, queue.index), self.arrival))
        for desk in desks:
            numbers = staffing.advisers[:, desk.index].tolist()
            changes = agenda.staffing_changes(network, draws, numbers, desk.index)
            self._await(Series(STAFFING, desk, changes, self.staffing_changes))

    def run(self) -> ContactLog:
        """Play to the end, and give the log."""
        step, in_overtime = self.env.step, self.in_overtime
        try:
            while True:
                step()
                if in_overtime:
                    self.end_overtime()
        except EmptySchedule:
            self.finish()
        return self.stage.record.log()

    def _await(self, series: Series[Any]) -> None:
        moment = next(series.moments, None)
        if moment is not None:
            after_s = moment[0] - series.moment[0]
            series.moment = moment
            series.callbacks = series.handlers
            self.stage.schedule(series, series.key, after_s)

    def arrival(self, series: Series[Queue]) -> None:
        """The next customer of a queue comes."""
        queue, chances = series.place, series.moment
        self._await(series)
        coming = queue.comings.get(chances[7])
        if coming is not None:
            self.entering.enter(Leg(queue, (queue.index, queue.index, chances[6], 0), chances, coming))
        else:
            self.entering.first(queue, chances)

    def queue_changes(self, series: Series[Queue]) -> None:
        """The queue opens or closes."""
        queue = series.place
        now_s, queue.open = series.moment
        self._await(series)
        if queue.open and not queue.live:
            for _, desk in queue.takers:
                self.answering.fill(desk, now_s)
        elif queue.live and not queue.open:
            if queue.drops:
                self.entering.drop(queue.in_order(), now_s)
            for _, desk in queue.takers:
                if desk.overtime:  # until now it was not to take them
                    self.answering.fill(desk, now_s)

    def staffing_changes(self, series: Series[Desk]) -> None:
        """An interval of the desk starts, or the desk closes."""
        desk = series.place
        now_s, number, present = series.moment
        self._await(series)
        if number is None and desk.target > 0 and desk.has_late_work():
            desk.overtime = True
            self.in_overtime.append(desk)
        else:
            if desk.overtime:
                self.in_overtime.remove(desk)
                desk.overtime = False
            self.set_target(desk, number or 0, now_s, present)
        self.answering.fill(desk, now_s)

    def end_overtime(self) -> None:
        """Send home the desks in overtime that have nothing left to stay for."""
        for desk in [desk for desk in self.in_overtime if not desk.has_late_work()]:
            self.in_overtime.remove(desk)
            desk.overtime = False
            self.set_target(desk, 0, self.env.now)

    def set_target(self, desk: Desk, target: int, now_s: float, present: agenda.Present = None) -> None:
        """A desk is to have so many advisers from now on."""
        for adviser in desk.set_target(target, now_s, present):
            self.stage.record.duty(adviser, now_s)

    def finish(self) -> None:
        """Write down who still waits, who is held for them, and who is still on the floor."""
        stage = self.stage
        record, end_s = stage.record, stage.network.end_s
        waiting = [leg for queue in stage.queues for leg in queue.in_order()]
        for leg in waiting:
            record.unanswered(leg, max(end_s, leg.entered_s), int(Outcome.WAITING))
        held = [leg.holder for leg in waiting if leg.holder is not None]
        staying = [adviser for desk in stage.desks for adviser in desk.advisers.values()]
        if not held and not staying:
            return
        last_s = max(record.last_s(), end_s, stage.last_event_s)
        for leg in held:
            record.answered(leg, last_s)
        for adviser in staying:
            record.duty(adviser, last_s)

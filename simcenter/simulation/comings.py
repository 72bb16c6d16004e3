"""How legs come to their queues: the first, the handed on, those who come back, are called back, or go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcenter.simulation.agenda import ENTRIES
from simcenter.simulation.leg import CALLBACK, NAN, RESUMED, Chances, Coming, Leg, Route, Work
from simcenter.simulation.log import Entry
from simcenter.simulation.purposes import Purpose
from simcenter.simulation.waiting import Queue

if TYPE_CHECKING:
    from simcenter.simulation.draws import Draws

APPOINTMENT, NO_SHOW = int(Entry.APPOINTMENT), int(Entry.NO_SHOW)


class Comings:
    """Makes the comings of legs, and the legs themselves."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws
        self.later = draws.later

    def first(self, queue: Queue, chances: Chances) -> Leg:
        """The first leg of a customer."""
        customer, number = int(chances[6]), int(chances[7])
        row, entry = divmod(number, ENTRIES)
        known = queue.classes[row]
        at_door = entry in (APPOINTMENT, NO_SHOW)
        priority = queue.appointment_priority if at_door else known.priority
        own = self.own_number(queue, queue.index, customer)
        coming = Coming(APPOINTMENT if at_door else entry, row, priority, known.credit_s, own=own)
        if queue.own is None and entry != NO_SHOW:
            queue.comings[number] = coming
        return Leg(queue, (queue.index, queue.index, customer, 0), chances, coming)

    def handed_on(self, leg: Leg, route: Route) -> Leg:
        """The leg that a transfer makes of this one."""
        queue, before = route.queue, leg.coming
        _, origin, customer, number = leg.key
        row = self.row_in(queue, origin, customer)
        alike = (row, before.attempt, before.hops, leg.adviser.desk.index)
        coming = route.comings.get(alike)
        if coming is None:
            coming = self._handed_on(leg, route, row)
            if queue.own is None and route.credit_s >= 0:
                route.comings[alike] = coming
        return self._leg(queue, origin, customer, number + 1, leg.end_s, coming)

    def _handed_on(self, leg: Leg, route: Route, row: int) -> Coming:
        queue, before = route.queue, leg.coming
        known = queue.classes[row]
        brought_s = route.credit_s
        if brought_s < 0:
            brought_s = leg.start_s - leg.entered_s + before.brought_s
        return Coming(
            route.entry,
            row,
            known.priority if route.priority < 0 else route.priority,
            known.credit_s + brought_s,
            attempt=before.attempt,
            hops=before.hops + 1,
            from_desk=leg.adviser.desk.index,
            factor=route.factor,
            identify_s=route.identify_s,
            brought_s=brought_s,
            own=self.own_number(queue, *leg.key[1:3]),
        )

    def back(self, leg: Leg, queue: Queue, entry: Entry, at_s: float, same_patience: bool) -> Leg:
        """The first leg of the customer's next attempt, in which he is as patient as he was, or not."""
        _, origin, customer, number = leg.key
        row = self.row_in(queue, origin, customer)
        known = queue.classes[row]
        own = self.own_number(queue, origin, customer)
        attempt = leg.coming.attempt + 1
        coming = Coming(int(entry), row, known.priority, known.credit_s, attempt=attempt, own=own)
        back = self._leg(queue, origin, customer, number + 1, at_s, coming)
        if same_patience:
            back.chances = (at_s, leg.chances[1], *back.chances[2:])
        return back

    def called(self, leg: Leg, at_s: float, tries: int, predicted_s: float = NAN) -> Leg:
        """The leg in which the customer is called back."""
        _, origin, customer, number = leg.key
        coming = leg.coming.but(entry=CALLBACK, tries=tries, predicted_s=predicted_s)
        return self._leg(leg.queue, origin, customer, number + 1, at_s, coming)

    def resumed(self, leg: Leg, work: Work) -> Leg:
        """The leg that goes on where this one was interrupted."""
        queue, origin, customer, number = leg.key
        coming = leg.coming.but(entry=RESUMED, work=work)
        return Leg(leg.queue, (queue, origin, customer, number + 1), leg.chances, coming)

    def own_number(self, queue: Queue, origin: int, customer: int) -> int:
        """The number of the customer's own adviser; -1: none."""
        own = queue.own
        if own is None or self.draws.chance(origin, customer, 0, Purpose.OWN) >= own.share:
            return -1
        return int(self.draws.chance(origin, customer, 0, Purpose.OWN_NUMBER) * own.of)

    def row_in(self, queue: Queue, origin: int, customer: int) -> int:
        """The customer's class row in a queue."""
        if queue.only_row >= 0:
            return queue.only_row
        return self.draws.class_of(origin, customer, queue.index)

    def _leg(self, queue: Queue, origin: int, customer: int, number: int, at_s: float, coming: Coming) -> Leg:
        chances = (at_s, *self.later(origin, customer, number, queue.index, coming.class_row))
        return Leg(queue, (queue.index, origin, customer, number), chances, coming)

"""What happens after a leg: customers who redial, come again with the same matter, or are called once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcenter.simulation.comings import Comings
from simcenter.simulation.happenings import Happening
from simcenter.simulation.leg import Leg
from simcenter.simulation.log import Entry, Outcome, Returns
from simcenter.simulation.network import REDIAL
from simcenter.simulation.purposes import Purpose
from simcenter.simulation.stage import RETURN, Stage

if TYPE_CHECKING:
    from simcenter.simulation.entering import Entering

NONE, COMES_BACK, PENDING, AT_LIMIT = (int(returns) for returns in Returns)
LOST = (Outcome.ABANDONED, Outcome.BLOCKED, Outcome.BALKED)
UNRESOLVED = (
    Outcome.UNRESOLVED,
    Outcome.UNRESOLVED_CLOSED,
    Outcome.UNRESOLVED_LIMIT,
    Outcome.UNRESOLVED_BUSY,
)


class Aftermath:
    """Decides at the end of a leg whether and when its customer comes back."""

    def __init__(self, stage: Stage, comings: Comings) -> None:
        self.stage, self.comings = stage, comings
        self.at_return = [self.comes_back]
        self.at_next_try = [self.calls_again]
        self.entering: Entering

    def follow(self, leg: Leg, outcome: int, end_s: float) -> int:
        """Redial or repeat contact after a leg that ended so; gives the number of a Returns."""
        rule = leg.queue.redial if outcome in LOST else leg.queue.repeat if outcome in UNRESOLVED else None
        if rule is None or self.stage.chance(leg, Purpose.RETURN) >= rule.share:
            return NONE
        if leg.coming.attempt + 1 >= rule.at_most:
            return AT_LIMIT
        queue, origin, customer, number = leg.key
        delay_s = self.stage.draws.return_delay_s(origin, customer, number, rule.kind, queue)
        at_s = rule.queue.after(end_s, delay_s) if rule.working else end_s + delay_s
        if at_s >= self.stage.network.end_s:
            return PENDING
        entry = Entry.REDIAL if rule.kind == REDIAL else Entry.REPEAT
        back = self.comings.back(leg, rule.queue, entry, at_s, rule.same_patience)
        self.stage.schedule(Happening(self.at_return, back), (RETURN, back.key), at_s - end_s)
        return COMES_BACK

    def try_again(self, leg: Leg, end_s: float) -> int:
        """Another try of a callback that the customer did not answer."""
        callback = leg.queue.callback
        assert callback is not None
        tries = leg.coming.tries + 1
        if tries >= callback.tries:
            return AT_LIMIT
        at_s = leg.queue.after(end_s, callback.retry_s)
        if at_s >= self.stage.network.end_s:
            return PENDING
        again = self.comings.called(leg, at_s, tries)
        self.stage.schedule(Happening(self.at_next_try, again), (RETURN, again.key), at_s - end_s)
        return COMES_BACK

    def comes_back(self, event: Happening) -> None:
        """The customer is there again."""
        self.entering.enter(event.leg)

    def calls_again(self, event: Happening) -> None:
        """He is to be called once more."""
        self.entering.offer(event.leg, event.leg.entered_s)

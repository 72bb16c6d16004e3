"""The recorder: rows of the contact log, as they come."""

from struct import Struct

import numpy as np

from simcenter.simulation.floor import Adviser
from simcenter.simulation.log import ContactLog
from simcenter.simulation.waiting import Leg

LEG = np.dtype(
    [(name, np.int64) for name in ("origin", "customer", "leg", "queue", "from_desk", "desk", "adviser", "outcome")]
    + [(name, np.float64) for name in ("entered_s", "start_s", "end_s", "freed_s")]
)
DUTY = np.dtype(
    [("duty_desk", np.int64), ("duty_adviser", np.int64), ("duty_start_s", np.float64), ("duty_end_s", np.float64)]
)
NAN = float("nan")


class Recorder:
    """Packs every row into bytes: a fraction of the time and memory of lists of Python numbers."""

    def __init__(self) -> None:
        self.legs = bytearray()
        self.duties = bytearray()
        self.pack_leg = Struct("=8q4d").pack
        self.pack_duty = Struct("=2q2d").pack

    def answered(self, leg: Leg, freed_s: float) -> None:
        """The adviser is done with the leg."""
        queue, origin, customer, number = leg.key
        adviser = leg.adviser
        self.legs += self.pack_leg(
            origin, customer, number, queue, leg.from_desk, adviser.desk.index, adviser.number, leg.outcome,
            leg.entered_s, leg.start_s, leg.end_s, freed_s,
        )  # fmt: skip

    def unanswered(self, leg: Leg, end_s: float, outcome: int) -> None:
        """The leg ended without an adviser."""
        queue, origin, customer, number = leg.key
        self.legs += self.pack_leg(
            origin, customer, number, queue, leg.from_desk, -1, -1, outcome, leg.entered_s, NAN, end_s, NAN
        )

    def duty(self, adviser: Adviser, end_s: float) -> None:
        """The adviser left the floor."""
        self.duties += self.pack_duty(adviser.desk.index, adviser.number, adviser.came_s, end_s)

    def last_s(self) -> float:
        """The latest end in the log so far; -inf when it is empty."""
        legs = np.frombuffer(bytes(self.legs), LEG)
        return float(np.fmax(legs["end_s"], legs["freed_s"]).max(initial=-np.inf))

    def log(self) -> ContactLog:
        """Sort the rows into columns."""
        legs = np.frombuffer(self.legs, LEG)
        duties = np.frombuffer(self.duties, DUTY)
        by_customer = np.lexsort((legs["leg"], legs["customer"], legs["origin"]))
        by_desk = np.lexsort((duties["duty_adviser"], duties["duty_start_s"], duties["duty_desk"]))
        return ContactLog(
            attempt=np.zeros(len(legs), dtype=np.int64),  # there are no redials or repeat contacts yet
            **{name: legs[name][by_customer] for name in LEG.names or ()},
            **{name: duties[name][by_desk] for name in DUTY.names or ()},
        )

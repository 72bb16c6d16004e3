"""The recorder: rows of the contact log, as they come."""

from array import array
from typing import Any

import numpy as np

from simcenter.simulation.floor import Adviser
from simcenter.simulation.log import ContactLog
from simcenter.simulation.waiting import Leg

LEG_COLUMNS = (
    "origin", "customer", "attempt", "leg", "queue", "from_desk", "entered_s", "desk", "adviser", "start_s", "end_s",
    "freed_s", "outcome",
)  # fmt: skip
DUTY_COLUMNS = ("duty_desk", "duty_adviser", "duty_start_s", "duty_end_s")
NAN = float("nan")


class Recorder:
    """Keeps every row as plain doubles, which hold whole numbers exactly: little memory and no list of objects."""

    def __init__(self) -> None:
        self.legs = array("d")
        self.duties = array("d")

    def answered(self, leg: Leg, freed_s: float) -> None:
        """The adviser is done with the leg."""
        queue, origin, customer, number = leg.key
        adviser = leg.adviser
        self.legs.extend(
            (origin, customer, 0, number, queue, leg.from_desk, leg.entered_s, adviser.desk.index, adviser.number,
             leg.start_s, leg.end_s, freed_s, leg.outcome)
        )  # fmt: skip

    def unanswered(self, leg: Leg, end_s: float, outcome: int) -> None:
        """The leg ended without an adviser."""
        queue, origin, customer, number = leg.key
        self.legs.extend(
            (origin, customer, 0, number, queue, leg.from_desk, leg.entered_s, -1, -1, NAN, end_s, NAN, outcome)
        )

    def duty(self, adviser: Adviser, end_s: float) -> None:
        """The adviser left the floor."""
        self.duties.extend((adviser.desk.index, adviser.number, adviser.came_s, end_s))

    def last_s(self) -> float:
        """The latest end in the log so far; -inf when it is empty."""
        rows = np.frombuffer(self.legs).reshape(-1, len(LEG_COLUMNS))
        return float(np.fmax(rows[:, 10], rows[:, 11]).max(initial=-np.inf))

    def log(self) -> ContactLog:
        """Sort the rows and give each column its type."""
        columns: dict[str, Any] = {}
        for rows, names, keys in (
            (self.legs, LEG_COLUMNS, ("leg", "customer", "origin")),
            (self.duties, DUTY_COLUMNS, ("duty_adviser", "duty_start_s", "duty_desk")),
        ):
            table = dict(zip(names, np.frombuffer(rows).reshape(-1, len(names)).T, strict=True))
            order = np.lexsort([table[key] for key in keys])
            for name, column in table.items():
                columns[name] = column[order].astype(np.float64 if name.endswith("_s") else np.int64)
        return ContactLog(**columns)

"""The recorder: rows of the contact log, as they come."""

from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

from simcenter.simulation.floor import Adviser
from simcenter.simulation.leg import Leg
from simcenter.simulation.log import ContactLog

NAN = float("nan")
LEG = np.dtype(
    [
        ("customer", "i8"),
        *((name, "f8") for name in ("entered_s", "start_s", "end_s", "freed_s")),
        *((name, "i4") for name in ("origin", "leg", "queue", "desk", "adviser")),
        *((name, "i1") for name in ("outcome", "returns")),
        *((name, "i4") for name in ("from_desk", "customer_class", "own_adviser", "attempt")),  # those of Coming.packed
        ("entry", "i1"),
        ("predicted_s", "f8"),
    ]
)
DUTY = np.dtype([("duty_desk", "i4"), ("duty_adviser", "i4"), ("duty_start_s", "f8"), ("duty_end_s", "f8")])


class Recorder:
    """Packs every row into bytes: a fraction of the time and memory of lists of Python numbers."""

    def __init__(self) -> None:
        self.legs = bytearray()
        self.duties = bytearray()
        self.pack_leg = Struct("q4d5i2b25s").pack
        self.pack_duty = Struct("2i2d").pack

    def answered(self, leg: Leg, freed_s: float) -> None:
        """The adviser is done with the leg."""
        queue, origin, customer, number = leg.key
        adviser = leg.adviser
        self.legs += self.pack_leg(
            customer, leg.entered_s, leg.start_s, leg.end_s, freed_s,
            origin, number, queue, adviser.desk.index, adviser.number, leg.outcome, leg.returns, leg.coming.packed,
        )  # fmt: skip

    def unanswered(self, leg: Leg, end_s: float, outcome: int) -> None:
        """The leg ended without an adviser."""
        queue, origin, customer, number = leg.key
        self.legs += self.pack_leg(
            customer, leg.entered_s, NAN, end_s, NAN,
            origin, number, queue, -1, -1, outcome, leg.returns, leg.coming.packed,
        )  # fmt: skip

    def duty(self, adviser: Adviser, end_s: float) -> None:
        """The adviser left the floor."""
        self.duties += self.pack_duty(adviser.desk.index, adviser.number, adviser.came_s, end_s)

    def last_s(self) -> float:
        """The latest end in the log so far; -inf when it is empty."""
        legs = np.frombuffer(bytes(self.legs), LEG)
        return float(np.fmax(legs["end_s"], legs["freed_s"]).max(initial=-np.inf))

    def log(self) -> ContactLog:
        """Sort the rows into columns."""
        legs, duties = np.frombuffer(self.legs, LEG), np.frombuffer(self.duties, DUTY)
        # one key instead of three: its values come nearly in order, and a stable sort makes use of that
        keys = [legs[name].astype(np.int64) for name in ("origin", "customer", "leg")]
        sizes = [int(key.max(initial=0)) + 1 for key in keys]
        by_customer = np.argsort(np.ravel_multi_index(keys, sizes), kind="stable")
        by_desk = np.lexsort([duties[name] for name in ("duty_end_s", "duty_adviser", "duty_start_s", "duty_desk")])
        return ContactLog(**_columns(legs, by_customer), **_columns(duties, by_desk))


def _columns(table: npt.NDArray[np.void], order: npt.NDArray[np.intp]) -> dict[str, Any]:
    """Turn rows into sorted columns; each is brought into one piece of memory first, which is faster to sort."""
    kinds = {name: np.int64 if table.dtype[name].kind == "i" else np.float64 for name in table.dtype.names or ()}
    return {name: table[name].copy()[order].astype(kind) for name, kind in kinds.items()}

"""The recorder: rows of the contact log, as they come."""

from struct import Struct
from typing import Any

import numpy as np

from simcenter.simulation.floor import Adviser
from simcenter.simulation.log import ContactLog, Entry
from simcenter.simulation.waiting import Leg

LEG = ("origin", "customer", "leg", "queue", "from_desk", "desk", "adviser", "outcome")
LEG_TIMES = ("entered_s", "start_s", "end_s", "freed_s")
DUTY = ("duty_desk", "duty_adviser")
DUTY_TIMES = ("duty_start_s", "duty_end_s")
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
        legs = _columns(self.legs, LEG, LEG_TIMES)
        return float(np.fmax(legs["end_s"], legs["freed_s"]).max(initial=-np.inf))

    def log(self) -> ContactLog:
        """Sort the rows into columns."""
        legs = _columns(self.legs, LEG, LEG_TIMES)
        duties = _columns(self.duties, DUTY, DUTY_TIMES)
        # one key instead of three: its values come nearly in order, and a stable sort makes use of that
        keys = [legs[name] for name in ("origin", "customer", "leg")]
        sizes = [int(key.max(initial=0)) + 1 for key in keys]
        by_customer = np.argsort(np.ravel_multi_index(keys, sizes), kind="stable")
        by_desk = np.lexsort([duties[name] for name in ("duty_adviser", "duty_start_s", "duty_desk")])
        columns = {name: column[by_customer] for name, column in legs.items()}
        columns |= {name: column[by_desk] for name, column in duties.items()}
        zeros = np.zeros(len(by_customer), dtype=np.int64)  # nobody returns yet, and there are no classes
        return ContactLog(
            attempt=zeros,
            entry=np.where(columns["leg"] > 0, int(Entry.TRANSFER), int(Entry.FIRST)),
            customer_class=columns["queue"].copy(),
            own_adviser=zeros - 1,
            returns=zeros.copy(),
            predicted_s=np.full(len(zeros), NAN),
            **columns,
        )


def _columns(rows: bytearray, counts: tuple[str, ...], times: tuple[str, ...]) -> dict[str, Any]:
    """Turn packed rows into columns, each in one piece of memory, which is much faster to sort."""
    table = np.frombuffer(rows, np.int64).reshape(-1, len(counts) + len(times)).T.copy()
    columns: dict[str, Any] = dict(zip(counts, table, strict=False))
    return columns | {name: table[len(counts) + i].view(np.float64) for i, name in enumerate(times)}

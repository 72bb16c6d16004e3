"""The contact log: what an engine gives back, one row per leg and one per adviser's stay on the floor."""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


class Outcome(IntEnum):
    """How a leg ended. Those up to UNRESOLVED_LIMIT were served by an adviser."""

    RESOLVED = 0
    UNRESOLVED = 1
    TRANSFERRED = 2
    UNRESOLVED_CLOSED = 3
    """Should have been handed on, but the next queue was closed."""
    UNRESOLVED_LIMIT = 4
    """Should have been handed on, but had had ``max_legs`` legs."""
    ABANDONED = 5
    BLOCKED = 6
    BALKED = 7
    TURNED_AWAY = 8
    DROPPED = 9
    CALLBACK = 10
    WAITING = 11


@dataclass(frozen=True)
class ContactLog:
    """Legs (L rows, sorted by origin, customer, leg) and duties (rows sorted by desk, start, adviser).

    Times are seconds since 00:00 of the first day, on the grid of 2^-20 s; places are indexes into the Network's
    names, -1 for none; a time that never came is NaN. See docs/rules.md.
    """

    origin: IntArray
    customer: IntArray
    attempt: IntArray
    leg: IntArray
    queue: IntArray
    from_desk: IntArray
    entered_s: FloatArray
    desk: IntArray
    adviser: IntArray
    start_s: FloatArray
    end_s: FloatArray
    freed_s: FloatArray
    outcome: IntArray
    duty_desk: IntArray
    duty_adviser: IntArray
    duty_start_s: FloatArray
    duty_end_s: FloatArray

    def __post_init__(self) -> None:
        for field in fields(self):
            getattr(self, field.name).flags.writeable = False

    def __len__(self) -> int:
        return len(self.customer)

    def equals(self, other: "ContactLog") -> bool:
        """Whether both logs hold the same rows, bit for bit (NaN equals NaN)."""
        return all(
            np.array_equal(getattr(self, f.name), getattr(other, f.name), equal_nan=f.name.endswith("_s"))
            for f in fields(self)
        )

"""The contact log: what an engine gives back, one row per leg and one per adviser's stay on the floor."""

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


class Entry(IntEnum):
    """How a leg came into its queue."""

    FIRST = 0
    TRANSFER = 1
    MISROUTED = 2
    """Handed on, as it belongs here and not where it came first."""
    REDIAL = 3
    REPEAT = 4
    CALLBACK = 5
    RESUMED = 6
    """Put back by an adviser who was interrupted."""
    APPOINTMENT = 7
    BACKLOG = 8
    """There when the horizon began."""
    NO_SHOW = 9
    """An appointment that nobody kept: only in the draws; its row has the entry APPOINTMENT."""


class Returns(IntEnum):
    """What follows the end of a leg: redial, repeat contact, or another try of a callback."""

    NONE = 0
    COMES_BACK = 1
    PENDING = 2
    """Not before the end of the horizon."""
    AT_LIMIT = 3
    """Would come, but for the limit on attempts or tries."""


class Outcome(IntEnum):
    """How a leg ended."""

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
    UNRESOLVED_BUSY = 12
    """Should have been handed on, but nobody there was free."""
    NOT_REACHED = 13
    """A callback that the customer did not answer."""
    INTERRUPTED = 14
    """Put back into its queue by an adviser who was needed for a live contact."""
    NO_SHOW = 15


ANSWERED = (
    Outcome.RESOLVED,
    Outcome.UNRESOLVED,
    Outcome.TRANSFERRED,
    Outcome.UNRESOLVED_CLOSED,
    Outcome.UNRESOLVED_LIMIT,
    Outcome.UNRESOLVED_BUSY,
)
"""Outcomes of legs that an adviser answered (he also has NOT_REACHED and INTERRUPTED legs in hand)."""

UNCOUNTED = (Outcome.INTERRUPTED, Outcome.NO_SHOW)
"""Outcomes of legs that do not count as offered; callbacks do not either: they were when they first came."""


_IS_ANSWERED: npt.NDArray[np.bool_] = np.isin(np.arange(len(Outcome)), ANSWERED)
_IS_UNCOUNTED = np.isin(np.arange(len(Outcome)), UNCOUNTED)


@dataclass(frozen=True)
class ContactLog:
    """Legs (L rows, sorted by origin, customer, leg) and duties (rows sorted by desk, start, adviser).

    Times are seconds since 00:00 of the first day, on the grid of 2^-20 s; places are indexes into the Network's
    names, -1 for none; a time that never came is NaN. ``outcome``, ``entry`` and ``returns`` hold numbers of Outcome,
    Entry and Returns. See docs/rules.md.
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
    entry: IntArray
    customer_class: IntArray
    """Row of the Network's classes: the customer's in this queue."""
    own_adviser: IntArray
    """Number of the adviser of one's own in this queue, -1 for none."""
    returns: IntArray
    predicted_s: FloatArray
    """The wait that was predicted where callbacks are offered."""
    duty_desk: IntArray
    duty_adviser: IntArray
    duty_start_s: FloatArray
    duty_end_s: FloatArray

    def __post_init__(self) -> None:
        for column in vars(self).values():
            column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """Which legs an adviser answered."""
        answered: npt.NDArray[np.bool_] = _IS_ANSWERED[self.outcome]
        return answered

    @property
    def counted(self) -> npt.NDArray[np.bool_]:
        """Which legs count as offered: those that came, not what a callback or an interruption made of them."""
        counted: npt.NDArray[np.bool_] = ~(_IS_UNCOUNTED[self.outcome] | (self.entry == Entry.CALLBACK))
        return counted

    def equals(self, other: "ContactLog") -> bool:
        """Whether both logs hold the same rows, bit for bit (NaN equals NaN)."""
        return all(
            np.array_equal(getattr(self, f.name), getattr(other, f.name), equal_nan=f.name.endswith("_s"))
            for f in fields(self)
        )

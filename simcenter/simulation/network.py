"""The network: a scenario as engines read it. Names become indexes, durations seconds on the grid, all read-only."""

from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

EXCLUSIVE, CHAT, DEFERRED = 0, 1, 2
"""Kinds of queue: one live contact at a time; live chats, several at once; a backlog worked in opening hours."""

FILE, LONGEST_IDLE, RANDOM = 0, 1, 2
"""How desks of equal rank are ordered."""


class Arrays:
    """What the parts of a network share: their arrays are made read-only, and compared bit for bit."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def equals(self, other: Self) -> bool:
        """Whether all values are the same, bit for bit (NaN equals NaN)."""
        return all(_same(getattr(self, field.name), getattr(other, field.name)) for field in fields(self))


def _same(one: object, other: object) -> bool:
    if isinstance(one, Arrays):
        return type(one) is type(other) and one.equals(other)
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    return one == other


@dataclass(frozen=True, eq=False)
class Laws(Arrays):
    """One law of a duration per queue: Q codes, their parameters, and the tables of those that need one.

    ``code`` (Q,); ``p`` (Q, 3) parameters in the meaning that the code gives them (see simulation/laws.py);
    ``table`` (n,) the concatenated tables; ``table_start`` (Q + 1,) where each queue's begins.
    """

    code: IntArray
    p: FloatArray
    table: FloatArray
    table_start: IntArray


@dataclass(frozen=True, eq=False)
class Periods(Arrays):
    """Open periods of N places: place i has rows ``first[i]:first[i + 1]`` of ``start_s`` and ``end_s``, ascending."""

    first: IntArray
    start_s: FloatArray
    end_s: FloatArray


@dataclass(frozen=True, eq=False)
class Network(Arrays):
    """All that an engine may read. T intervals, Q queues, D desks; times in seconds since 00:00 of the first day."""

    queue_names: tuple[str, ...]
    desk_names: tuple[str, ...]
    interval_s: float
    end_s: float
    """End of the horizon; T = end_s / interval_s."""
    day_start_s: FloatArray
    """(days + 1,) start of each calendar day, and the end of the horizon."""
    max_legs: int
    # queues
    kind: IntArray
    """(Q,) EXCLUSIVE, CHAT or DEFERRED."""
    volume: FloatArray
    """(T, Q) expected first attempts per interval."""
    queue_open: Periods
    drop_at_closing: BoolArray
    """(Q,)"""
    waiting_room: IntArray
    """(Q,) places to wait; -1: unlimited."""
    patience: Laws
    handle_time: Laws
    wrap_share: FloatArray
    """(Q,) mean wrap-up / mean handle time."""
    chat_speed: FloatArray
    """(Q, K) speed of each chat when 1..K are held, NaN beyond ``chat_slots``."""
    chat_slots: IntArray
    """(Q,) how many chats an adviser may hold; 1 for other queues."""
    equal_rank: IntArray
    """(Q,) FILE, LONGEST_IDLE or RANDOM."""
    # desks
    desk_open: Periods
    serves: BoolArray
    """(D, Q)"""
    rank: IntArray
    """(D, Q)"""
    priority: IntArray
    """(D, Q)"""
    after_s: FloatArray
    """(D, Q) overflow: wait before this desk may take the contact."""
    speed: FloatArray
    """(D, Q) the handle time is divided by it."""
    resolved: FloatArray
    """(D, Q) share of the legs not transferred that end resolved."""
    # transfers: row r of desk d, queue q lies in route_first[d * Q + q] : route_first[d * Q + q + 1], in file order
    route_first: IntArray
    """(D * Q + 1,)"""
    route_queue: IntArray
    """destination"""
    route_cum: FloatArray
    """cumulated share"""
    route_warm: BoolArray
    route_after_s: FloatArray
    """time spent before handing on; NaN: the full handle time"""
    route_handover_s: FloatArray
    route_factor: FloatArray
    """factor on the next leg's handle time"""

    @property
    def interval_count(self) -> int:
        """T."""
        return len(self.volume)

    @property
    def queue_count(self) -> int:
        """Q."""
        return len(self.queue_names)

    @property
    def desk_count(self) -> int:
        """D."""
        return len(self.desk_names)

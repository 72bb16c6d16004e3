"""The network: a scenario as engines read it. Names become indexes, durations seconds on the grid, all read-only."""

from dataclasses import dataclass
from typing import Any

import numpy as np

# "as" says that they may be taken from here, too.
from simcenter.simulation.arrays import Arrays as Arrays
from simcenter.simulation.arrays import BoolArray as BoolArray
from simcenter.simulation.arrays import FloatArray as FloatArray
from simcenter.simulation.arrays import IntArray as IntArray
from simcenter.simulation.arrays import Laws as Laws
from simcenter.simulation.arrays import Periods as Periods
from simcenter.simulation.rules_off import rules_off

EXCLUSIVE, CHAT, DEFERRED = 0, 1, 2
"""Kinds of queue: one live contact at a time; live chats, several at once; a backlog worked in opening hours."""

FILE, LONGEST_IDLE, RANDOM, RANDOM_ADVISER = 0, 1, 2, 3
"""How desks of equal rank are ordered; the last: any free adviser of these desks, at random."""

PRIORITY, RELATIVE = 0, 1
"""Which of the waiting contacts a desk takes: by priority, or the longest wait relative to its target."""

REDIAL, REPEAT = 0, 1
"""Kinds of return: after abandoning, blocking or balking; after a leg that ended unresolved."""

WAIT, KEEP, DISCONNECT = 0, 1, 2
"""What happens to a contact to be handed on when nobody is free for it."""

_OFF: Any = None
"""Of a field that may be left out: its rule is off."""


@dataclass(frozen=True, eq=False)
class Network(Arrays):
    """All that an engine may read. T intervals, Q queues, D desks, C classes; times in seconds since 00:00 of day one.

    Fields with a default may be left out of a network made by hand: the rule is off then (see rules_off.py).
    """

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
    """of the C classes"""
    handle_time: Laws
    """of the Q queues"""
    wrap_share: FloatArray
    """(Q,) mean wrap-up / mean handle time."""
    chat_speed: FloatArray
    """(Q, K) speed of each chat when 1..K are held, NaN beyond ``chat_slots``."""
    chat_slots: IntArray
    """(Q,) how many chats an adviser may hold; 1 for other queues."""
    equal_rank: IntArray
    """(Q,) FILE, LONGEST_IDLE, RANDOM or RANDOM_ADVISER."""
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
    # routes: cell d * C + c has those of the contacts of class row c that desk d hands on, cell D * C + q those of
    # queue q that are misrouted. Route r of a cell lies in route_first[cell] : route_first[cell + 1], in file order.
    route_first: IntArray
    """(D * C + Q + 1,); where it stops after the desks' cells, nothing is misrouted"""
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
    route_identify_s: FloatArray = _OFF
    """time that the next adviser needs to know who it is"""
    route_if_busy: IntArray = _OFF
    """WAIT, KEEP or DISCONNECT"""
    route_priority: IntArray = _OFF
    """class priority of the next leg; -1: its class's"""
    route_credit_s: FloatArray = _OFF
    """waiting time credited to the next leg; -1: what this one had waited"""
    # classes: queue q has rows class_first[q] : class_first[q + 1], the last of them for customers of no class
    class_names: tuple[str, ...] = _OFF
    """(C) "" for those of no class"""
    class_first: IntArray = _OFF
    """(Q + 1,)"""
    class_queue: IntArray = _OFF
    """(C,)"""
    class_cum: FloatArray = _OFF
    """(C,) cumulated share within the queue; of the last row 1"""
    class_priority: IntArray = _OFF
    """(C,)"""
    class_credit_s: FloatArray = _OFF
    """(C,)"""
    class_target_s: FloatArray = _OFF
    """(C,) the promise of the class's target, else the queue's; NaN: none. Deferred queues: open seconds"""
    class_in: IntArray = _OFF
    """(C, Q) the row that a customer of this row of his first queue has in queue q; -1: drawn"""
    # returns: [REDIAL, REPEAT] by queue; the delay of kind k, queue q is law k * Q + q
    return_share: FloatArray = _OFF
    """(2, Q)"""
    return_queue: IntArray = _OFF
    """(2, Q) destination"""
    return_at_most: IntArray = _OFF
    """(2, Q) attempts in all"""
    return_working: BoolArray = _OFF
    """(2, Q) whether the delay is open time of the destination"""
    return_delay: Laws = _OFF
    return_same_patience: BoolArray = _OFF
    """(Q,) whether a redial has the patience of the leg that it follows"""
    # entering a queue
    mean_handle_s: FloatArray = _OFF
    """(Q,)"""
    balking: FloatArray = _OFF
    """(Q,) share of those who would have to wait"""
    line_group: IntArray = _OFF
    """(Q,) which lines its customers hold; -1: none"""
    line_count: IntArray = _OFF
    """(G,)"""
    callback_over_s: FloatArray = _OFF
    """(Q,) predicted wait above which a callback is offered; infinite: never"""
    callback_accepted: FloatArray = _OFF
    """(Q,) share"""
    callback_reached: FloatArray = _OFF
    """(Q,) share of the tries"""
    callback_tries: IntArray = _OFF
    """(Q,)"""
    callback_retry_s: FloatArray = _OFF
    """(Q,) open time from one try to the next"""
    callback_ring_s: FloatArray = _OFF
    """(Q,) how long a try in vain takes the adviser"""
    own_share: FloatArray = _OFF
    """(Q,) share of the customers with an adviser of their own"""
    own_desk: IntArray = _OFF
    """(Q,) -1: none"""
    own_of: IntArray = _OFF
    """(Q,) of so many advisers"""
    own_wait_s: FloatArray = _OFF
    """(Q,)"""
    # desks' rules
    discipline: IntArray = _OFF
    """(D,) PRIORITY or RELATIVE"""
    min_idle: IntArray = _OFF
    """(D, Q) idle advisers that there must be to take it, the taker included"""
    interruptible: BoolArray = _OFF
    """(D, Q) whether a live contact interrupts it"""
    absence: FloatArray = _OFF
    """(D,) share of the scheduled advisers who do not come"""
    off_phone: IntArray = _OFF
    """(T, D) advisers in breaks and meetings"""
    # demand
    busyness_cv: FloatArray = _OFF
    """(Q,) of a day's factor on the volume"""
    busyness_shared: float = _OFF
    """correlation of the queues' days, 0 to 1"""
    interval_cv: FloatArray = _OFF
    """(Q,) of an interval's own factor"""
    replayed: BoolArray = _OFF
    """(Q,) whether arrivals are those of replay_s, in rows replay_first[q] : replay_first[q + 1]"""
    replay_first: IntArray = _OFF
    replay_s: FloatArray = _OFF
    """ascending within a queue"""
    replay_handle_s: FloatArray = _OFF
    """NaN: drawn"""
    slot_first: IntArray = _OFF
    """(Q + 1,) the appointments of queue q are slots slot_first[q] : slot_first[q + 1]"""
    slot_s: FloatArray = _OFF
    """ascending within a queue"""
    slot_open_s: FloatArray = _OFF
    """start of the open period that the slot lies in"""
    no_show: FloatArray = _OFF
    """(Q,) share of the appointments"""
    early_s: FloatArray = _OFF
    """(Q,) mean"""
    early_sd_s: FloatArray = _OFF
    """(Q,)"""
    appointment_priority: IntArray = _OFF
    """(Q,) class priority of who has an appointment"""
    backlog: IntArray = _OFF
    """(Q,) contacts that wait when the horizon starts"""
    warm_up_s: float = _OFF
    """what enters before it is not measured"""

    def __post_init__(self) -> None:
        for name, value in rules_off(self).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        cells = self.desk_count * len(self.class_names)
        if len(self.route_first) == cells + 1:
            last = np.repeat(self.route_first[-1:], self.queue_count)
            object.__setattr__(self, "route_first", np.concatenate([self.route_first, last]))
        super().__post_init__()

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

    @property
    def class_count(self) -> int:
        """C."""
        return len(self.class_names)

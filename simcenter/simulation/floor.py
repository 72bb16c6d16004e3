"""Desks and the advisers they have on the floor."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from simcenter.simulation.leg import Leg, Route
from simcenter.simulation.waiting import Line, Queue


@dataclass(frozen=True, slots=True)
class Serving:
    """How a desk serves a queue."""

    priority: int
    speed: float
    resolved: float
    routes: dict[int, tuple[Route, ...]]
    """By class row, where there are any."""
    min_idle: int
    """Idle advisers there must be, the one who takes it included."""
    interruptible: bool
    uncertain: bool
    """Whether a talk may be interrupted, or be a call that nobody answers."""
    usual: bool
    """Whether a leg that came in the usual way takes its handle time, and nothing else can happen with it."""


class Offer(NamedTuple):
    """What a queue has for a desk: the lines it may take from, once their head has waited ``after_s``."""

    priority: int
    queue: Queue
    after_s: float
    lines: list[Line]


class Adviser:
    """An adviser on the floor of a desk."""

    __slots__ = ("came_s", "chats", "chatting", "desk", "held", "number", "since_s")

    def __init__(self, desk: Desk, number: int, came_s: float) -> None:
        self.desk = desk
        self.number = number
        self.came_s = came_s
        self.held = 0  # contacts in hand
        self.since_s = came_s  # when that number last changed
        self.chatting = False
        self.chats: list[Leg] = []  # the chats in hand that have work


class Desk:
    """A desk: its rules, and the advisers on its floor.

    ``able`` lists those who can take something, as (held, since_s, number, adviser) in ascending order. So the first of
    them is the one to choose: for a chat always, for anything else if he is idle (if he is not, nobody is).
    """

    __slots__ = (
        "able",
        "advisers",
        "in_hand",
        "index",
        "interruptible",
        "menu",
        "overtime",
        "own_lines",
        "relative",
        "serving",
        "slots",
        "target",
        "to_leave",
        "weighs",
    )

    menu: tuple[Offer, ...]
    """Offers of the queues it serves, by priority."""
    serving: dict[int, Serving]
    """By queue that it serves."""
    slots: int
    """Chats that an adviser may hold."""
    relative: bool
    """Whether who has waited longest relative to the target of his class is first."""
    weighs: bool
    """Whether there is more to choosing a contact than priority and time: that, or those who wait for one adviser."""

    def __init__(self, index: int, queues: int) -> None:
        self.index = index
        self.advisers: dict[int, Adviser] = {}  # by number
        self.able: list[tuple[int, float, int, Adviser]] = []
        self.target = 0
        self.to_leave = 0  # how many of those on the floor are still to leave
        self.overtime = False
        self.in_hand = [0] * queues  # contacts in hand, by queue
        self.own_lines: dict[int, list[tuple[Queue, Line]]] = {}  # who waits for one adviser alone, by his number
        self.interruptible: list[tuple[float, int, Leg]] = []  # talks, as (start_s, -number, leg): the last first

    def takes(self, queue: Queue) -> bool:
        """Whether it takes contacts of a queue that it serves now."""
        if self.to_leave or not (queue.live or queue.open):
            return False
        return not self.overtime or (queue.live and not queue.open)

    def adviser_for(self, queue: Queue) -> Adviser | None:
        """The adviser who takes a contact of the queue now, if it takes any and somebody is able to."""
        if self.able and self.takes(queue):
            held, _, _, adviser = self.able[0]
            if queue.chat or held == 0:
                min_idle = self.serving[queue.index].min_idle
                return adviser if min_idle <= 1 or self.idle() >= min_idle else None
        return None

    def idle(self) -> int:
        """How many of the able are idle."""
        return bisect_left(self.able, (1,))

    def count_able(self, queue: Queue) -> int:
        """How many of the able can take a contact of the queue."""
        return len(self.able) if queue.chat else self.idle()

    def is_able(self, adviser: Adviser) -> bool:
        """Whether the adviser can take anything more: when idle, or a chat beside his chats."""
        return adviser.held == 0 or (adviser.chatting and adviser.held < self.slots)

    def place_of(self, adviser: Adviser) -> int:
        """His place among the able; -1: he is not listed."""
        place = bisect_left(self.able, (adviser.held, adviser.since_s, adviser.number, adviser))
        return place if place < len(self.able) and self.able[place][3] is adviser else -1

    def stand_by(self, adviser: Adviser) -> None:
        """List the adviser among the able."""
        entry = (adviser.held, adviser.since_s, adviser.number, adviser)
        if self.able and entry < self.able[-1]:
            insort(self.able, entry)
        else:  # nearly always: who comes free now has been so for the shortest time
            self.able.append(entry)

    def withdraw(self, adviser: Adviser) -> None:
        """Take the adviser off the list of the able, if he is on it."""
        place = self.place_of(adviser)
        if place >= 0:
            del self.able[place]

    def note_talk(self, leg: Leg) -> None:
        """Somebody talks who may be interrupted."""
        insort(self.interruptible, (leg.start_s, -leg.adviser.number, leg))

    def forget_talk(self, leg: Leg) -> None:
        """That talk is over."""
        del self.interruptible[bisect_left(self.interruptible, (leg.start_s, -leg.adviser.number))]

    def set_target(self, target: int, now_s: float, present: npt.NDArray[np.bool_] | None = None) -> list[Adviser]:
        """Change how many advisers there are to be, of those present; returns those who leave at once."""
        self.target = target
        more = target - (len(self.advisers) - self.to_leave)
        kept = min(self.to_leave, max(more, 0))
        self.to_leave -= kept
        if more > kept:
            self._come(more - kept, now_s, present)
        idle = sorted((a for a in self.advisers.values() if a.held == 0), key=lambda a: -a.number) if more < 0 else []
        leaving = idle[: max(-more, 0)]
        for adviser in leaving:
            self.withdraw(adviser)
            self.leave(adviser)
        self.to_leave += max(-more, 0) - len(leaving)
        return leaving

    def leave(self, adviser: Adviser) -> None:
        """Off the floor."""
        del self.advisers[adviser.number]

    def _come(self, count: int, now_s: float, present: npt.NDArray[np.bool_] | None) -> None:
        """Newcomers, with the lowest free numbers (of those present)."""
        number = 0
        while count:
            if number not in self.advisers and (present is None or present[number]):
                adviser = self.advisers[number] = Adviser(self, number, now_s)
                self.stand_by(adviser)
                count -= 1
            number += 1

    def has_late_work(self) -> bool:
        """Whether a live contact of a closed queue waits for it or is in hand: what advisers stay for after closing."""
        return any(
            queue.live and not queue.open and (self.in_hand[queue.index] > 0 or queue.waits_for(self.index))
            for _, queue, *_ in self.menu
        )

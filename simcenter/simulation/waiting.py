"""Queues and the lines in which legs wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from simcenter.simulation.leg import CALLBACK, Coming, Leg, Route

if TYPE_CHECKING:
    from simcenter.simulation.floor import Desk

Waiting = tuple[int, float, int, int, int, Leg]
"""(class priority, since_s, origin, customer, leg number, leg)."""

Line = list[Waiting]
"""A heap; its head, if any, still waits.

All in one line have the same class and class priority, so the head has waited longest.
"""


@dataclass(frozen=True, slots=True)
class CustomerClass:
    """One row of the Network's classes."""

    priority: int
    credit_s: float
    target_s: float


@dataclass(frozen=True, slots=True)
class OwnAdvisers:
    """A share of a queue's customers have an adviser of their own, one of ``of`` at a desk, and wait for him."""

    share: float
    desk: Desk
    of: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class CallbackOffer:
    """Callbacks of a queue: from which predicted wait they are offered, and how customers take it."""

    over_s: float
    accepted: float
    reached: float
    tries: int
    retry_s: float
    ring_s: float
    mean_handle_s: float


@dataclass(frozen=True, slots=True)
class Return:
    """A share of the customers whom a queue failed come back."""

    kind: int
    share: float
    queue: Queue
    at_most: int
    working: bool
    same_patience: bool


class Queue:
    """A queue: its rules, whether it is open now, and who waits in it.

    Those handed on by a desk may not be taken by that desk, and a desk may have to let contacts wait a while before it
    takes them, so each (desk that handed on, class priority, class) has a line of its own: then every desk takes from
    the head of a line or not at all, and nobody searches through a line, however long.
    """

    __slots__ = (
        "after",
        "appointment_priority",
        "at_once",
        "balking",
        "callback",
        "callbacks_waiting",
        "chat",
        "classes",
        "comings",
        "deters",
        "drops",
        "equal_rank",
        "group",
        "guarded",
        "index",
        "interrupters",
        "lines",
        "live",
        "misrouted",
        "offers",
        "only_row",
        "open",
        "overflow",
        "own",
        "own_lines",
        "redial",
        "repeat",
        "reserved",
        "room",
        "speeds",
        "takers",
        "waiting",
        "watched",
        "worked",
        "wrap_share",
    )

    index: int
    live: bool
    chat: bool
    drops: bool
    """Whether those waiting are dropped at closing."""
    room: float
    """Places to wait."""
    wrap_share: float
    equal_rank: int
    speeds: tuple[float, ...]
    """Of each chat while its adviser holds that many: ``speeds[n]`` for n; ``speeds[0]`` is not used."""
    takers: tuple[tuple[int, Desk], ...]
    """(rank, desk) of those that serve it, by rank, then file order."""
    at_once: tuple[tuple[int, Desk], ...]
    """Those of the takers that need not let it wait."""
    overflow: tuple[tuple[float, int, Desk], ...]
    """(after_s, rank, desk) of the others."""
    interrupters: tuple[tuple[float, Desk], ...]
    """(after_s, desk) of those of the takers at which other work may be interrupted for it, by rank."""
    offers: list[tuple[Desk, list[Line]]]
    """The takers, each with the list of this queue's lines that it may take from."""
    classes: dict[int, CustomerClass]
    """By row."""
    only_row: int
    """That of all its customers; -1: there are several."""
    appointment_priority: int
    comings: dict[float, Coming]
    """How first legs come, by class row and entry in one number."""
    misrouted: tuple[Route, ...]
    guarded: bool
    """Whether who enters needs a line, or may have an adviser of his own."""
    reserved: bool
    """Whether some desk takes it only while enough advisers are idle."""
    deters: bool
    """Whether some balk, or are offered a callback."""
    watched: bool
    """Whether something may follow the end of a leg: a line is free again, or the customer comes back."""
    balking: float
    group: int
    """Its telephone lines; -1: none."""
    callback: CallbackOffer | None
    own: OwnAdvisers | None
    redial: Return | None
    repeat: Return | None
    after: Callable[[float, float], float]
    """after(t, s): when it will have been open for s since t."""
    worked: Callable[[float], float]
    """worked(t): how long it has been open until t."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.open = False
        self.waiting = 0
        self.callbacks_waiting = 0
        self.lines: dict[tuple[int, int, int], Line] = {}  # by (desk that handed on, class priority, class row)
        self.own_lines: dict[tuple[int, int, int, int], Line] = {}  # for one's own adviser alone: his number, as above
        self.offers = []
        self.comings = {}

    def join(self, leg: Leg) -> None:
        """Let the leg wait."""
        coming = leg.coming
        line = self.lines.get(coming.line)
        if line is None:
            line = self._new_line(coming)
        if self.callback is not None and coming.entry == CALLBACK:
            self.callbacks_waiting += 1
        leg.waiting = True
        leg.line = line
        self.waiting += 1
        _, origin, customer, number = leg.key
        heappush(line, (coming.priority, leg.since_s, origin, customer, number, leg))

    def join_own(self, leg: Leg) -> None:
        """Let the leg wait for its own adviser alone."""
        coming, own = leg.coming, self.own
        assert own is not None
        key = (coming.own, *coming.line)
        line = self.own_lines.get(key)
        if line is None:
            line = self.own_lines[key] = []
            own.desk.own_lines.setdefault(coming.own, []).append((self, line))
        leg.waiting = True
        leg.line = line
        self.waiting += 1
        _, origin, customer, number = leg.key
        heappush(line, (coming.priority, leg.since_s, origin, customer, number, leg))

    def leave(self, leg: Leg) -> None:
        """Take the leg out of its line: answered, abandoned or dropped."""
        leg.waiting = False
        self.waiting -= 1
        if self.callback is not None and leg.coming.entry == CALLBACK:
            self.callbacks_waiting -= 1
        line = leg.line
        # who left from the middle is forgotten when the head comes to him
        while line and not (line[0][5].waiting and line[0][5].line is line):
            heappop(line)

    def waits_for(self, desk: int) -> bool:
        """Whether anybody waits whom the desk did not hand on."""
        if not self.waiting:
            return False
        if any(line and from_desk != desk for (from_desk, _, _), line in self.lines.items()):
            return True
        return any(line and from_desk != desk for (_, from_desk, _, _), line in self.own_lines.items())

    def in_order(self) -> list[Leg]:
        """All who wait, the first to enter first."""
        lines = [*self.lines.values(), *self.own_lines.values()]
        legs = [row[5] for line in lines for row in line if row[5].waiting and row[5].line is line]
        return sorted(legs, key=lambda leg: (leg.entered_s, leg.key))

    def _new_line(self, coming: Coming) -> Line:
        line: Line = []
        self.lines[coming.line] = line
        for desk, lines in self.offers:
            if desk.index != coming.from_desk:
                lines.append(line)
        return line

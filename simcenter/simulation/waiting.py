"""Legs and the lines they wait in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simcenter.simulation.floor import Adviser, Desk, Serving
    from simcenter.simulation.happenings import Happening

LegKey = tuple[int, int, int, int]
"""(queue, origin, customer, leg): the leg's place in the order of events at one instant."""

Chances = tuple[float, float, float, float, float, float]
"""Entry and what the draws say: entered_s, patience_s, base_handle_s, uniforms transfer, resolved and equal_rank."""

Line = list[tuple[float, int, int, "Leg"]]
"""A heap of (entered_s, origin, customer, leg); its head, if any, still waits."""


@dataclass(frozen=True, slots=True)
class Route:
    """One transfer of a desk: the legs whose uniform lies below ``cum`` (and not below the route before) go there."""

    queue: Queue
    cum: float
    warm: bool
    after_s: float
    """Time spent before handing on; NaN: the full handle time."""
    handover_s: float
    factor: float


class Leg:
    """One stay of a customer in one queue: first what it is, then what became of it.

    Attributes are set when they come to matter: those from ``serving`` on when an adviser answers, those from
    ``left_s`` on for chats only. To SimPy a leg is the event of its own end of service (``callbacks``, ``_ok``).
    """

    __slots__ = (
        "adviser",
        "callbacks",
        "chances",
        "end_s",
        "ending",
        "entered_s",
        "factor",
        "from_desk",
        "handover_s",
        "holder",
        "key",
        "left_s",
        "outcome",
        "queue",
        "route",
        "serving",
        "settled_s",
        "start_s",
        "talking",
        "waiting",
        "wrap_s",
    )

    _ok = True
    callbacks: Sequence[Callable[[Leg], None]]

    queue: Queue
    key: LegKey
    chances: Chances
    entered_s: float
    from_desk: int
    """The desk that handed it on; -1: nobody."""
    factor: float
    """On the handle time, from the transfer that made this leg."""
    holder: Leg | None
    """The leg before, whose adviser holds the customer until this one is answered (warm transfer)."""
    handover_s: float
    """How long the holder stays on then."""
    waiting: bool

    serving: Serving
    adviser: Adviser
    start_s: float
    wrap_s: float
    route: Route | None
    end_s: float
    outcome: int

    left_s: float
    """Work left at ``settled_s``, at full attention."""
    settled_s: float
    ending: Happening | None
    """The end that counts (speeds change: earlier ones are off); None while the chat has no work."""
    talking: bool

    def __init__(
        self,
        queue: Queue,
        key: LegKey,
        chances: Chances,
        from_desk: int = -1,
        factor: float = 1.0,
    ) -> None:
        self.queue = queue
        self.key = key
        self.chances = chances
        self.entered_s = chances[0]
        self.from_desk = from_desk
        self.factor = factor
        self.holder = None


class Queue:
    """A queue: its rules, whether it is open now, and who waits in it.

    Those handed on by a desk may not be taken by that desk, so they wait in a line of their own: then every desk takes
    from the head of a line or not at all, and nobody searches through a line, however long.
    """

    __slots__ = (
        "at_once",
        "chat",
        "drops",
        "equal_rank",
        "index",
        "lines",
        "live",
        "open",
        "overflow",
        "room",
        "speeds",
        "takers",
        "waiting",
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
    takers: tuple[Desk, ...]
    """The desks that serve it, by rank, then file order."""
    at_once: tuple[tuple[int, Desk], ...]
    """(rank, desk) of the takers that need not let it wait."""
    overflow: tuple[tuple[float, int, Desk], ...]
    """(after_s, rank, desk) of the others."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.open = False
        self.waiting = 0
        self.lines: dict[int, Line] = {-1: []}  # by the desk that handed on

    def join(self, leg: Leg) -> None:
        """Let the leg wait."""
        leg.waiting = True
        self.waiting += 1
        _, origin, customer, _ = leg.key
        heappush(self.lines[leg.from_desk], (leg.entered_s, origin, customer, leg))

    def leave(self, leg: Leg) -> None:
        """Take the leg out of its line: answered, abandoned or dropped."""
        leg.waiting = False
        self.waiting -= 1
        line = self.lines[leg.from_desk]
        while line and not line[0][3].waiting:  # who left from the middle is forgotten when the head comes to him
            heappop(line)

    def in_order(self) -> list[Leg]:
        """All who wait, the longest waiting first."""
        rows = [row for line in self.lines.values() for row in line if row[3].waiting]
        return [leg for _, _, _, leg in sorted(rows)]

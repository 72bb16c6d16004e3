"""Legs: one stay of a customer in one queue, how it came to be, and where it may be handed on to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Any

from simcenter.simulation.log import Entry

if TYPE_CHECKING:
    from simcenter.simulation.floor import Adviser, Desk, Serving
    from simcenter.simulation.happenings import Happening
    from simcenter.simulation.waiting import Line, Queue

LegKey = tuple[int, int, int, int]
"""(queue, origin, customer, leg): the leg's place in the order of events at one instant."""

Chances = tuple[float, ...]
"""Entry and what the draws say: entered_s, patience_s, base_handle_s, uniforms transfer, resolved and equal_rank.

Those of first legs go on with the customer's number, and class row and entry in one number.
"""

NAN = float("nan")
pack_coming = Struct("=4ibd").pack
"""from_desk, class row, own adviser, attempt, entry, predicted_s: the part of a row of the log that a coming knows."""
SETTLED = (
    "entry", "class_row", "priority", "credit_s", "attempt", "hops", "from_desk", "factor", "identify_s", "brought_s",
    "own", "predicted_s", "tries", "work",
)  # fmt: skip
"""What a coming is made of."""
CALLBACK, RESUMED = int(Entry.CALLBACK), int(Entry.RESUMED)


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
    identify_s: float
    if_busy: int
    priority: int
    """Class priority of the next leg; -1: its class's."""
    credit_s: float
    """Of the next leg; -1: what this one had waited."""
    entry: int
    """TRANSFER or MISROUTED."""
    comings: dict[tuple[int, int, int, int], Coming]
    """How those handed on come, by (class row there, attempt, transfers before, desk that hands on)."""


def chosen(routes: Sequence[Route], u: float) -> Route | None:
    """The route of a leg with this uniform; None: it is not handed on."""
    for route in routes:
        if u < route.cum:
            return route
    return None


@dataclass(frozen=True, slots=True)
class Work:
    """What an adviser has to do, or has left to do when he is interrupted; seconds at the desk's speed."""

    talk_s: float
    wrap_s: float
    route: Route | None
    kept: tuple[float, float]
    """Talk and wrap-up if it was to be handed on, but is kept as all there are busy."""
    desk: Desk
    """Where that was settled."""


class Coming:
    """How a leg comes to its queue: what is settled before it enters. Never changed, and shared by legs alike.

    Parameters
    ----------
    entry : int
        See ``Entry``.
    class_row, priority : int
        The customer's class in this queue, and the class priority.
    credit_s : float
        Of the class and of the route that made the leg, the latter also as ``brought_s``.
    attempt, hops : int
        The attempt, and how many transfers there were in it so far.
    from_desk : int
        The desk that handed it on; -1: nobody.
    factor, identify_s : float
        Of that transfer: on the handle time, and before it.
    own : int
        Number of the customer's own adviser; -1: none.
    predicted_s : float
        Predicted wait; NaN: none.
    tries : int
        Number of the try of a callback.
    work : Work, optional
        Of a resumed leg.
    """

    __slots__ = (
        "attempt",
        "brought_s",
        "class_row",
        "credit_s",
        "entry",
        "factor",
        "from_desk",
        "hops",
        "identify_s",
        "line",
        "own",
        "packed",
        "predicted_s",
        "priority",
        "tries",
        "usual",
        "work",
    )

    def __init__(
        self,
        entry: int,
        class_row: int,
        priority: int,
        credit_s: float,
        *,
        attempt: int = 0,
        hops: int = 0,
        from_desk: int = -1,
        factor: float = 1.0,
        identify_s: float = 0.0,
        brought_s: float = 0.0,
        own: int = -1,
        predicted_s: float = NAN,
        tries: int = 0,
        work: Work | None = None,
    ) -> None:
        self.entry, self.attempt, self.hops, self.from_desk = entry, attempt, hops, from_desk
        self.class_row, self.priority, self.credit_s, self.brought_s = class_row, priority, credit_s, brought_s
        self.factor, self.identify_s = factor, identify_s
        self.own, self.predicted_s, self.tries, self.work = own, predicted_s, tries, work
        self.line = (from_desk, priority, class_row)
        """Which of its queue's lines it waits in."""
        self.usual = factor == 1.0 and identify_s == 0.0 and work is None
        """Whether its handle time is as drawn."""
        self.packed = pack_coming(from_desk, class_row, own, attempt, entry, predicted_s)

    def but(self, **changes: Any) -> Coming:
        """The same with other values."""
        values = {name: getattr(self, name) for name in SETTLED}
        return Coming(**values | changes)


class Leg:
    """One stay of a customer in one queue: first what it is, then what became of it.

    Attributes are set when they come to matter: those from ``serving`` on when an adviser answers, those from
    ``left_s`` on for chats only. To SimPy a leg is the event of its own end of service (``callbacks``, ``_ok``).
    """

    __slots__ = (
        "adviser",
        "callbacks",
        "chances",
        "coming",
        "end_s",
        "ending",
        "entered_s",
        "handover_s",
        "holder",
        "kept",
        "key",
        "left_s",
        "line",
        "outcome",
        "queue",
        "returns",
        "route",
        "serving",
        "settled_s",
        "since_s",
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
    coming: Coming
    entered_s: float
    since_s: float
    """When it entered, less its credit: since when it has waited."""
    holder: Leg | None
    """The leg before, whose adviser holds the customer until this one is answered (warm transfer)."""
    handover_s: float
    """How long the holder stays on then."""
    returns: int
    waiting: bool
    line: Line
    """Where it waits."""

    serving: Serving
    adviser: Adviser
    start_s: float
    wrap_s: float
    route: Route | None
    kept: tuple[float, float]
    """Talk and wrap-up if it is kept; set where its route may be kept."""
    end_s: float
    outcome: int

    left_s: float
    """Work left at ``settled_s``, at full attention."""
    settled_s: float
    ending: Happening | None
    """The end that counts (speeds change: earlier ones are off); None while the chat has no work."""
    talking: bool

    def __init__(self, queue: Queue, key: LegKey, chances: Chances, coming: Coming) -> None:
        self.queue = queue
        self.key = key
        self.chances = chances
        self.coming = coming
        self.entered_s = entered_s = chances[0]
        self.since_s = entered_s - coming.credit_s
        self.holder = None
        self.returns = 0

"""What is put on SimPy's list of events, besides the legs: plain objects with the two things that SimPy asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from simcenter.simulation.floor import Desk
from simcenter.simulation.leg import Leg
from simcenter.simulation.waiting import Queue

Place = TypeVar("Place", Queue, Desk)


class Happening:
    """An event about a leg: what SimPy asks of one, and no more. SimPy calls each of ``callbacks`` with it."""

    __slots__ = ("callbacks", "leg")

    _ok = True

    def __init__(self, callbacks: Sequence[Callable[[Any], None]], leg: Leg) -> None:
        self.callbacks = callbacks
        self.leg = leg


class Overflow(Happening):
    """The end of a leg's overflow wait for one desk."""

    __slots__ = ("desk",)

    def __init__(self, callbacks: Sequence[Callable[[Any], None]], leg: Leg, desk: Desk) -> None:
        super().__init__(callbacks, leg)
        self.desk = desk


class Series(Generic[Place]):
    """Happenings that are known ahead, of one queue or desk: only the next of them is on SimPy's list."""

    __slots__ = ("callbacks", "handlers", "key", "moment", "moments", "place")

    _ok = True

    def __init__(
        self, kind: int, place: Place, moments: Iterator[tuple[Any, ...]], handler: Callable[[Series[Place]], None]
    ) -> None:
        self.key = (kind, place.index)
        self.place: Place = place
        self.moments = moments
        self.moment: tuple[Any, ...] = (0.0,)
        """The next of the moments: its time, and what happens."""
        self.handlers: list[Callable[[Series[Place]], None]] = [handler]
        self.callbacks: list[Callable[[Series[Place]], None]] | None = None

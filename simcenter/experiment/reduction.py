"""Reductions: what is made of replications where they are played, so that little has to be sent and added up after.

A *reduction* says what is wanted; a *partial* is what one block of replications comes to. For each block the process
that plays it makes a fresh partial, adds every replication to it, in order, and sends the partial back; in the parent
the partials are merged, in the order of their blocks. With one process it goes the same way, so that the number of
processes changes no bit.

To write one: a frozen, picklable class with ``start``, and a class of partials with ``add`` and ``merge``. A reduction
is sent once to each process, a partial once for each block: it should hold arrays, and nothing that the parent has
already (define ``__reduce__`` or ``__getstate__`` if it needs more than that to add up).

>>> @dataclass(frozen=True)
... class Offered:  # how many legs there were, in all
...     def start(self, meter, replications):
...         return OfferedSoFar()
>>> class OfferedSoFar:
...     legs = 0
...     def add(self, tally, log):
...         self.legs += int(tally.queues["offered"].sum())
...     def merge(self, later):
...         self.legs += later.legs
>>> players.reduce(Offered(), staffing, seed=1, replications=range(100)).legs
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar

from simcenter.measures.meter import Meter
from simcenter.measures.tally import Tally
from simcenter.simulation.log import ContactLog


class Partial(Protocol):
    """What some replications one after the other come to."""

    def add(self, tally: Tally, log: ContactLog) -> None:
        """The next replication; its log is let go afterwards unless it is kept here."""
        ...

    def merge(self, later: Self) -> None:
        """The partial of the replications that come next."""
        ...


P_co = TypeVar("P_co", bound=Partial, covariant=True)


class Reduction(Protocol[P_co]):
    """What is wanted of replications. Picklable, and never changed once it was used."""

    def start(self, meter: Meter, replications: range) -> P_co:
        """The partial of these replications, none of which has been added so far."""
        ...


@dataclass(frozen=True)
class Several:
    """Several reductions at once; the partial has theirs as ``parts``, in the same order."""

    reductions: tuple[Reduction[Partial], ...]

    def start(self, meter: Meter, replications: range) -> "SeveralPartial":
        """The partials of all."""
        return SeveralPartial([one.start(meter, replications) for one in self.reductions])


class SeveralPartial:
    """The partials of several reductions."""

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = list(parts)

    def add(self, tally: Tally, log: ContactLog | None = None) -> None:
        """The next replication."""
        for part in self.parts:
            part.add(tally, log)

    def merge(self, later: "SeveralPartial") -> None:
        """The partials of the replications that come next."""
        for mine, his in zip(self.parts, later.parts, strict=True):
            mine.merge(his)


@dataclass(frozen=True)
class Tallies:
    """The tallies themselves: as many numbers to send as there are."""

    def start(self, meter: Meter, replications: range) -> "TalliesSoFar":
        """No tallies."""
        return TalliesSoFar()


@dataclass
class TalliesSoFar:
    """Tallies in the order of their replications."""

    tallies: list[Tally] = field(default_factory=list)

    def add(self, tally: Tally, log: ContactLog) -> None:
        """The next replication."""
        self.tallies.append(tally)

    def merge(self, later: "TalliesSoFar") -> None:
        """The tallies of the replications that come next."""
        self.tallies += later.tallies


@dataclass(frozen=True)
class Logs:
    """The logs of the replications below number ``end``."""

    end: int

    def start(self, meter: Meter, replications: range) -> "LogsSoFar":
        """No logs."""
        return LogsSoFar(replications, self.end)


class LogsSoFar:
    """``kept``: numbers of replications with their logs, in order."""

    def __init__(self, replications: range, end: int) -> None:
        self._coming, self._end = replications, end
        self.kept: list[tuple[int, ContactLog]] = []

    def add(self, tally: Tally, log: ContactLog | None = None) -> None:
        """The next replication; a log that is not there is not kept."""
        number, self._coming = self._coming[0], self._coming[1:]
        if number < self._end and log is not None:
            self.kept.append((number, log))

    def merge(self, later: "LogsSoFar") -> None:
        """The logs of the replications that come next."""
        self.kept += later.kept

"""Journeys: what each customer lived through from first arrival to last leg, by origin queue and interval."""

import numpy as np
import numpy.typing as npt

from simcenter.measures.legs import Legs
from simcenter.measures.rules import Rule
from simcenter.measures.tally import Sums
from simcenter.simulation.log import Entry, Outcome, Returns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Customers:
    """The customers of a log, and where their stories are counted.

    Parameters
    ----------
    legs : Legs
        Of a log sorted by origin, customer, leg.
    warm_up_s : float
        Who came before it is left out, with the whole story.
    shape : (int, int)
        T + 1, Q.
    appointments : bool
        Whether there may be any that nobody kept: no customers.
    """

    def __init__(self, legs: Legs, warm_up_s: float, shape: tuple[int, int], *, appointments: bool) -> None:
        log, self._shape = legs.log, shape
        self.first = np.flatnonzero(log.leg == 0)
        self.last = np.append(self.first[1:], len(log))[: len(self.first)] - 1
        self.whose = np.repeat(np.arange(len(self.first)), self.last - self.first + 1)
        self._kept: BoolArray | slice = slice(None)
        if warm_up_s or appointments:
            self._kept = (log.entered_s[self.first] >= warm_up_s) & (log.outcome[self.first] != Outcome.NO_SHOW)
        self._cell = (legs.row[self.first] * shape[1] + log.origin[self.first])[self._kept]
        self._size = shape[0] * shape[1]

    def __len__(self) -> int:
        return len(self.first)

    def legs(self, mask: BoolArray) -> IntArray:
        """How many legs of ``mask`` (L,) each customer has."""
        return np.bincount(self.whose[np.flatnonzero(mask)], minlength=len(self))

    def sums(self, values: FloatArray, mask: BoolArray | None) -> FloatArray:
        """Sums of ``values`` (L,) over the legs of ``mask`` of each customer; None: over all."""
        values = values if mask is None else np.where(mask, values, 0.0)
        return np.asarray(np.add.reduceat(values, self.first)) if len(self) else values

    def all(self) -> IntArray:
        """How many customers there are in each cell."""
        return np.bincount(self._cell, minlength=self._size).reshape(self._shape)

    def count(self, mask: BoolArray) -> IntArray:
        """How many customers of ``mask`` there are in each cell."""
        return np.bincount(self._cell[mask[self._kept]], minlength=self._size).reshape(self._shape)

    def total(self, values: IntArray | FloatArray) -> FloatArray:
        """Sums of the customers' values in each cell."""
        sums = np.bincount(self._cell, weights=values[self._kept], minlength=self._size)
        return np.asarray(sums, dtype=np.float64).reshape(self._shape)


def journey_sums(legs: Legs, warm_up_s: float, shape: tuple[int, int], rules: frozenset[Rule]) -> Sums:
    """Counts and sums over customers, each ``shape`` = (T + 1, Q): interval of the first arrival, origin queue.

    Legs are those that count as offered.
    """
    log = legs.log
    who = Customers(legs, warm_up_s, shape, appointments="appointments" in rules)
    # counted, whenever they came: a story is told whole, or not at all
    counted = log.counted if rules & {"callback", "interruptions", "appointments"} else None
    handed_on = who.legs(log.outcome == Outcome.TRANSFERRED)
    answered = who.legs(legs.served) > 0
    resolving = np.flatnonzero(log.outcome == Outcome.RESOLVED)
    settled = np.zeros(len(who), dtype=np.bool_)
    settled[who.whose[resolving]] = True
    resolution_s = np.zeros(len(who))
    resolution_s[who.whose[resolving]] = log.end_s[resolving] - log.entered_s[who.first[who.whose[resolving]]]
    outcome, returns = log.outcome[who.last], log.returns[who.last]
    still = (outcome == Outcome.WAITING) | (returns == Returns.PENDING)
    contacts, resolved = who.all(), who.count(settled)
    each = who.last - who.first + 1 if counted is None else who.legs(counted)
    sums: dict[str, IntArray | FloatArray] = {
        "contacts": contacts,
        "attempts": contacts,
        "legs": who.total(each).astype(np.int64),
        "answered_customers": who.count(answered),
        "transferred": who.count(handed_on >= 1),
        "bounced": who.count(handed_on >= 2),
        "resolved_first": resolved,
        "lost": who.count(~answered & ~still),
        "resolved_customers": resolved,
        "journey_wait_s": who.total(who.sums(legs.wait_s, counted)),
        "resolution_s": who.total(resolution_s),
        "at_limit": who.count((outcome == Outcome.UNRESOLVED_LIMIT) & (returns == Returns.NONE)),
    }
    if "returns" in rules:
        settled[who.whose[resolving[log.attempt[resolving] > 0]]] = False
        at_limit = (returns == Returns.AT_LIMIT) & (outcome != Outcome.NOT_REACHED)
        sums["attempts"] = who.total(log.attempt[who.last] + 1).astype(np.int64)
        sums["resolved_first"] = who.count(settled)
        sums["at_limit"] = sums["at_limit"] + who.count(at_limit)
        sums["pending"] = who.count(returns == Returns.PENDING)
    if "transfers" in rules:
        passed = (legs.stays.entry == Entry.TRANSFER) | (legs.stays.entry == Entry.MISROUTED)
        sums["passed_on_s"] = who.total(who.sums(legs.wait_s, passed if counted is None else passed & counted))
    return sums

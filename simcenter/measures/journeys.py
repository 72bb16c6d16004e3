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


def journey_sums(legs: Legs, warm_up_s: float, shape: tuple[int, int], rules: frozenset[Rule]) -> Sums:
    """Counts and sums over customers, each ``shape`` = (T + 1, Q): interval of the first arrival, origin queue.

    Customers whose first attempt came in the warm-up are left out with their whole story, and those who did not keep
    their appointment. Legs are those that count as offered.
    """
    log = legs.log
    first = np.flatnonzero(log.leg == 0)
    ends = np.append(first[1:], len(log))
    last = ends[: len(first)] - 1
    whose = np.repeat(np.arange(len(first)), last - first + 1)
    kept: BoolArray | slice = slice(None)
    if warm_up_s or "appointments" in rules:
        kept = (log.entered_s[first] >= warm_up_s) & (log.outcome[first] != Outcome.NO_SHOW)
    cell = (legs.row[first] * shape[1] + log.origin[first])[kept]
    cells = shape[0] * shape[1]

    def per_customer(mask: BoolArray) -> IntArray:
        """How many legs of ``mask`` each customer has."""
        return np.bincount(whose[np.flatnonzero(mask)], minlength=len(first))

    def waited(mask: BoolArray | None) -> FloatArray:
        """What each customer waited in the legs of ``mask``, None: in all."""
        values = legs.wait_s if mask is None else np.where(mask, legs.wait_s, 0.0)
        return np.asarray(np.add.reduceat(values, first)) if len(first) else values

    def count(customers: BoolArray) -> IntArray:
        return np.bincount(cell[customers[kept]], minlength=cells).reshape(shape)

    def total(values: IntArray | FloatArray) -> FloatArray:
        return np.asarray(np.bincount(cell, weights=values[kept], minlength=cells), dtype=np.float64).reshape(shape)

    # counted, whenever they came: a story is told whole, or not at all
    counted = log.counted if rules & {"callback", "interruptions", "appointments"} else None
    handed_on = per_customer(log.outcome == Outcome.TRANSFERRED)
    answered = per_customer(legs.served) > 0
    resolving = np.flatnonzero(log.outcome == Outcome.RESOLVED)
    settled = np.zeros(len(first), dtype=np.bool_)
    settled[whose[resolving]] = True
    resolution_s = np.zeros(len(first))
    resolution_s[whose[resolving]] = log.end_s[resolving] - log.entered_s[first[whose[resolving]]]
    outcome, returns = log.outcome[last], log.returns[last]
    still = (outcome == Outcome.WAITING) | (returns == Returns.PENDING)
    contacts, settled_here = np.bincount(cell, minlength=cells).reshape(shape), count(settled)
    sums: dict[str, IntArray | FloatArray] = {
        "contacts": contacts,
        "attempts": contacts,
        "legs": total(last - first + 1 if counted is None else per_customer(counted)).astype(np.int64),
        "answered_customers": count(answered),
        "transferred": count(handed_on >= 1),
        "bounced": count(handed_on >= 2),
        "resolved_first": settled_here,
        "lost": count(~answered & ~still),
        "resolved_customers": settled_here,
        "journey_wait_s": total(waited(counted)),
        "resolution_s": total(resolution_s),
        "at_limit": count((outcome == Outcome.UNRESOLVED_LIMIT) & (returns == Returns.NONE)),
    }
    if "returns" in rules:
        settled[whose[resolving[log.attempt[resolving] > 0]]] = False
        at_limit = (returns == Returns.AT_LIMIT) & (outcome != Outcome.NOT_REACHED)
        sums["attempts"] = total(log.attempt[last] + 1).astype(np.int64)
        sums["resolved_first"] = count(settled)
        sums["at_limit"] = sums["at_limit"] + count(at_limit)
        sums["pending"] = count(returns == Returns.PENDING)
    if "transfers" in rules:
        passed = (legs.stays.entry == Entry.TRANSFER) | (legs.stays.entry == Entry.MISROUTED)
        sums["passed_on_s"] = total(waited(passed if counted is None else passed & counted))
    return sums

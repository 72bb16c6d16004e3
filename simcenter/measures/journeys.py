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
    begins = log.leg == 0
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(log)) - 1 if len(first) else first
    whose = np.cumsum(begins) - 1
    kept: BoolArray | slice = slice(None)
    if warm_up_s or "appointments" in rules:
        kept = (log.entered_s[first] >= warm_up_s) & (log.outcome[first] != Outcome.NO_SHOW)
    cell = (legs.row[first] * shape[1] + log.origin[first])[kept]
    cells = shape[0] * shape[1]

    def per_customer(mask: BoolArray, values: FloatArray | None = None) -> FloatArray | IntArray:
        """How many legs of ``mask`` each customer has, or the sums of their values."""
        return np.bincount(whose[mask], None if values is None else values[mask], minlength=len(first))

    def count(customers: BoolArray) -> IntArray:
        return np.bincount(cell[customers[kept]], minlength=cells).reshape(shape)

    def total(values: IntArray | FloatArray) -> FloatArray:
        return np.asarray(np.bincount(cell, weights=values[kept], minlength=cells), dtype=np.float64).reshape(shape)

    # the story of those who came in the warm-up is not told, but other legs are: these masks know no warm-up
    simple = not rules & {"callback", "interruptions", "appointments"}
    counted: BoolArray = np.ones(len(log), dtype=np.bool_) if simple else log.counted
    handed_on = per_customer(log.outcome == Outcome.TRANSFERRED)
    answered = per_customer(log.answered) > 0
    resolved = log.outcome == Outcome.RESOLVED
    settled = per_customer(resolved) > 0
    resolution_s = np.where(resolved, log.end_s - log.entered_s[first][whose], 0.0)
    still = (log.outcome[last] == Outcome.WAITING) | (log.returns[last] == Returns.PENDING)
    limit = (log.outcome[last] == Outcome.UNRESOLVED_LIMIT) & (log.returns[last] == Returns.NONE)
    limit |= (log.returns[last] == Returns.AT_LIMIT) & (log.outcome[last] != Outcome.NOT_REACHED)
    sums: dict[str, IntArray | FloatArray] = {
        "contacts": np.bincount(cell, minlength=cells).reshape(shape),
        "attempts": total(log.attempt[last] + 1).astype(np.int64),
        "legs": total(per_customer(counted)).astype(np.int64),
        "answered_customers": count(answered),
        "transferred": count(handed_on >= 1),
        "bounced": count(handed_on >= 2),
        "resolved_first": count(per_customer(resolved & (log.attempt == 0)) > 0),
        "lost": count(~answered & ~still),
        "resolved_customers": count(settled),
        "journey_wait_s": total(per_customer(counted, legs.wait_s)),
        "resolution_s": total(per_customer(resolved, resolution_s)),
        "at_limit": count(limit),
    }
    if "returns" in rules:
        sums["pending"] = count(log.returns[last] == Returns.PENDING)
    if "transfers" in rules:
        passed = counted & ((legs.stays.entry == Entry.TRANSFER) | (legs.stays.entry == Entry.MISROUTED))
        sums["passed_on_s"] = total(per_customer(passed, legs.wait_s))
    return sums

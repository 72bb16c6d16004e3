"""Journeys: what each customer lived through from first arrival to last leg, by origin queue and interval."""

import numpy as np
import numpy.typing as npt

from simcenter.measures.tally import Sums
from simcenter.simulation.log import ContactLog, Outcome

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def journey_sums(log: ContactLog, row: IntArray, wait_s: FloatArray, shape: tuple[int, int]) -> Sums:
    """Counts and sums over customers, each ``shape`` = (T + 1, Q): interval of the first arrival, origin queue.

    Parameters
    ----------
    log : ContactLog
        Sorted by origin, customer, leg.
    row : (L,) int array
        The interval in which each leg entered its queue.
    wait_s : (L,) float array
        The wait of each leg.
    """
    first = np.flatnonzero(log.leg == 0)
    last = np.append(first[1:], len(log)) - 1 if len(first) else first
    cell = row[first] * shape[1] + log.origin[first]
    cells = shape[0] * shape[1]

    def per_customer(legs: FloatArray | BoolArray) -> FloatArray:
        """Sums over each customer's legs."""
        values = np.asarray(legs, dtype=np.float64)
        return np.asarray(np.add.reduceat(values, first)) if len(first) else values

    def count(customers: BoolArray) -> IntArray:
        return np.bincount(cell[customers], minlength=cells).reshape(shape)

    def total(values: IntArray | FloatArray) -> FloatArray:
        return np.asarray(np.bincount(cell, weights=values, minlength=cells), dtype=np.float64).reshape(shape)

    handed_on = per_customer(log.outcome == Outcome.TRANSFERRED)
    answered = per_customer(log.desk >= 0) > 0
    resolved = log.outcome == Outcome.RESOLVED
    customer = np.repeat(np.arange(len(first)), last - first + 1)
    in_first_attempt = log.attempt == log.attempt[first][customer]
    resolved_leg = np.flatnonzero(resolved)
    resolution_s = np.zeros(len(first))
    resolution_s[customer[resolved_leg]] = log.end_s[resolved_leg] - log.entered_s[first][customer[resolved_leg]]
    still_waiting = log.outcome[last] == Outcome.WAITING
    return {
        "contacts": np.bincount(cell, minlength=cells).reshape(shape),
        "attempts": total(log.attempt[last] - log.attempt[first] + 1).astype(np.int64),
        "legs": total(last - first + 1).astype(np.int64),
        "answered_customers": count(answered),
        "transferred": count(handed_on >= 1),
        "bounced": count(handed_on >= 2),
        "resolved_first": count(per_customer(resolved & in_first_attempt) > 0),
        "lost": count(~answered & ~still_waiting),
        "resolved_customers": count(per_customer(resolved) > 0),
        "journey_wait_s": total(per_customer(wait_s)),
        "resolution_s": total(resolution_s),
    }

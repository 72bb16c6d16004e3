"""Carry: how much work may be in hand when an interval ends, whatever is taken when: at most, on average.

An adviser who leaves finishes what he has in hand, and costs nothing more: the only work that a plan gets for nothing
(beside overtime). A bound on cost needs to know how much of it there can be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simcenter.planning.centre import FloatArray

CELLS = 4096
"""Equally likely parts that stand for a law of handle times."""
STEPS = 180
"""Steps of an interval."""
EDGES = np.arange(1, CELLS) / CELLS
"""Shares between the parts of a law: (CELLS - 1,)."""


@dataclass(frozen=True)
class Work:
    """What a contact may take of an adviser: its mean, and (n,) equally likely times, ascending, each no longer than
    what it stands for."""

    mean_s: float
    least_s: FloatArray

    @classmethod
    def of(cls, quantile_s: FloatArray, mean_s: float, factor: float) -> "Work":
        """A law by its quantiles at ``EDGES`` and its mean, all times ``factor``."""
        return cls(mean_s * factor, np.concatenate([[0.0], quantile_s]) * factor)

    @classmethod
    def constant(cls, seconds: float) -> "Work":
        """Always the same."""
        return cls(seconds, np.array([seconds]))

    def beyond(self, moment_s: FloatArray) -> FloatArray:
        """What is done after ``moment_s`` (...,) from its start, on average: not less than that."""
        count = len(self.least_s)
        over = np.searchsorted(self.least_s, moment_s, side="right")
        total = np.concatenate([[0.0], np.cumsum(self.least_s)])
        done = (total[over] + np.where(over < count, moment_s, 0.0) * (count - over)) / count
        return np.asarray(np.maximum(self.mean_s - done, 0.0))

    def by(self, moment_s: FloatArray) -> FloatArray:
        """The share that is over by ``moment_s`` (...,) from its start: not less than that."""
        return np.asarray(np.searchsorted(self.least_s, moment_s, side="right") / len(self.least_s))


def most_in_hand(works: Sequence[Work], interval_s: float, over_s: FloatArray) -> FloatArray:
    """What one adviser has in hand at the end of an interval beyond ``over_s``, of contacts begun within it.

    The most that any way to choose when to take which contact can make of it on average, who chooses knowing nothing
    of how long contacts will take: with u seconds left and nothing in hand,

        V(u) = max over v <= u and works h of  E (h - v - over)+  +  E V(v - h) 1{h <= v},

    from the end backwards in steps, each rounded up: ``V`` grows with u, and with less work.

    Parameters
    ----------
    works : sequence of Work
        What contacts there may be.
    interval_s : float
    over_s : (n,) float array

    Returns
    -------
    (n,) float array
        Seconds.
    """
    step_s = interval_s / STEPS
    edge_s: FloatArray = step_s * np.arange(STEPS + 1.0)
    value = np.zeros((len(over_s), STEPS + 1))
    # part[j]: the share of contacts over after j to j + 1 steps; those over at once change nothing
    parts = [np.diff(work.by(edge_s), prepend=0.0) for work in works]
    some = [(work, np.append(part[0] + part[1], part[2:])) for work, part in zip(works, parts, strict=True)]
    some = [(work, part) for work, part in some if part[0] < 1 - 1e-9]
    reward = [work.beyond(edge_s[None, :-1] + over_s[:, None]) for work, _ in some]
    for k in range(1, STEPS + 1):
        best = value[:, k - 1]
        for (_, part), first in zip(some, reward, strict=True):
            later = value[:, k - 1 : 0 : -1] @ part[1:k]
            best = np.maximum(best, (first[:, k - 1] + later) / (1 - part[0]))
        value[:, k] = best
    return np.asarray(value[:, -1])

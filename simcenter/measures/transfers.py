"""Transfers: why contacts were handed on, and from which desk to which."""

import numpy as np
import numpy.typing as npt

from simcenter.measures.legs import Legs, View
from simcenter.measures.tally import Sums
from simcenter.simulation.log import Entry, Outcome
from simcenter.simulation.network import Network

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

CAUSES = ("misrouted", "skill", "overflow")
"""Why a leg was handed on: it belongs elsewhere; the desk could not do the rest; the desk was not its first choice."""

MISROUTED, SKILL, OVERFLOW = range(3)


def overflows(network: Network) -> BoolArray:
    """Where a desk is not the first choice for a queue, (D, Q)."""
    least = np.where(network.serves, network.rank, np.iinfo(np.int64).max).min(axis=0, initial=2**62)
    overflow: BoolArray = network.serves & ((network.rank > least) | (network.after_s > 0))
    return overflow


class Transfers:
    """Counts hand-overs of one network."""

    def __init__(self, network: Network) -> None:
        self._desks = network.desk_count
        self._overflow = overflows(network)

    def sums(self, legs: Legs, views: list[View]) -> tuple[list[Sums], IntArray]:
        """Per view, the counted legs handed on by cause; and all hand-overs (D, D + 1) by desk, the last to nobody."""
        log = legs.log
        handed = log.outcome == Outcome.TRANSFERRED
        rows = np.flatnonzero(handed if legs.measured is None else handed & legs.measured)
        after = rows + 1  # a leg handed on always has a next one
        desk, next_desk = log.desk[rows], log.desk[after]
        misrouted = log.entry[after] == Entry.MISROUTED
        cause = np.where(misrouted, MISROUTED, np.where(self._overflow[desk, log.queue[rows]], OVERFLOW, SKILL))
        counted = None if legs.counted is None else legs.counted[rows]
        by_view: list[Sums] = []
        for view in views:
            found = view.at(rows).by_kind(counted, cause, len(CAUSES))
            by_view.append({f"transfers_{name}": found[place] for place, name in enumerate(CAUSES)})
        to = np.where(next_desk >= 0, next_desk, self._desks)
        width = self._desks + 1
        matrix = np.bincount(desk * width + to, minlength=self._desks * width).reshape(self._desks, width)
        return by_view, matrix

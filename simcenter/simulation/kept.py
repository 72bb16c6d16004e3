"""Draws that are kept: for replications that are played again and again with other advisers, as a search does."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from simcenter.simulation.draws import Draws, FirstLegs
from simcenter.simulation.network import BoolArray, Network

Made = TypeVar("Made")

MOST_BYTES = 256 << 20
"""What a store takes at most."""
MOST_IN_ALL, LEAST_BYTES = 1 << 30, 32 << 20
"""What the stores of all processes take at most, as long as that leaves each of them the least."""
BYTES_EACH = 120
"""About what each customer of a replication takes at most, as the compiled engine keeps them."""


def bytes_each(processes: int) -> int:
    """What the store of each of so many processes may take."""
    return min(MOST_BYTES, max(MOST_IN_ALL // processes, LEAST_BYTES))


class RememberedDraws(Draws):
    """Draws that make what they are asked for once: the same numbers, bit for bit.

    Parameters
    ----------
    network : Network
    seed, replication : int
        As for :class:`Draws`.
    """

    def __init__(self, network: Network, seed: int, replication: int) -> None:
        super().__init__(network, seed, replication)
        self._made: dict[Any, Any] = {}
        self.changes = 0
        """How often something was made."""

    def remember(self, what: object, make: Callable[[], Made]) -> Made:
        """What ``make`` gave when it was first called for this."""
        if what not in self._made:
            self._made[what] = make()
            self.changes += 1
        made: Made = self._made[what]
        return made

    def first(self, queue: int) -> FirstLegs:
        """The numbers of all first attempts of a queue: the same object at each call."""
        return self.remember(("first", queue), lambda: super(RememberedDraws, self).first(queue))

    def present(self, desk: int, day: int, count: int) -> BoolArray:
        """Which of a desk's advisers come to work on a day: those of the most that were ever asked for."""
        key = ("present", desk, day)
        known: BoolArray | None = self._made.get(key)
        if known is None or len(known) < count:
            known = self._made[key] = super().present(desk, day, count)
            self.changes += 1
        return known[:count]

    @property
    def nbytes(self) -> int:
        """Memory that all this takes, but for the objects around the numbers."""
        each: dict[int, int] = {}
        total = 0
        for made in self._made.values():
            columns = vars(made).values() if isinstance(made, FirstLegs) else [made]
            for column in columns:
                if not isinstance(column, np.ndarray):
                    total += column.nbytes
                elif 0 not in column.strides:
                    each[column.__array_interface__["data"][0]] = column.nbytes
        return total + sum(each.values())


class DrawsStore:
    """The draws of the replications played last, so that playing these again need not draw them again.

    Those used least recently go when all take more than ``most_bytes``. Of a centre so large that not even two of its
    replications find room, nothing is kept. A store that is sent to another process arrives empty.

    Parameters
    ----------
    network : Network
    most_bytes : int
    """

    def __init__(self, network: Network, most_bytes: int = MOST_BYTES) -> None:
        self._network = network
        self._most_bytes = most_bytes
        customers = network.volume.sum() + network.backlog.sum() + len(network.slot_s) + len(network.replay_s)
        self._keeps = bool(2 * BYTES_EACH * customers <= most_bytes)
        self._draws: OrderedDict[tuple[int, int], RememberedDraws] = OrderedDict()
        self._weighed: dict[tuple[int, int], tuple[int, int]] = {}
        """Of each, bytes and the changes it had then."""
        self.nbytes = 0
        """Memory that all of them take."""

    def __reduce__(self) -> tuple[object, ...]:
        return DrawsStore, (self._network, self._most_bytes)

    def __len__(self) -> int:
        return len(self._draws)

    def draws(self, seed: int, replication: int) -> Draws:
        """The draws of a replication, for whoever plays it before he asks for the next."""
        if not self._keeps:
            return Draws(self._network, seed, replication)
        self._weigh()
        key = seed, replication
        if key not in self._draws:
            self._draws[key] = RememberedDraws(self._network, seed, replication)
        self._draws.move_to_end(key)
        return self._draws[key]

    def _weigh(self) -> None:
        """Add what the last ones came to when they were played; let go what is too much."""
        if not self._draws:
            return
        last = next(reversed(self._draws))
        before, changes = self._weighed.get(last, (0, -1))
        if changes == self._draws[last].changes:
            return
        self._weighed[last] = self._draws[last].nbytes, self._draws[last].changes
        self.nbytes += self._weighed[last][0] - before
        while self.nbytes > self._most_bytes:
            oldest, _ = self._draws.popitem(last=False)
            self.nbytes -= self._weighed.pop(oldest)[0]

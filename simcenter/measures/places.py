"""Places: what per-queue measures are given for: every queue, and every class of customers in queues that have any."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simcenter.simulation.network import Network

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

IntArray = npt.NDArray[np.int64]

OTHERS = "others"
"""The name of a queue's customers of no class, where others have one."""

_DUST = 1e-12
"""Shares of classes that add up to all but this leave nobody without a class."""


@dataclass(frozen=True)
class Places:
    """The Q + K places: the Q queues in file order, then the K classes, queue by queue.

    ``names`` "queue" or "queue/class"; ``queue`` (Q + K,) the queue of each; ``of_class`` (C,) the place of each class
    row, -1 where it has none (a queue without classes, or nobody of no class).
    """

    names: tuple[str, ...]
    queue: IntArray
    of_class: IntArray

    @property
    def classes(self) -> int:
        """K."""
        return len(self.names) - len(np.unique(self.queue))


def places_of(network: Network) -> Places:
    """The places of a network."""
    names, queue = list(network.queue_names), list(range(network.queue_count))
    of_class: IntArray = np.full(network.class_count, -1, dtype=np.int64)
    for q, name in enumerate(network.queue_names):
        rows = range(int(network.class_first[q]), int(network.class_first[q + 1]))
        known = float(network.class_cum[rows[-2]]) if len(rows) > 1 else 0.0
        for row, label in zip(rows, _labels([network.class_names[row] for row in rows[:-1]], known), strict=False):
            of_class[row] = len(names)
            names.append(f"{name}/{label}")
            queue.append(q)
    return Places(tuple(names), np.array(queue, dtype=np.int64), of_class)


def class_places(scenario: "Scenario") -> Iterator[tuple[str, str]]:
    """The queue and class of each place beyond the queues, in order."""
    for name, queue in scenario.queues.items():
        classes = queue.classes
        for label in _labels(list(classes), sum(one.share for one in classes.values())):
            yield name, label


def _labels(classes: Sequence[str], share: float) -> list[str]:
    """The classes of one queue, and its others if the classes are not all; none where there is no class."""
    return [*classes, OTHERS] if classes and share < 1 - _DUST else list(classes)

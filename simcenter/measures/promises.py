"""Promises: by when a contact of each queue is to be answered, compiled from the scenario's targets."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simcenter.measures.clock import WorkingClock
from simcenter.simulation.network import DEFERRED, Network

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

FloatArray = npt.NDArray[np.float64]

SHORT_ABANDON_S = 10.0
"""An abandonment this soon counts as short (``sl_short_abandons_met``): the threshold ACDs are commonly set to."""

DEFINITIONS = ("sl_offered", "sl_answered", "sl_excl_early_abandons", "sl_abandons_met", "sl_short_abandons_met")
"""The five service levels; see the table of measures."""


@dataclass(frozen=True)
class Within:
    """A length of time to be kept: ``amount`` in ``unit``, one of "s", "working s", "working days"."""

    amount: float
    unit: str = "s"

    def due(self, entered_s: FloatArray, clock: WorkingClock, deferred: bool) -> FloatArray:
        """The moment by which each contact is due, same shape as ``entered_s``; inf if not inside the horizon.

        Plain durations of deferred queues are working seconds.
        """
        if self.unit == "working days":
            return clock.days_after(entered_s, round(self.amount))
        seconds = float(np.rint(self.amount * 2.0**20) / 2.0**20)
        if self.unit == "working s" or deferred:
            return clock.after(entered_s, seconds)
        return entered_s + seconds


@dataclass(frozen=True)
class Promises:
    """What was promised, per queue: Q entries each.

    ``within``: the time in "80 % within 20 s", None where nothing is promised; ``p90``: the limit on the 90th
    percentile of the wait, None where there is none; ``definition``: which service level the queue uses;
    ``short_abandon_s``: what counts as a short abandonment; ``shown_s`` (T,): what a wall clock shows at each
    interval's start, None where clocks are never changed.
    """

    within: tuple[Within | None, ...]
    p90: tuple[Within | None, ...]
    definition: tuple[str, ...]
    short_abandon_s: float = SHORT_ABANDON_S
    shown_s: FloatArray | None = None

    @classmethod
    def none(cls, network: Network) -> "Promises":
        """No promise at all."""
        queues = len(network.queue_names)
        return cls((None,) * queues, (None,) * queues, (DEFINITIONS[0],) * queues)


def compile_promises(scenario: "Scenario") -> Promises:
    """The promises in a scenario's targets, queue by queue in file order."""
    within, p90, definition = [], [], []
    for queue in scenario.queues.values():
        target = queue.target
        definition.append(target.definition if target else DEFINITIONS[0])
        within.append(Within(target.within.amount, target.within.unit) if target and target.within else None)
        p90.append(Within(target.wait_p90.amount, target.wait_p90.unit) if target and target.wait_p90 else None)
    shown_s = np.asarray(scenario.calendar.interval_slot * scenario.calendar.interval_s, dtype=np.float64)
    return Promises(tuple(within), tuple(p90), tuple(definition), shown_s=shown_s)


def is_deferred(network: Network, queue: int) -> bool:
    """Whether a queue is a backlog, whose waits are working seconds and whose answer is the end of the talk."""
    return bool(network.kind[queue] == DEFERRED)

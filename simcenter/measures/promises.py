"""Promises: by when a contact of each queue is to be answered, compiled from the scenario's targets."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simcenter.measures.clock import WorkingClock
from simcenter.measures.places import class_places, places_of
from simcenter.simulation.network import DEFERRED, Network

if TYPE_CHECKING:
    from simcenter.scenario import Scenario
    from simcenter.scenario.target import Target

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
        if self.unit == "working s" or deferred:
            return clock.after(entered_s, self.grid_s)
        return entered_s + self.grid_s

    @property
    def grid_s(self) -> float:
        """Its seconds, on the time grid."""
        return float(np.rint(self.amount * 2.0**20) / 2.0**20)


@dataclass(frozen=True)
class Promises:
    """What was promised, per place (queues, then classes; see places.py): Q + K entries each.

    ``within``: the time in "80 % within 20 s", None where nothing is promised; ``p90``: the limit on the 90th
    percentile of the wait, None where there is none; ``definition``: which service level the place uses;
    ``callback``: the time within which who accepted a callback is to be reached (empty: nothing anywhere);
    ``short_abandon_s``: what counts as a short abandonment; ``shown_s`` (T,): what a wall clock shows at each
    interval's start, None where clocks are never changed.
    """

    within: tuple[Within | None, ...]
    p90: tuple[Within | None, ...]
    definition: tuple[str, ...]
    short_abandon_s: float = SHORT_ABANDON_S
    shown_s: FloatArray | None = None
    callback: tuple[Within | None, ...] = ()

    @classmethod
    def none(cls, network: Network) -> "Promises":
        """No promise at all."""
        places = len(places_of(network).names)
        nothing = (None,) * places
        return cls(nothing, nothing, (DEFINITIONS[0],) * places, callback=nothing)

    def of(self, name: str) -> tuple[Within | None, ...]:
        """The promises that a measure is about: "within" or "callback"; nothing promised where none are given."""
        promises: tuple[Within | None, ...] = getattr(self, name)
        return promises or (None,) * len(self.within)


def compile_promises(scenario: "Scenario") -> Promises:
    """The promises in a scenario's targets, place by place; a class has those of its queue that it has not itself."""
    targets: list[tuple[Target | None, Target | None]] = [(queue.target, None) for queue in scenario.queues.values()]
    for name, label in class_places(scenario):
        queue = scenario.queues[name]
        targets.append((queue.target, queue.classes[label].target if label in queue.classes else None))
    found: list[dict[str, Any]] = []
    for target, own in targets:
        promises: dict[str, Any] = {}
        for promise in ("within", "wait_p90", "callback_within"):
            given = getattr(own, promise, None) or getattr(target, promise, None)
            promises[promise] = Within(given.amount, given.unit) if given else None
        chosen = own if own is not None and own.within is not None else target
        found.append(promises | {"definition": chosen.definition if chosen else DEFINITIONS[0]})
    columns = {name: tuple(one[name] for one in found) for name in found[0]}
    shown_s = np.asarray(scenario.calendar.interval_slot * scenario.calendar.interval_s, dtype=np.float64)
    return Promises(
        columns["within"],
        columns["wait_p90"],
        columns["definition"],
        shown_s=shown_s,
        callback=columns["callback_within"],
    )


def is_deferred(network: Network, queue: int) -> bool:
    """Whether a queue is a backlog, whose waits are working seconds and whose answer is the end of the talk."""
    return bool(network.kind[queue] == DEFERRED)

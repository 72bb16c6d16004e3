"""The stage: what the handlers of all events share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from simcenter.simulation.floor import Desk
from simcenter.simulation.leg import Leg
from simcenter.simulation.network import Network
from simcenter.simulation.purposes import Purpose
from simcenter.simulation.recorder import Recorder
from simcenter.simulation.waiting import Queue

if TYPE_CHECKING:
    from simcenter.simulation.draws import Draws

# Kinds of events, in their order at one instant.
OPENING, STAFFING, SERVICE_END, PATIENCE_END, WAIT_END, RETURN, ARRIVAL = range(7)


class Environment(Protocol):
    """What is asked of SimPy."""

    @property
    def now(self) -> float:
        """The present instant."""


@dataclass
class Stage:
    """One run of a centre: its state, its numbers of chance, and what has been recorded."""

    network: Network
    draws: Draws
    queues: list[Queue]
    desks: list[Desk]
    record: Recorder
    env: Environment
    schedule: Callable[[Any, tuple[Any, ...], float], None]
    """schedule(event, key, after_s): put an event on SimPy's list."""
    last_event_s: float = -inf
    """The latest of those events that leave no row."""

    def chance(self, leg: Leg, purpose: Purpose) -> float:
        """The leg's number in (0, 1) for a purpose."""
        _, origin, customer, number = leg.key
        return self.draws.chance(origin, customer, number, purpose)

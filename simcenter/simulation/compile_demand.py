"""Compile the demand: expected volumes, how far they stray, arrivals that are replayed, appointments, backlogs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter.simulation.attempts import first_attempts
from simcenter.simulation.compile_rules import floats, ints
from simcenter.simulation.grid import STEPS_PER_S, array_to_grid
from simcenter.simulation.network import FloatArray

if TYPE_CHECKING:
    from simcenter.scenario import Calendar, Queue, Scenario


def demand(scenario: "Scenario") -> dict[str, Any]:
    """The fields of Network on who comes, and when."""
    queues, calendar = list(scenario.queues.values()), scenario.calendar
    volume = floats([queue.volume for queue in queues]).reshape(len(queues), calendar.T).T
    factors = floats(list(first_attempts(scenario).values()))
    return {
        "volume": np.ascontiguousarray(volume * factors),
        "busyness_cv": floats([queue.variability.day for queue in queues]),
        "busyness_shared": scenario.variability.shared,
        "interval_cv": floats([queue.variability.interval for queue in queues]),
        "backlog": ints([queue.backlog for queue in queues]),
        "warm_up_s": scenario.horizon.warm_up_s,
        **_replays(queues, calendar.end_s),
        **_appointments(queues, calendar),
    }


def _replays(queues: "Sequence[Queue]", end_s: float) -> dict[str, Any]:
    at = [() if queue.arrivals is None else queue.arrivals.at_s for queue in queues]
    handle = [
        () if queue.arrivals is None else queue.arrivals.handle_s or (np.nan,) * len(queue.arrivals.at_s)
        for queue in queues
    ]
    at_s = array_to_grid(_flat(at))
    return {
        "replayed": np.array([queue.arrivals is not None for queue in queues], dtype=np.bool_),
        "replay_first": np.cumsum([0, *map(len, at)], dtype=np.int64),
        "replay_s": np.minimum(at_s, end_s - 1 / STEPS_PER_S),  # not rounded out of the horizon
        "replay_handle_s": array_to_grid(_flat(handle)),
    }


def _appointments(queues: "Sequence[Queue]", calendar: "Calendar") -> dict[str, Any]:
    """Appointments are at the start of an interval; the open period that it lies in is when the doors open."""
    slots: list[FloatArray] = []
    opens: list[FloatArray] = []
    for queue in queues:
        count = np.zeros(calendar.T, dtype=np.int64) if queue.appointments is None else queue.appointments.slots
        slot_s: FloatArray = np.repeat(np.arange(calendar.T) * calendar.interval_s, count).astype(np.float64)
        start_s = floats([start for start, _ in calendar.periods(queue)])
        slots.append(slot_s)
        opens.append(start_s[np.searchsorted(start_s, slot_s, side="right") - 1] if len(slot_s) else slot_s)

    def each(attribute: str, off: float) -> FloatArray:
        """One attribute of every queue's appointments."""
        return floats([off if q.appointments is None else getattr(q.appointments, attribute) for q in queues])

    return {
        "slot_first": np.cumsum([0, *map(len, slots)], dtype=np.int64),
        "slot_s": np.concatenate(slots) if slots else np.zeros(0),
        "slot_open_s": np.concatenate(opens) if opens else np.zeros(0),
        "no_show": each("no_show", 0.0),
        "early_s": array_to_grid(each("early_s", 0.0)),
        "early_sd_s": array_to_grid(each("sd_s", 0.0)),
        "appointment_priority": each("priority", 0).astype(np.int64),
    }


def _flat(parts: Sequence[Sequence[float]]) -> FloatArray:
    return floats([value for part in parts for value in part])

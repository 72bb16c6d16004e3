"""Compile a scenario into a network: names become indexes, durations seconds on the grid."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter.simulation.grid import array_to_grid
from simcenter.simulation.laws import pack
from simcenter.simulation.network import (
    CHAT,
    DEFERRED,
    EXCLUSIVE,
    FILE,
    LONGEST_IDLE,
    RANDOM,
    BoolArray,
    FloatArray,
    IntArray,
    Network,
    Periods,
)

if TYPE_CHECKING:
    from simcenter.scenario import Calendar, Desk, Queue, Scenario, Serves, Transfer

KINDS = {"exclusive": EXCLUSIVE, "chat": CHAT, "deferred": DEFERRED}
EQUAL_RANKS = {"file": FILE, "longest idle": LONGEST_IDLE, "random": RANDOM}


def compile_network(scenario: "Scenario") -> Network:
    """Give all that an engine may read of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Checked: nothing is checked again here.

    Returns
    -------
    Network
        Read-only.
    """
    calendar = scenario.calendar
    queues, desks = scenario.queues, scenario.desks
    return Network(
        queue_names=tuple(queues),
        desk_names=tuple(desks),
        interval_s=float(calendar.interval_s),
        end_s=float(calendar.end_s),
        day_start_s=np.array(calendar.day_start_s, dtype=np.float64),
        max_legs=scenario.max_legs,
        **_queues(tuple(queues.values()), calendar),
        **_serves(tuple(desks.values()), tuple(queues), calendar),
        **_routes(tuple(desks.values()), tuple(queues)),
    )


def _queues(queues: "Sequence[Queue]", calendar: "Calendar") -> dict[str, Any]:
    slots = [len(queue.speed) if queue.kind == "chat" else 1 for queue in queues]
    chat_speed = np.full((len(queues), max(slots, default=1)), np.nan)
    for q, queue in enumerate(queues):
        chat_speed[q, : slots[q]] = queue.speed if queue.kind == "chat" else 1.0
    return {
        "kind": _ints([KINDS[queue.kind] for queue in queues]),
        "volume": np.array([queue.volume for queue in queues], dtype=np.float64).reshape(len(queues), calendar.T).T,
        "queue_open": _periods(queues, calendar),
        "drop_at_closing": np.array([queue.live and queue.closing == "drop" for queue in queues], dtype=np.bool_),
        "waiting_room": _ints([-1 if queue.waiting_room is None else queue.waiting_room for queue in queues]),
        "patience": pack([queue.patience if queue.live else None for queue in queues]),
        "handle_time": pack([queue.handle_time.law for queue in queues]),
        "wrap_share": _floats([queue.handle_time.wrap_up_s / queue.handle_time.law.mean_s for queue in queues]),
        "chat_speed": chat_speed,
        "chat_slots": _ints(slots),
        "equal_rank": _ints([EQUAL_RANKS[queue.equal_rank] for queue in queues]),
    }


def _serves(desks: "Sequence[Desk]", queues: Sequence[str], calendar: "Calendar") -> dict[str, Any]:
    """(D, Q) arrays; where a desk does not serve a queue, the defaults."""
    pairs = [[desk.serves.get(name) for name in queues] for desk in desks]

    def table(default: float, attribute: str) -> FloatArray:
        rows = [[default if s is None else getattr(s, attribute) for s in row] for row in pairs]
        return np.array(rows, dtype=np.float64).reshape(len(desks), len(queues))

    serves: BoolArray = np.array([[s is not None for s in row] for row in pairs], dtype=np.bool_)
    return {
        "desk_open": _periods(desks, calendar),
        "serves": serves.reshape(len(desks), len(queues)),
        "rank": table(1, "rank").astype(np.int64),
        "priority": table(1, "priority").astype(np.int64),
        "after_s": array_to_grid(table(0.0, "after_s")),
        "speed": table(1.0, "speed"),
        "resolved": table(1.0, "resolved"),
    }


def _routes(desks: "Sequence[Desk]", queues: Sequence[str]) -> dict[str, Any]:
    number = {name: q for q, name in enumerate(queues)}
    cells = [_transfers(desk.serves.get(name)) for desk in desks for name in queues]
    rows = [(number[to], transfer) for cell in cells for to, transfer in cell]
    cum = [total for cell in cells for total in accumulate(transfer.share for _, transfer in cell)]
    return {
        "route_first": np.cumsum([0, *(len(cell) for cell in cells)], dtype=np.int64),
        "route_queue": _ints([to for to, _ in rows]),
        # Shares that add up to all but float dust are all.
        "route_cum": np.where(_floats(cum) > 1 - 1e-12, 1.0, _floats(cum)),
        "route_warm": np.array([transfer.kind == "warm" for _, transfer in rows], dtype=np.bool_),
        "route_after_s": array_to_grid(_floats([np.nan if t.after_s is None else t.after_s for _, t in rows])),
        "route_handover_s": array_to_grid(_floats([transfer.handover_s for _, transfer in rows])),
        "route_factor": _floats([transfer.handle for _, transfer in rows]),
    }


def _transfers(serves: "Serves | None") -> "list[tuple[str, Transfer]]":
    return [] if serves is None else list(serves.transfers.items())


def _periods(places: "Sequence[Queue | Desk]", calendar: "Calendar") -> Periods:
    periods = [calendar.periods(place) for place in places]
    flat = np.array([period for one in periods for period in one], dtype=np.float64).reshape(-1, 2)
    first = np.cumsum([0, *(len(one) for one in periods)], dtype=np.int64)
    return Periods(first, np.ascontiguousarray(flat[:, 0]), np.ascontiguousarray(flat[:, 1]))


def _ints(values: Sequence[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


def _floats(values: Sequence[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)

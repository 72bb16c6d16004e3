"""Compile a scenario into a network: names become indexes, durations seconds on the grid."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simcenter.simulation.compile_demand import demand
from simcenter.simulation.compile_rules import ALL, class_rows, classes, desk_rules, entering, floats, ints, returns
from simcenter.simulation.grid import array_to_grid
from simcenter.simulation.laws import pack
from simcenter.simulation.network import (
    CHAT,
    DEFERRED,
    DISCONNECT,
    EXCLUSIVE,
    FILE,
    KEEP,
    LONGEST_IDLE,
    RANDOM,
    RANDOM_ADVISER,
    WAIT,
    BoolArray,
    FloatArray,
    Network,
    Periods,
)

if TYPE_CHECKING:
    from simcenter.scenario import Calendar, Desk, Queue, Scenario, Transfer

KINDS = {"exclusive": EXCLUSIVE, "chat": CHAT, "deferred": DEFERRED}
EQUAL_RANKS = {"file": FILE, "longest idle": LONGEST_IDLE, "random": RANDOM, "random adviser": RANDOM_ADVISER}
IF_BUSY = {"wait": WAIT, "keep": KEEP, "disconnect": DISCONNECT}


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
        **_routes(scenario),
        **classes(queues, calendar),
        **returns(queues),
        **entering(scenario),
        **desk_rules(desks, tuple(queues), calendar.T),
        **demand(scenario),
    )


def _queues(queues: "Sequence[Queue]", calendar: "Calendar") -> dict[str, Any]:
    slots = [len(queue.speed) if queue.kind == "chat" else 1 for queue in queues]
    chat_speed = np.full((len(queues), max(slots, default=1)), np.nan)
    for q, queue in enumerate(queues):
        chat_speed[q, : slots[q]] = queue.speed if queue.kind == "chat" else 1.0
    return {
        "kind": ints([KINDS[queue.kind] for queue in queues]),
        "queue_open": _periods(queues, calendar),
        "drop_at_closing": np.array([queue.live and queue.closing == "drop" for queue in queues], dtype=np.bool_),
        "waiting_room": ints([-1 if queue.waiting_room is None else queue.waiting_room for queue in queues]),
        "handle_time": pack([queue.handle_time.law for queue in queues]),
        "wrap_share": floats([queue.handle_time.wrap_up_s / queue.handle_time.law.mean_s for queue in queues]),
        "chat_speed": chat_speed,
        "chat_slots": ints(slots),
        "equal_rank": ints([EQUAL_RANKS[queue.equal_rank] for queue in queues]),
    }


def _serves(desks: "Sequence[Desk]", queues: Sequence[str], calendar: "Calendar") -> dict[str, Any]:
    """(D, Q) arrays; where a desk does not serve a queue, the defaults."""
    pairs = [[desk.serves.get(name) for name in queues] for desk in desks]

    def table(default: float, attribute: str) -> FloatArray:
        """One attribute of every desk and queue."""
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


class _Route(NamedTuple):
    """What a share of the contacts of a cell is handed on to."""

    to: int
    cum: float
    how: "Transfer"


def _routes(scenario: "Scenario") -> dict[str, Any]:
    cells = list(_cells(scenario))
    routes = [route for cell in cells for route in cell]
    how = [route.how for route in routes]
    cum = floats([route.cum for route in routes])
    return {
        "route_first": np.cumsum([0, *(len(cell) for cell in cells)], dtype=np.int64),
        "route_queue": ints([route.to for route in routes]),
        "route_cum": np.where(cum > ALL, 1.0, cum),
        "route_warm": np.array([one.kind == "warm" for one in how], dtype=np.bool_),
        "route_after_s": array_to_grid(floats([np.nan if one.after_s is None else one.after_s for one in how])),
        "route_handover_s": array_to_grid(floats([one.handover_s for one in how])),
        "route_factor": floats([one.handle for one in how]),
        "route_identify_s": array_to_grid(floats([one.identify_s for one in how])),
        "route_if_busy": ints([IF_BUSY[one.if_busy] for one in how]),
        "route_priority": ints([-1 if one.priority is None else one.priority for one in how]),
        "route_credit_s": array_to_grid(floats([-1.0 if one.credit_waited else one.credit_s for one in how])),
    }


def _cells(scenario: "Scenario") -> Iterator[list[_Route]]:
    """The routes of every desk for every class row, then those of the queues' misrouted contacts."""
    names = list(scenario.queues)
    rows = class_rows(scenario.queues)
    for desk in scenario.desks.values():
        for q, one, _ in rows:
            serves = desk.serves.get(names[q])
            yield [] if serves is None else _cell(names, serves.transfers, one)
    for queue in scenario.queues.values():
        yield _cell(names, queue.misrouted, "")


def _cell(names: list[str], transfers: "dict[str, Transfer]", one: str) -> list[_Route]:
    cum = accumulate(how.shares.get(one, how.share) for how in transfers.values())
    return [_Route(names.index(to), total, how) for (to, how), total in zip(transfers.items(), cum, strict=True)]


def _periods(places: "Sequence[Queue | Desk]", calendar: "Calendar") -> Periods:
    periods = [calendar.periods(place) for place in places]
    flat = np.array([period for one in periods for period in one], dtype=np.float64).reshape(-1, 2)
    first = np.cumsum([0, *(len(one) for one in periods)], dtype=np.int64)
    return Periods(first, np.ascontiguousarray(flat[:, 0]), np.ascontiguousarray(flat[:, 1]))

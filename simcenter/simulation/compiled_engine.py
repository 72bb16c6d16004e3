"""The face of the compiled engine: the network laid out as its structs are, and the log from its columns."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simcenter.simulation.log import ContactLog, Entry
from simcenter.simulation.network import CHAT, DEFERRED, RELATIVE, IntArray, Network, Periods
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.simulation.draws import Draws

try:
    from simcenter._engine import Centre, Customers
except ImportError as error:
    raise ImportError(
        "simcenter's compiled parts are missing: run `pip install .` in its folder (see CONTRIBUTING.md)"
    ) from error

Plan = dict[str, np.ndarray]
"""What the structs are made from: for each a row of each of some arrays."""

OPENING, STAFFING = 0, 1
CLOSES = -1


def play(network: Network, staffing: Staffing, draws: "Draws") -> ContactLog:
    """Play one replication. See ``simcenter.simulation.engine.play``."""
    centre = _centre(network)
    remember = getattr(draws, "remember", None)  # has draws that are played again

    def drawn() -> Customers:
        """The customers, laid out for the loop."""
        return Customers(centre, [draws.first(q) for q in range(len(network.queue_names))])

    customers = remember("customers", drawn) if remember else drawn()
    advisers = np.ascontiguousarray(staffing.advisers, dtype=np.int64)
    numbers = advisers.max(axis=0, initial=0)
    present = [
        _present(network, draws, d, int(number)) if network.absence[d] > 0 else None for d, number in enumerate(numbers)
    ]
    targets = _targets(network, advisers, present)
    return ContactLog(**centre.play(targets, numbers, present, customers, draws, remember is not None))


def _present(network: Network, draws: "Draws", desk: int, number: int) -> npt.NDArray[np.uint8]:
    """Which of a desk's advisers are there on which day: (days, number)."""
    days = range(len(network.day_start_s) - 1)
    return np.array([draws.present(desk, day, number) for day in days], dtype=np.uint8).reshape(len(days), number)


def _targets(network: Network, advisers: IntArray, present: list[npt.NDArray[np.uint8] | None]) -> IntArray:
    """Advisers there are to be, (T, D): of those scheduled who are present, less those off the phone."""
    targets = advisers
    if any(there is not None for there in present):
        targets, day = advisers.copy(), _day(network)
        for d, there in enumerate(present):
            if there is not None:
                until = np.hstack([np.zeros((len(there), 1), dtype=np.int64), there.cumsum(axis=1, dtype=np.int64)])
                targets[:, d] = until[day, advisers[:, d]]
    if network.off_phone.any():
        targets = np.maximum(targets - network.off_phone, 0)
    return np.ascontiguousarray(targets, dtype=np.int64)


@lru_cache(maxsize=8)  # networks are compared by identity, and played many times in a row
def _centre(network: Network) -> Centre:
    parts = (_queues, _queue_rules, _takers, _desks, _routes, _changes, _clock)
    plan: Plan = {}
    for part in parts:
        plan |= part(network)
    return Centre(plan, network.max_legs, network.end_s)


def _queues(network: Network) -> Plan:
    desks = np.array([bool(row.any()) for row in network.interruptible])  # that have work to be put back
    return {
        "live": network.kind != DEFERRED,
        "chat": network.kind == CHAT,
        "drops": network.drop_at_closing,
        "equal_rank": network.equal_rank,
        "room": np.where(network.waiting_room < 0, np.iinfo(np.int64).max, network.waiting_room),
        "wrap_share": network.wrap_share,
        "speeds": np.hstack([np.ones((len(network.queue_names), 1)), network.chat_speed]),
        "hands_on": _hands_on(network),
        "may_fail": (network.serves & (network.resolved < 1)).any(axis=0),
        "interrupts": network.serves[desks].any(axis=0) & (network.kind != DEFERRED),
    }


def _hands_on(network: Network) -> npt.NDArray[np.bool_]:
    """Whether any desk hands contacts of the queue on."""
    cells = len(network.desk_names) * len(network.class_names)
    per_cell = np.diff(network.route_first[: cells + 1]).reshape(-1, len(network.class_names))
    return np.bincount(network.class_queue, per_cell.sum(axis=0), len(network.queue_names)) > 0


QUEUE_RULES = (
    "mean_handle_s", "balking", "class_first", "class_priority", "class_credit_s", "class_target_s", "line_group",
    "appointment_priority", "callback_over_s", "callback_accepted", "callback_reached", "callback_tries",
    "callback_retry_s", "callback_ring_s", "own_share", "own_desk", "own_of", "own_wait_s", "return_share",
    "return_queue", "return_at_most", "return_working", "return_same_patience",
)  # fmt: skip


def _queue_rules(network: Network) -> Plan:
    return {name: getattr(network, name) for name in QUEUE_RULES} | {"line_count": _whole(network.line_count)}


def _takers(network: Network) -> Plan:
    """The desks of each queue by rank, then file order; and those with an overflow wait by its length first."""
    takers, overflows = [], []
    for q in range(len(network.queue_names)):
        rows = sorted((int(network.rank[d, q]), d) for d in range(len(network.desk_names)) if network.serves[d, q])
        takers.append([(rank, d, float(network.after_s[d, q])) for rank, d in rows])
        overflows.append(sorted((row for row in takers[-1] if row[2] > 0), key=lambda row: row[2]))
    columns = ("rank", "desk", "after_s")
    return _table("taker", columns, takers) | _table("overflow", columns, overflows)


def _desks(network: Network) -> Plan:
    """The desks, the queues of each by priority, then file order, and how it serves them."""
    chat = network.kind == CHAT
    offers = [
        sorted(
            (int(network.priority[d, q]), q, float(network.after_s[d, q]), int(network.min_idle[d, q]))
            for q in range(len(network.queue_names))
            if network.serves[d, q]
        )
        for d in range(len(network.desk_names))
    ]
    pairs = ("serves", "interruptible", "priority", "min_idle", "speed", "resolved")
    return {
        "slots": np.array([network.chat_slots[serves & chat].max(initial=1) for serves in network.serves]),
        "relative": network.discipline == RELATIVE,
        "has_interruptible": network.interruptible.any(axis=1),
        **{name: getattr(network, name).ravel() for name in pairs},
        **_table("offer", ("priority", "queue", "after_s", "min_idle"), offers),
    }


ROUTES = ("queue", "if_busy", "warm", "priority", "cum", "after_s", "handover_s", "factor", "identify_s", "credit_s")


def _routes(network: Network) -> Plan:
    """Routes of each (desk, class), then those of who is misrouted in each queue."""
    cells = len(network.desk_names) * len(network.class_names)
    first = np.full(cells + len(network.queue_names) + 1, len(network.route_queue), dtype=np.int64)
    first[: len(network.route_first)] = network.route_first
    misrouted = np.arange(len(network.route_queue)) >= first[cells]
    entry = np.where(misrouted, int(Entry.MISROUTED), int(Entry.TRANSFER))
    routes = {f"route_{name}": getattr(network, f"route_{name}") for name in ROUTES}
    return routes | {"route_first": first, "route_entry": entry}


def _table(name: str, columns: tuple[str, ...], rows: list[list[tuple[Any, ...]]]) -> Plan:
    """Rows of several places, one behind the other, as columns, and where those of each place begin."""
    flat = [row for place in rows for row in place]
    table = {f"{name}_first": np.cumsum([0, *map(len, rows)], dtype=np.int64)}
    for i, column in enumerate(columns):
        kind = np.float64 if column.endswith("_s") else np.int64
        table[f"{name}_{column}"] = np.array([row[i] for row in flat], dtype=kind)
    return table


def _changes(network: Network) -> Plan:
    """Openings and staffing changes of the whole horizon, in the order of events."""
    changes: list[tuple[float, int, int, int]] = []
    for q in range(len(network.queue_names)):
        for start_s, end_s in _periods(network.queue_open, q):
            changes += [(start_s, OPENING, q, 1), (end_s, OPENING, q, 0)]
    for d in range(len(network.desk_names)):
        for start_s, end_s in _periods(network.desk_open, d):
            intervals = range(round(start_s / network.interval_s), round(end_s / network.interval_s))
            changes += [(i * network.interval_s, STAFFING, d, i) for i in intervals]
            changes.append((end_s, STAFFING, d, CLOSES))
    changes.sort(key=lambda change: change[:3])
    at_s, kind, place, number = list(zip(*changes, strict=True)) or [(), (), (), ()]
    return {
        "change_s": np.array(at_s, dtype=np.float64),
        "change_kind": _whole(kind),
        "change_place": _whole(place),
        "change_number": _whole(number),
        "day": _day(network),
    }


def _clock(network: Network) -> Plan:
    """The open periods of queues, and the open time before each of them."""
    periods = network.queue_open
    until = [np.cumsum([0.0, *(end_s - start_s for start_s, end_s in _periods(periods, q))])[:-1]
             for q in range(len(network.queue_names))]  # fmt: skip
    return {
        "period_first": periods.first,
        "period_start_s": periods.start_s,
        "period_end_s": periods.end_s,
        "period_until_s": np.concatenate(until),
    }


def _day(network: Network) -> IntArray:
    """The calendar day of each interval."""
    start_s = np.arange(round(network.end_s / network.interval_s)) * network.interval_s
    return _whole(np.searchsorted(network.day_start_s, start_s, side="right") - 1)


def _whole(numbers: npt.ArrayLike) -> IntArray:
    return np.ascontiguousarray(numbers, dtype=np.int64)


def _periods(periods: Periods, place: int) -> list[tuple[float, float]]:
    rows = slice(int(periods.first[place]), int(periods.first[place + 1]))
    return list(zip(periods.start_s[rows].tolist(), periods.end_s[rows].tolist(), strict=True))

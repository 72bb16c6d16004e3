"""The face of the compiled engine: the network laid out as its structs are, and the log from its columns."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from simcenter.errors import ScenarioError
from simcenter.simulation.log import ContactLog
from simcenter.simulation.network import CHAT, DEFERRED, RANDOM, Network, Periods
from simcenter.simulation.rules_off import rules_off
from simcenter.simulation.staffing import Staffing

if TYPE_CHECKING:
    from simcenter.simulation.draws import Draws

try:
    from simcenter._engine import Centre
except ImportError as error:
    raise ImportError(
        "simcenter's compiled parts are missing: run `pip install .` in its folder (see CONTRIBUTING.md)"
    ) from error

SIMPY_ONLY = (
    "return_share", "balking", "line_group", "callback_over_s", "own_share", "discipline", "min_idle", "interruptible",
    "absence", "off_phone", "route_identify_s", "route_if_busy", "route_priority", "route_credit_s", "slot_s",
    "backlog",
)  # fmt: skip
"""What is not compiled yet: where a network says otherwise than with the rule off, this engine refuses it."""

OPENING, STAFFING = 0, 1
CLOSES = -1


def play(network: Network, staffing: Staffing, draws: "Draws") -> ContactLog:
    """Play one replication. See ``simcenter.simulation.engine.play``.

    Raises
    ------
    ScenarioError
        When the scenario has a rule that only the SimPy engine has so far.
    """
    on = _rules_on(network)
    if on:
        raise ScenarioError([f"engine: compiled does not have these rules yet: {', '.join(on)}"])
    firsts = [draws.first(q) for q in range(len(network.queue_names))]
    advisers = np.ascontiguousarray(staffing.advisers, dtype=np.int64)
    return ContactLog(**_centre(network).play(advisers, firsts, draws))


def supports(network: Network) -> bool:
    """Whether this engine has all the rules of the network."""
    return not _rules_on(network)


@lru_cache(maxsize=8)
def _rules_on(network: Network) -> list[str]:
    """Fields of the network that switch on what this engine does not have."""
    off = rules_off(network)
    queues = len(network.queue_names)
    on = [name for name in SIMPY_ONLY if not _same(getattr(network, name), off[name])]
    if len(network.class_names) > queues:
        on.append("class_names")
    elif len(network.route_queue) > network.route_first[len(network.desk_names) * queues]:
        on.append("misrouted")
    if (network.equal_rank > RANDOM).any():
        on.append("equal_rank")
    return on


def _same(one: Any, other: Any) -> bool:
    return bool(np.array_equal(one, other))


@lru_cache(maxsize=8)  # networks are compared by identity, and played many times in a row
def _centre(network: Network) -> Centre:
    return Centre(_plan(network), network.max_legs, network.end_s)


def _plan(network: Network) -> dict[str, np.ndarray]:
    """Give the arrays that the compiled engine makes its structs from."""
    plan = _queues(network) | _takers(network) | _offers(network) | _changes(network)
    for name in ("route_first", "route_queue"):
        plan[name] = np.ascontiguousarray(getattr(network, name), dtype=np.int64)
    for name in ("route_cum", "route_warm", "route_after_s", "route_handover_s", "route_factor"):
        plan[name] = np.ascontiguousarray(getattr(network, name), dtype=np.float64)
    for name in ("speed", "resolved"):
        plan[name] = np.ascontiguousarray(getattr(network, name), dtype=np.float64).ravel()
    return plan


def _queues(network: Network) -> dict[str, np.ndarray]:
    count = len(network.queue_names)
    chat = network.kind == CHAT
    slots = np.where(chat, network.chat_slots, 1)
    return {
        "live": network.kind != DEFERRED,
        "chat": chat,
        "drops": network.drop_at_closing,
        "equal_rank": network.equal_rank,
        "room": np.where(network.waiting_room < 0, np.iinfo(np.int64).max, network.waiting_room),
        "wrap_share": network.wrap_share,
        "speeds": np.hstack([np.ones((count, 1)), network.chat_speed]),
        "slots": np.array([slots[serves & chat].max(initial=1) for serves in network.serves], dtype=np.int64),
    }


def _takers(network: Network) -> dict[str, np.ndarray]:
    """The desks of each queue by rank, then file order; and those with an overflow wait by its length first."""
    takers, overflows = [], []
    for q in range(len(network.queue_names)):
        rows = sorted((int(network.rank[d, q]), d) for d in range(len(network.desk_names)) if network.serves[d, q])
        takers.append([(rank, d, float(network.after_s[d, q])) for rank, d in rows])
        overflows.append(sorted((row for row in takers[-1] if row[2] > 0), key=lambda row: row[2]))
    return _table("taker", ("rank", "desk", "after_s"), takers) | _table(
        "overflow", ("rank", "desk", "after_s"), overflows
    )


def _offers(network: Network) -> dict[str, np.ndarray]:
    """The queues of each desk by priority, then file order."""
    offers = [
        sorted(
            (int(network.priority[d, q]), q, float(network.after_s[d, q]))
            for q in range(len(network.queue_names))
            if network.serves[d, q]
        )
        for d in range(len(network.desk_names))
    ]
    return _table("offer", ("priority", "queue", "after_s"), offers)


def _table(name: str, columns: tuple[str, ...], rows: list[list[tuple[Any, ...]]]) -> dict[str, np.ndarray]:
    """Rows of several places, one behind the other, as columns, and where those of each place begin."""
    flat = [row for place in rows for row in place]
    table = {f"{name}_first": np.cumsum([0, *map(len, rows)], dtype=np.int64)}
    for i, column in enumerate(columns):
        kind = np.float64 if column.endswith("_s") else np.int64
        table[f"{name}_{column}"] = np.array([row[i] for row in flat], dtype=kind)
    return table


def _changes(network: Network) -> dict[str, np.ndarray]:
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
    columns = list(zip(*changes, strict=True)) or [(), (), (), ()]
    return {
        "change_s": np.array(columns[0], dtype=np.float64),
        "change_kind": np.array(columns[1], dtype=np.int64),
        "change_place": np.array(columns[2], dtype=np.int64),
        "change_number": np.array(columns[3], dtype=np.int64),
    }


def _periods(periods: Periods, place: int) -> list[tuple[float, float]]:
    rows = slice(int(periods.first[place]), int(periods.first[place + 1]))
    return list(zip(periods.start_s[rows].tolist(), periods.end_s[rows].tolist(), strict=True))

"""The centre as the planner sees it: mean rates and times, and the bounds on each desk's advisers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simcenter.planning.callbacks import Callback, callbacks_of
from simcenter.planning.demand import first_contacts
from simcenter.planning.returns import Return, returns_of
from simcenter.planning.routes import Route, routes_of
from simcenter.simulation.network import DEFERRED, Network

if TYPE_CHECKING:
    from simcenter.scenario import Queue, Scenario

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Centre:
    """T intervals, Q queues, D desks; means, not laws. All arrays are read only by the planner."""

    queues: tuple[str, ...]
    desks: tuple[str, ...]
    interval_s: float
    interval_start: tuple[str, ...]
    day: IntArray
    """(T,) index of the calendar day."""
    kind: IntArray
    """(Q,) EXCLUSIVE, CHAT or DEFERRED, as in the Network."""
    volume: FloatArray
    """(T, Q) expected first attempts: by volume, by appointment, and the backlog of the start."""
    queue_open: BoolArray
    """(T, Q)"""
    handle_s: FloatArray
    """(Q,) mean handle time, wrap-up included."""
    patience_s: FloatArray
    """(Q,) mean patience; infinite where nobody leaves."""
    chat_speed: tuple[tuple[float, ...], ...]
    """Per queue, speed of each chat when 1, 2, ... are held; empty for other channels."""
    split: BoolArray
    """(Q,) whether desks of equal rank share the queue evenly (else the first in the file comes first)."""
    serves: BoolArray
    """(D, Q)"""
    rank: IntArray
    """(D, Q)"""
    after_s: FloatArray
    """(D, Q) overflow wait."""
    speed: FloatArray
    """(D, Q)"""
    resolved: FloatArray
    """(D, Q)"""
    routes: tuple[Route, ...]
    max_legs: int
    desk_open: BoolArray
    """(T, D)"""
    given: BoolArray
    """(D,) whether the file gives the advisers."""
    least: IntArray
    """(T, D) fewest advisers allowed; 0 where closed; the given number where given."""
    most: IntArray
    """(T, D) most advisers allowed; 0 where closed; the given number where given."""
    cost: FloatArray
    """(D,) per adviser hour."""
    max_occupancy: FloatArray
    """(D,)"""
    # the rules of a real centre
    balking: FloatArray
    """(Q,) share of those who would have to wait and leave instead"""
    places: FloatArray
    """(Q,) places to wait; infinite: no limit"""
    lines: FloatArray
    """(Q,) lines that the queue's customers hold or share; infinite: no limit"""
    line_group: IntArray
    """(Q,) queues of one group share their lines; -1: none"""
    callback: tuple[Callback | None, ...]
    """Per queue."""
    own_share: FloatArray
    """(Q,) share of the customers with an adviser of their own"""
    own_desk: IntArray
    """(Q,) at this desk; -1: none"""
    own_of: IntArray
    """(Q,) one of so many"""
    own_wait_s: FloatArray
    """(Q,) so long they wait for that person alone"""
    returns: tuple[Return, ...]
    """Redials and repeats."""
    min_idle: IntArray
    """(D, Q) deferred work is taken only while so many are idle, the taker included"""
    interruptible: BoolArray
    """(D, Q) deferred work that gives way to live contacts"""
    absence: FloatArray
    """(D,) share of the advisers who do not come"""
    off_phone: IntArray
    """(T, D) of the advisers, in breaks and meetings"""
    day_cv: FloatArray
    """(Q,) coefficient of variation of a day's busyness"""
    day_shared: float
    """How much of it all queues share, 0 to 1."""
    burst_cv: FloatArray
    """(Q,) of an interval's own variation"""

    @property
    def live(self) -> BoolArray:
        """(Q,) whether the contact waits in person."""
        return np.asarray(self.kind != DEFERRED)

    @property
    def hour(self) -> float:
        """Length of an interval, hours."""
        return self.interval_s / 3600.0

    def total_cost(self, advisers: IntArray) -> float:
        """Cost of (T, D) advisers."""
        return float((advisers @ self.cost).sum() * self.hour)

    def floor(self, advisers: IntArray | FloatArray) -> FloatArray:
        """(T, D) advisers expected on the phone of so many planned: those present, less those in meetings."""
        return np.asarray(np.maximum(advisers * (1 - self.absence) - self.off_phone, 0.0))


MOMENT_S = 1e-3
"""The least mean time of a contact: some take none."""
NO_LIMIT = 1_000_000
"""Advisers of a desk without ``max_advisers``: more than any centre has."""


def centre_of(scenario: "Scenario", network: Network) -> Centre:
    """The planner's view of a scenario and of the network compiled from it."""
    calendar = scenario.calendar
    queues, desks = list(scenario.queues.values()), list(scenario.desks.values())
    desk_open = _masks(calendar.open_mask(desk) for desk in desks)
    least, most = _bounds(desks, desk_open)
    return Centre(
        queues=network.queue_names,
        desks=network.desk_names,
        interval_s=network.interval_s,
        interval_start=tuple(calendar.interval_start),
        day=np.asarray(calendar.interval_day, dtype=np.int64),
        kind=network.kind,
        volume=first_contacts(network),
        queue_open=_masks(calendar.open_mask(queue) for queue in queues),
        handle_s=np.array([_handle_s(queue) for queue in queues]),
        patience_s=np.array([_patience_s(queue) for queue in queues]),
        chat_speed=tuple(tuple(queue.speed) for queue in queues),
        split=np.array([queue.equal_rank != "file" for queue in queues]),
        serves=network.serves,
        rank=network.rank,
        after_s=network.after_s,
        speed=network.speed,
        resolved=network.resolved,
        routes=routes_of(network),
        max_legs=network.max_legs,
        desk_open=desk_open,
        given=np.array([desk.advisers is not None for desk in desks]),
        least=least,
        most=most,
        cost=np.array([desk.cost_per_hour for desk in desks]),
        max_occupancy=np.array([desk.max_occupancy for desk in desks]),
        **_rules(network),
    )


def _handle_s(queue: "Queue") -> float:
    """Mean handle time: of replayed contacts their own, where the history has it."""
    law_s = queue.handle_time.law.mean_s
    replayed = None if queue.arrivals is None else queue.arrivals.handle_s
    if not replayed:
        return law_s
    return max(float(np.nan_to_num(np.array(replayed, dtype=np.float64), nan=law_s).mean()), MOMENT_S)


def _patience_s(queue: "Queue") -> float:
    """Mean patience; of classes with unlike patience, the one that loses as many per second of waiting."""
    share = 1 - sum(one.share for one in queue.classes.values())
    laws = [(share, queue.patience), *((one.share, one.patience) for one in queue.classes.values())]
    rate = sum(part / law.mean_s for part, law in laws if law is not None)
    return 1 / rate if rate > 0 else np.inf


def _rules(network: Network) -> dict[str, Any]:
    """The rules of a real centre; all neutral where they are off."""
    count, group = np.append(network.line_count.astype(np.float64), np.inf), network.line_group
    replayed = network.replayed
    return {
        "balking": network.balking,
        "places": np.where(network.waiting_room < 0, np.inf, network.waiting_room.astype(np.float64)),
        "lines": count[group],
        "line_group": group,
        "callback": callbacks_of(network),
        "own_share": np.where(network.own_desk >= 0, network.own_share, 0.0),
        "own_desk": network.own_desk,
        "own_of": network.own_of,
        "own_wait_s": network.own_wait_s,
        "returns": returns_of(network),
        "min_idle": network.min_idle,
        "interruptible": network.interruptible,
        "absence": network.absence,
        "off_phone": network.off_phone,
        "day_cv": np.where(replayed, 0.0, network.busyness_cv),
        "day_shared": float(network.busyness_shared),
        "burst_cv": np.where(replayed, 0.0, network.interval_cv),
    }


def _masks(masks: Iterable[BoolArray]) -> BoolArray:
    return np.stack([np.asarray(mask, dtype=np.bool_) for mask in masks], axis=1)


def _bounds(desks: Sequence[object], desk_open: BoolArray) -> tuple[IntArray, IntArray]:
    least = np.zeros(desk_open.shape, dtype=np.int64)
    most = np.zeros(desk_open.shape, dtype=np.int64)
    for d, desk in enumerate(desks):
        given = getattr(desk, "advisers", None)
        if given is not None:
            least[:, d] = most[:, d] = np.where(desk_open[:, d], np.asarray(given, dtype=np.int64), 0)
            continue
        top = getattr(desk, "max_advisers", None)
        least[:, d] = np.where(desk_open[:, d], getattr(desk, "min_advisers", 0), 0)
        most[:, d] = np.where(desk_open[:, d], NO_LIMIT if top is None else top, 0)
    return least, most

"""The centre as the planner sees it: mean rates and times, and the bounds on each desk's advisers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simcenter.simulation.network import DEFERRED, Network

if TYPE_CHECKING:
    from simcenter.scenario import Scenario

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Route:
    """One transfer: of the contacts of queue ``queue`` that desk ``desk`` answers, ``share`` go on to queue ``to``."""

    desk: int
    queue: int
    to: int
    share: float
    warm: bool
    after_s: float
    """Time spent before handing on; NaN: the full handle time."""
    handover_s: float
    factor: float
    """Factor on the next leg's handle time."""


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
    """(T, Q) expected first attempts."""
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
        volume=network.volume,
        queue_open=_masks(calendar.open_mask(queue) for queue in queues),
        handle_s=np.array([queue.handle_time.law.mean_s for queue in queues]),
        patience_s=np.array([np.inf if queue.patience is None else queue.patience.mean_s for queue in queues]),
        chat_speed=tuple(tuple(queue.speed) for queue in queues),
        split=np.array([queue.equal_rank != "file" for queue in queues]),
        serves=network.serves,
        rank=network.rank,
        after_s=network.after_s,
        speed=network.speed,
        resolved=network.resolved,
        routes=_routes(network),
        max_legs=network.max_legs,
        desk_open=desk_open,
        given=np.array([desk.advisers is not None for desk in desks]),
        least=least,
        most=most,
        cost=np.array([desk.cost_per_hour for desk in desks]),
        max_occupancy=np.array([desk.max_occupancy for desk in desks]),
    )


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


def _routes(network: Network) -> tuple[Route, ...]:
    queues = len(network.queue_names)
    routes = []
    for place in range(len(network.desk_names) * queues):
        before = 0.0
        for r in range(network.route_first[place], network.route_first[place + 1]):
            cum = float(network.route_cum[r])
            routes.append(
                Route(
                    desk=place // queues,
                    queue=place % queues,
                    to=int(network.route_queue[r]),
                    share=cum - before,
                    warm=bool(network.route_warm[r]),
                    after_s=float(network.route_after_s[r]),
                    handover_s=float(network.route_handover_s[r]),
                    factor=float(network.route_factor[r]),
                )
            )
            before = cum
    return tuple(routes)

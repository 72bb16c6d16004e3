"""Routes: where contacts are handed on, as the planner sees it: shares over all classes, and the time each costs."""

from dataclasses import dataclass

import numpy as np

from simcenter.simulation.network import WAIT, FloatArray, Network

ANY_DESK = -1
"""Desk of a route that every desk takes: contacts that turn out to belong elsewhere."""


@dataclass(frozen=True)
class Route:
    """One transfer: of the contacts of queue ``queue`` that desk ``desk`` answers, ``share`` go on to queue ``to``.

    With desk ``ANY_DESK``: of those who come to the queue by themselves, ``share`` belong to queue ``to``.
    """

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
    identify_s: float = 0.0
    """Time that the next adviser needs to know who it is."""
    if_busy: int = WAIT
    """WAIT, KEEP or DISCONNECT: what happens when nobody is free there."""


def routes_of(network: Network) -> tuple[Route, ...]:
    """Every route of a network; the shares of a queue's classes are weighted by their sizes."""
    desks, queues, classes = len(network.desk_names), len(network.queue_names), len(network.class_names)
    weight = class_weights(network)
    routes: list[Route] = []
    for d in range(desks):
        for q in range(queues):
            shares: dict[int, float] = {}
            rows = range(network.class_first[q], network.class_first[q + 1])
            for c in rows:
                for r, share in _cell(network, d * classes + c):
                    # the rows of a queue's classes have the same destinations in the same order
                    shares[network.route_queue[r]] = shares.get(network.route_queue[r], 0.0) + weight[c] * share
            for r, _ in _cell(network, d * classes + rows[0]):
                routes.append(_route(network, r, d, q, shares[network.route_queue[r]]))
    for q in range(queues):
        routes += [_route(network, r, ANY_DESK, q, share) for r, share in _cell(network, desks * classes + q)]
    return tuple(route for route in routes if route.share > 0)


def class_weights(network: Network) -> FloatArray:
    """(C,) the share of each class row within its queue."""
    weight = np.diff(network.class_cum, prepend=0.0)
    first = network.class_first[:-1]
    weight[first] = network.class_cum[first]
    return np.asarray(weight, dtype=np.float64)


def _cell(network: Network, cell: int) -> list[tuple[int, float]]:
    """The routes of a cell with their own shares."""
    rows = range(int(network.route_first[cell]), int(network.route_first[cell + 1]))
    own = np.diff(network.route_cum[rows.start : rows.stop], prepend=0.0)
    return list(zip(rows, own.tolist(), strict=True))


def _route(network: Network, r: int, desk: int, queue: int, share: float) -> Route:
    return Route(
        desk=desk,
        queue=queue,
        to=int(network.route_queue[r]),
        share=share,
        warm=bool(network.route_warm[r]),
        after_s=float(network.route_after_s[r]),
        handover_s=float(network.route_handover_s[r]),
        factor=float(network.route_factor[r]),
        identify_s=float(network.route_identify_s[r]),
        if_busy=int(network.route_if_busy[r]),
    )

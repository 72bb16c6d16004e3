"""The centre as objects: queues and desks built from the Network's arrays, nobody in it yet."""

from math import inf

from simcenter.simulation.floor import Desk, Offer, Serving
from simcenter.simulation.network import CHAT, DEFERRED, Network
from simcenter.simulation.waiting import Queue, Route


def build(network: Network) -> tuple[list[Queue], list[Desk]]:
    """Build the queues and desks of a network, in file order, with all that they know of each other."""
    queues = [Queue(q) for q in range(len(network.queue_names))]
    desks = [Desk(d, len(queues)) for d in range(len(network.desk_names))]
    for desk in desks:
        served = [queue for queue in queues if network.serves[desk.index, queue.index]]
        desk.serving = {queue.index: _serving(network, desk, queue, queues) for queue in served}
        for serving in desk.serving.values():
            for route in serving.routes:
                route.queue.lines.setdefault(desk.index, [])
    for queue in queues:
        _set_rules(network, queue, [desk for desk in desks if queue.index in desk.serving])
    for desk in desks:
        desk.slots = max((len(q.speeds) - 1 for q in queues if q.chat and q.index in desk.serving), default=1)
        desk.menu = _menu(network, desk, queues)
    return queues, desks


def _serving(network: Network, desk: Desk, queue: Queue, queues: list[Queue]) -> Serving:
    d, q = desk.index, queue.index
    cell = d * len(queues) + q
    routes = tuple(
        Route(
            queue=queues[network.route_queue[r]],
            cum=float(network.route_cum[r]),
            warm=bool(network.route_warm[r]),
            after_s=float(network.route_after_s[r]),
            handover_s=float(network.route_handover_s[r]),
            factor=float(network.route_factor[r]),
        )
        for r in range(int(network.route_first[cell]), int(network.route_first[cell + 1]))
    )
    return Serving(float(network.speed[d, q]), float(network.resolved[d, q]), routes)


def _set_rules(network: Network, queue: Queue, desks: list[Desk]) -> None:
    q = queue.index
    queue.live = bool(network.kind[q] != DEFERRED)
    queue.chat = bool(network.kind[q] == CHAT)
    queue.drops = bool(network.drop_at_closing[q])
    queue.room = inf if network.waiting_room[q] < 0 else int(network.waiting_room[q])
    queue.wrap_share = float(network.wrap_share[q])
    queue.equal_rank = int(network.equal_rank[q])
    slots = int(network.chat_slots[q]) if queue.chat else 1
    queue.speeds = (1.0, *network.chat_speed[q, :slots].tolist())
    takers = sorted((int(network.rank[desk.index, q]), desk.index, desk) for desk in desks)
    queue.takers = tuple(desk for _, _, desk in takers)
    after_s = network.after_s[:, q].tolist()
    queue.at_once = tuple((rank, desk) for rank, d, desk in takers if after_s[d] <= 0)
    queue.overflow = tuple((after_s[d], rank, desk) for rank, d, desk in takers if after_s[d] > 0)


def _menu(network: Network, desk: Desk, queues: list[Queue]) -> tuple[Offer, ...]:
    offers = [
        Offer(
            priority=int(network.priority[desk.index, queue.index]),
            queue=queue,
            after_s=float(network.after_s[desk.index, queue.index]),
            lines=tuple(line for from_desk, line in queue.lines.items() if from_desk != desk.index),
        )
        for queue in queues
        if queue.index in desk.serving
    ]
    return tuple(sorted(offers, key=lambda offer: offer.priority))

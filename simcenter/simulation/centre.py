"""The centre as objects: queues and desks built from the Network's arrays, nobody in it yet."""

from math import inf, isfinite

from simcenter.simulation.clock import Clock
from simcenter.simulation.floor import Desk, Offer, Serving
from simcenter.simulation.leg import Route
from simcenter.simulation.log import Entry
from simcenter.simulation.network import CHAT, DEFERRED, REDIAL, RELATIVE, REPEAT, Network
from simcenter.simulation.waiting import CallbackOffer, CustomerClass, OwnAdvisers, Queue, Return


def build(network: Network) -> tuple[list[Queue], list[Desk]]:
    """Build the queues and desks of a network, in file order, with all that they know of each other."""
    queues = [Queue(q) for q in range(len(network.queue_names))]
    desks = [Desk(d, len(queues)) for d in range(len(network.desk_names))]
    clock = Clock(network)
    for queue in queues:
        _set_rules(network, queue)
        _set_optional_rules(network, queue, queues, desks, clock)
    for desk in desks:
        served = [queue for queue in queues if network.serves[desk.index, queue.index]]
        desk.serving = {queue.index: _serving(network, desk, queue, queues) for queue in served}
        desk.slots = max((len(queue.speeds) - 1 for queue in served if queue.chat), default=1)
        desk.relative = bool(network.discipline[desk.index] == RELATIVE)
        desk.weighs = desk.relative or any(queue.own is not None and queue.own.desk is desk for queue in queues)
    for queue in queues:
        _set_takers(network, queue, [desk for desk in desks if queue.index in desk.serving])
    for desk in desks:
        desk.menu = _menu(network, desk, queues)
    return queues, desks


def _serving(network: Network, desk: Desk, queue: Queue, queues: list[Queue]) -> Serving:
    d, q = desk.index, queue.index
    cells = {row: _routes(network, d * network.class_count + row, Entry.TRANSFER, queues) for row in queue.classes}
    return Serving(
        priority=int(network.priority[d, q]),
        speed=float(network.speed[d, q]),
        resolved=float(network.resolved[d, q]),
        routes={row: routes for row, routes in cells.items() if routes},
        min_idle=int(network.min_idle[d, q]),
        interruptible=bool(network.interruptible[d, q]),
        uncertain=bool(network.interruptible[d, q]) or queue.callback is not None,
        usual=not (queue.misrouted or queue.callback or network.interruptible[d, q] or any(cells.values()))
        and bool(network.speed[d, q] == 1.0),
    )


def _routes(network: Network, cell: int, entry: Entry, queues: list[Queue]) -> tuple[Route, ...]:
    return tuple(
        Route(
            queue=queues[network.route_queue[r]],
            cum=float(network.route_cum[r]),
            warm=bool(network.route_warm[r]),
            after_s=float(network.route_after_s[r]),
            handover_s=float(network.route_handover_s[r]),
            factor=float(network.route_factor[r]),
            identify_s=float(network.route_identify_s[r]),
            if_busy=int(network.route_if_busy[r]),
            priority=int(network.route_priority[r]),
            credit_s=float(network.route_credit_s[r]),
            entry=int(entry),
            comings={},
        )
        for r in range(int(network.route_first[cell]), int(network.route_first[cell + 1]))
    )


def _set_rules(network: Network, queue: Queue) -> None:
    q = queue.index
    queue.live = bool(network.kind[q] != DEFERRED)
    queue.chat = bool(network.kind[q] == CHAT)
    queue.drops = bool(network.drop_at_closing[q])
    queue.room = inf if network.waiting_room[q] < 0 else int(network.waiting_room[q])
    queue.wrap_share = float(network.wrap_share[q])
    queue.equal_rank = int(network.equal_rank[q])
    slots = int(network.chat_slots[q]) if queue.chat else 1
    queue.speeds = (1.0, *network.chat_speed[q, :slots].tolist())
    queue.classes = {
        row: CustomerClass(
            int(network.class_priority[row]),
            float(network.class_credit_s[row]),
            float(network.class_target_s[row]),
        )
        for row in range(int(network.class_first[q]), int(network.class_first[q + 1]))
    }
    queue.only_row = next(iter(queue.classes)) if len(queue.classes) == 1 else -1


def _set_optional_rules(network: Network, queue: Queue, queues: list[Queue], desks: list[Desk], clock: Clock) -> None:
    q = queue.index
    queue.appointment_priority = int(network.appointment_priority[q])
    cell = network.desk_count * network.class_count + q
    queue.misrouted = _routes(network, cell, Entry.MISROUTED, queues)
    queue.balking = float(network.balking[q])
    queue.group = int(network.line_group[q])
    queue.callback = _callback(network, q) if isfinite(network.callback_over_s[q]) else None
    queue.own = None
    if network.own_share[q] > 0:
        of, wait_s = int(network.own_of[q]), float(network.own_wait_s[q])
        queue.own = OwnAdvisers(float(network.own_share[q]), desks[network.own_desk[q]], of, wait_s)
    queue.redial = _return(network, REDIAL, q, queues)
    queue.repeat = _return(network, REPEAT, q, queues)
    queue.guarded = queue.group >= 0 or queue.own is not None
    queue.reserved = bool((network.min_idle[:, q] > 1).any())
    queue.deters = queue.balking > 0 or queue.callback is not None
    queue.watched = queue.group >= 0 or queue.redial is not None or queue.repeat is not None
    queue.worked = lambda t_s: clock.worked(q, t_s)
    queue.after = lambda t_s, open_s: clock.after(q, t_s, open_s)


def _callback(network: Network, q: int) -> CallbackOffer:
    return CallbackOffer(
        over_s=float(network.callback_over_s[q]),
        accepted=float(network.callback_accepted[q]),
        reached=float(network.callback_reached[q]),
        tries=int(network.callback_tries[q]),
        retry_s=float(network.callback_retry_s[q]),
        ring_s=float(network.callback_ring_s[q]),
        mean_handle_s=float(network.mean_handle_s[q]),
    )


def _return(network: Network, kind: int, q: int, queues: list[Queue]) -> Return | None:
    if network.return_share[kind, q] <= 0:
        return None
    return Return(
        kind=kind,
        share=float(network.return_share[kind, q]),
        queue=queues[network.return_queue[kind, q]],
        at_most=int(network.return_at_most[kind, q]),
        working=bool(network.return_working[kind, q]),
        same_patience=bool(kind == REDIAL and network.return_same_patience[q]),
    )


def _set_takers(network: Network, queue: Queue, desks: list[Desk]) -> None:
    q = queue.index
    ranks = sorted((int(network.rank[desk.index, q]), desk.index, desk) for desk in desks)
    queue.takers = tuple((rank, desk) for rank, _, desk in ranks)
    after_s = network.after_s[:, q].tolist()
    queue.at_once = tuple((rank, desk) for rank, d, desk in ranks if after_s[d] <= 0)
    queue.overflow = tuple((after_s[d], rank, desk) for rank, d, desk in ranks if after_s[d] > 0)
    queue.interrupters = tuple(
        (after_s[d], desk) for _, d, desk in ranks if queue.live and network.interruptible[d].any()
    )


def _menu(network: Network, desk: Desk, queues: list[Queue]) -> tuple[Offer, ...]:
    offers = []
    for queue in queues:
        if queue.index in desk.serving:
            serving = desk.serving[queue.index]
            after_s = float(network.after_s[desk.index, queue.index])
            offer = Offer(serving.priority, queue, after_s, [])
            queue.offers.append((desk, offer.lines))
            offers.append(offer)
    return tuple(sorted(offers, key=lambda offer: offer.priority))

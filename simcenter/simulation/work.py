"""What an adviser has to do with a leg: how long he talks, wraps up, and whether he will hand it on."""

from __future__ import annotations

from simcenter.simulation.floor import Desk, Serving
from simcenter.simulation.grid import to_grid
from simcenter.simulation.leg import Leg, Work, chosen
from simcenter.simulation.log import Entry
from simcenter.simulation.network import KEEP
from simcenter.simulation.purposes import Purpose
from simcenter.simulation.stage import Stage

MISROUTED = int(Entry.MISROUTED)


def settle(leg: Leg, serving: Serving, stage: Stage) -> float:
    """Settle what is done with a leg that is answered now: ``route``, ``wrap_s`` and ``kept``; returns the talk."""
    queue, coming = leg.queue, leg.coming
    if coming.work is not None:
        return _resume(leg, serving, coming.work)
    handle_s = leg.chances[2]
    if coming.factor != 1.0 or serving.speed != 1.0:
        handle_s = to_grid(handle_s * coming.factor / serving.speed)
    route = None
    if queue.misrouted and coming.from_desk < 0:
        route = chosen(queue.misrouted, stage.chance(leg, Purpose.MISROUTED))
    if route is None and serving.routes:
        route = chosen(serving.routes.get(coming.class_row, ()), leg.chances[3])
    leg.route = route
    leg.wrap_s = 0.0
    talk_s = handle_s
    if route is None:
        if queue.wrap_share:
            leg.wrap_s = to_grid(handle_s * queue.wrap_share)
            talk_s -= leg.wrap_s
    else:
        if route.after_s == route.after_s:  # not NaN
            talk_s = route.after_s
        if route.if_busy == KEEP or serving.interruptible:
            left_s = max(handle_s - talk_s, 0.0)
            wrap_s = min(to_grid(handle_s * queue.wrap_share), left_s)
            leg.kept = (left_s - wrap_s, wrap_s)
    return talk_s + coming.identify_s


def _resume(leg: Leg, serving: Serving, work: Work) -> float:
    """Go on where another adviser, or the same, was interrupted."""
    talk_s, wrap_s, route, kept = work.talk_s, work.wrap_s, work.route, work.kept
    before = work.desk.serving[leg.queue.index]
    if before is not serving:
        if before.speed != serving.speed:
            talk_s, wrap_s, *kept_s = (
                to_grid(x_s * before.speed / serving.speed) for x_s in (talk_s, wrap_s, *work.kept)
            )
            kept = (kept_s[0], kept_s[1])
        if route is None or route.entry != MISROUTED:
            settled, route = route, chosen(serving.routes.get(leg.coming.class_row, ()), leg.chances[3])
            if settled is None and route is not None:
                kept, wrap_s = (0.0, wrap_s), 0.0
    leg.route, leg.wrap_s, leg.kept = route, wrap_s, kept
    return talk_s


def left_of(leg: Leg, desk: Desk, now_s: float) -> Work:
    """What is left to do of a leg in talk."""
    kept = (0.0, 0.0) if leg.route is None else leg.kept
    return Work(leg.end_s - now_s, leg.wrap_s, leg.route, kept, desk)

"""The two decisions of a centre: which adviser for a contact that enters, which contact for an adviser who is able."""

from simcenter.simulation.floor import Adviser, Desk
from simcenter.simulation.network import FILE, LONGEST_IDLE
from simcenter.simulation.waiting import Leg


def adviser_for(leg: Leg) -> Adviser | None:
    """Choose who takes the leg that enters its queue now.

    Only desks that need not let it wait come into question; the lowest rank first, equal ranks by the queue's rule.
    """
    queue = leg.queue
    if not (queue.live or queue.open):
        return None
    found: list[Adviser] | None = None
    found_rank = 0
    for rank, desk in queue.at_once:
        # in overtime a desk takes from closed queues only, into which nobody enters
        if not desk.able or desk.to_leave or desk.overtime or desk.index == leg.from_desk:
            continue
        held, _, _, adviser = desk.able[0]
        if held and not queue.chat:
            continue
        if queue.equal_rank == FILE:
            return adviser
        if found is None:
            found, found_rank = [adviser], rank
        elif rank == found_rank:
            found.append(adviser)
    if found is None:
        return None
    if queue.equal_rank == LONGEST_IDLE:
        return min(found, key=lambda a: (a.held, a.since_s, a.desk.index))
    return found[int(leg.chances[5] * len(found))]


def contact_for(desk: Desk, idle: bool, now_s: float) -> Leg | None:
    """Choose the first of the waiting contacts that the desk may take now and an adviser, idle or not, is able to."""
    first, first_priority = None, 0
    if desk.to_leave:
        return None
    for priority, queue, after_s, lines in desk.menu:
        if first is not None and priority != first_priority:
            break
        if queue.waiting and (idle or queue.chat) and desk.takes(queue):
            for line in lines:
                # who has waited longest is at the head: if he has not waited enough, nobody has
                if line and (first is None or line[0] < first) and now_s - line[0][0] >= after_s:
                    first, first_priority = line[0], priority
    return first[3] if first is not None else None

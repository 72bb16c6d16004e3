"""The decisions of a centre: which adviser for a contact, which contact for an adviser, and whose work may wait."""

from __future__ import annotations

from simcenter.simulation.floor import Adviser, Desk
from simcenter.simulation.leg import Leg
from simcenter.simulation.network import FILE, LONGEST_IDLE, RANDOM_ADVISER
from simcenter.simulation.waiting import Queue, Waiting


def adviser_for(leg: Leg, now_s: float) -> Adviser | None:
    """Choose who takes the leg that enters its queue now.

    Only desks that need not let it wait (any more) come into question; the lowest rank first, equal ranks by the
    queue's rule.
    """
    queue = leg.queue
    if not (queue.live or queue.open):
        return None
    found: list[Adviser] | None = None
    found_rank = 0
    from_desk = leg.coming.from_desk
    for rank, desk in queue.at_once if leg.since_s == now_s else _after(leg, now_s):
        if not desk.able or desk.to_leave or desk.index == from_desk:
            continue
        held, _, _, adviser = desk.able[0]
        if held and not queue.chat:
            continue
        if desk.overtime and queue.open:
            continue
        if queue.reserved and desk.adviser_for(queue) is None:  # too few idle
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
    if queue.equal_rank == RANDOM_ADVISER:
        return _at_random(queue, found, leg.chances[5])
    return found[int(leg.chances[5] * len(found))]


def _after(leg: Leg, now_s: float) -> list[tuple[int, Desk]]:
    """(rank, desk) of those for which the leg has waited long enough, credit included."""
    queue = leg.queue
    late = [(rank, desk) for after_s, rank, desk in queue.overflow if now_s - leg.since_s >= after_s]
    if not late:
        return list(queue.at_once)
    return sorted([*queue.at_once, *late], key=lambda taker: (taker[0], taker[1].index))


def _at_random(queue: Queue, found: list[Adviser], u: float) -> Adviser:
    """Who is first at his desk, each desk as likely as it has advisers able to take a contact of the queue."""
    counts = [adviser.desk.count_able(queue) for adviser in found]
    number = int(u * sum(counts))
    for adviser, count in zip(found, counts, strict=True):
        if number < count:
            return adviser
        number -= count
    raise AssertionError


def own_adviser(leg: Leg) -> tuple[Adviser | None, bool]:
    """The customer's own adviser if he is there and his desk takes the leg now, and whether he is able to take it."""
    queue = leg.queue
    own = queue.own
    if own is None or leg.coming.own < 0:
        return None, False
    desk = own.desk
    adviser = desk.advisers.get(leg.coming.own)
    if adviser is None or desk.index == leg.coming.from_desk or not desk.takes(queue):
        return None, False
    return adviser, adviser.held == 0 or (queue.chat and desk.is_able(adviser))


def work_for(leg: Leg, now_s: float) -> Leg | None:
    """The work that is put back for the leg: at the first desk, by rank, that may take the leg and has any."""
    for after_s, desk in leg.queue.interrupters:
        if now_s - leg.since_s >= after_s and (work := work_at(desk, leg)) is not None:
            return work
    return None


def work_at(desk: Desk, leg: Leg) -> Leg | None:
    """The work at a desk that is put back for the leg, which has waited enough: begun last, then the lowest number."""
    if desk.interruptible and desk.index != leg.coming.from_desk and desk.takes(leg.queue):
        return desk.interruptible[-1][2]
    return None


def contact_for(desk: Desk, adviser: Adviser, now_s: float) -> Leg | None:
    """Choose the first of the waiting contacts that the adviser may take now and is able to."""
    if desk.to_leave:
        return None
    if desk.weighs:
        return _first([*_own_heads(desk, adviser), *_heads(desk, adviser, now_s)], desk, now_s)
    first, first_priority = None, 0
    idle = adviser.held == 0
    for priority, queue, after_s, lines in desk.menu:
        if first is not None and priority != first_priority:
            break
        if queue.waiting and (idle or queue.chat) and desk.takes(queue):
            if queue.reserved and not _enough_idle(desk, adviser, queue):
                continue
            for line in lines:
                # who has waited longest is at the head: if he has not waited enough, nobody has
                if line and (first is None or line[0] < first) and now_s - line[0][1] >= after_s:
                    first, first_priority = line[0], priority
    return first[5] if first is not None else None


def own_contact_for(desk: Desk, adviser: Adviser, now_s: float) -> Leg | None:
    """The same of those who wait for this adviser alone."""
    return _first(_own_heads(desk, adviser), desk, now_s)


def _own_heads(desk: Desk, adviser: Adviser) -> list[Waiting]:
    """Of each line of those who wait for this adviser alone, if he may take from it now, the first."""
    lines = desk.own_lines.get(adviser.number, ())
    return [line[0] for queue, line in lines if line and _can(adviser, queue) and desk.takes(queue)]


def _heads(desk: Desk, adviser: Adviser, now_s: float) -> list[Waiting]:
    """Of each other line that he may take from now, the first."""
    heads: list[Waiting] = []
    for _, queue, after_s, lines in desk.menu:
        enough = not queue.reserved or _enough_idle(desk, adviser, queue)
        if queue.waiting and enough and _can(adviser, queue) and desk.takes(queue):
            heads += [line[0] for line in lines if line and now_s - line[0][1] >= after_s]
    return heads


def _can(adviser: Adviser, queue: Queue) -> bool:
    """Whether the adviser, who is able to take something, is able to take a contact of the queue."""
    return adviser.held == 0 or queue.chat


def _first(heads: list[Waiting], desk: Desk, now_s: float) -> Leg | None:
    """The first of some who wait, by the desk's discipline."""
    if not heads:
        return None
    if desk.relative:
        return min(heads, key=lambda head: (-_relative_wait(head[5], now_s), head[1:]))[5]
    return min(heads, key=lambda head: (desk.serving[head[5].queue.index].priority, head))[5]


def _relative_wait(leg: Leg, now_s: float) -> float:
    """How long the leg has waited, over the promise of its class; open time in deferred queues."""
    queue = leg.queue
    waited_s = now_s - leg.since_s
    if not queue.live:
        waited_s = queue.worked(now_s) - queue.worked(max(leg.since_s, 0.0))
    return waited_s / queue.classes[leg.coming.class_row].target_s


def _enough_idle(desk: Desk, adviser: Adviser, queue: Queue) -> bool:
    """Whether enough of the desk hold nothing, the adviser, who may not be listed, included."""
    return desk.idle() + (desk.place_of(adviser) < 0) >= desk.serving[queue.index].min_idle

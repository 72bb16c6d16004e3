"""The decisions of a centre: which adviser for a contact, which contact for an adviser, and whose work may wait."""

from __future__ import annotations

from simcenter.simulation.floor import Adviser, Desk
from simcenter.simulation.leg import Leg
from simcenter.simulation.network import FILE, LONGEST_IDLE, RANDOM_ADVISER
from simcenter.simulation.waiting import Line, Queue


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
        if not queue.live and desk.adviser_for(queue) is None:  # too few idle
            continue
        if queue.equal_rank == FILE:
            return adviser
        if found is None:
            found, found_rank = [adviser], rank
        elif rank == found_rank:
            found.append(adviser)
    if found is None:
        return None
    return _of_equal_rank(queue, found, leg.chances[5])


def _after(leg: Leg, now_s: float) -> list[tuple[int, Desk]]:
    """(rank, desk) of those for which the leg has waited long enough, credit included."""
    queue = leg.queue
    late = [(rank, desk) for after_s, rank, desk in queue.overflow if now_s - leg.since_s >= after_s]
    if not late:
        return list(queue.at_once)
    return sorted([*queue.at_once, *late], key=lambda taker: (taker[0], taker[1].index))


def _of_equal_rank(queue: Queue, found: list[Adviser], u: float) -> Adviser:
    """One of the advisers who are first at their desks, the desks in file order."""
    if queue.equal_rank == LONGEST_IDLE:
        return min(found, key=lambda a: (a.held, a.since_s, a.desk.index))
    if queue.equal_rank != RANDOM_ADVISER:
        return found[int(u * len(found))]
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


def contact_for(desk: Desk, adviser: Adviser, now_s: float, pool: bool = True) -> Leg | None:
    """Choose the first of the waiting contacts that the adviser may take now and is able to.

    ``pool`` says whether those who do not wait for him alone come into question.
    """
    if desk.to_leave:
        return None
    own = desk.own_lines.get(adviser.number) if desk.own_lines else None
    if desk.relative:
        return _relatively_longest(desk, adviser, now_s, own, pool)
    first, first_priority = None, 0
    idle = adviser.held == 0
    for priority, queue, after_s, min_idle, lines in desk.menu if pool else ():
        if first is not None and priority != first_priority:
            break
        if queue.waiting and (idle or queue.chat) and desk.takes(queue):
            if min_idle > 1 and _idle_with(desk, adviser) < min_idle:
                continue
            for line in lines:
                # who has waited longest is at the head: if he has not waited enough, nobody has
                if line and (first is None or line[0] < first) and now_s - line[0][1] >= after_s:
                    first, first_priority = line[0], priority
    for queue, line in own or ():
        if line and (idle or queue.chat) and desk.takes(queue):
            priority = desk.serving[queue.index].priority
            if first is None or (priority, line[0]) < (first_priority, first):
                first, first_priority = line[0], priority
    return first[5] if first is not None else None


def _relatively_longest(
    desk: Desk, adviser: Adviser, now_s: float, own: list[tuple[Queue, Line]] | None, pool: bool
) -> Leg | None:
    idle = adviser.held == 0
    heads = [(queue, line[0]) for queue, line in own or () if line]
    for _, queue, after_s, min_idle, lines in desk.menu if pool else ():
        if queue.waiting and (min_idle <= 1 or _idle_with(desk, adviser) >= min_idle):
            heads += [(queue, line[0]) for line in lines if line and now_s - line[0][1] >= after_s]
    may = [row for queue, row in heads if (idle or queue.chat) and desk.takes(queue)]
    if not may:
        return None
    return min(may, key=lambda row: (-_relative_wait(row[5], now_s), row[1:]))[5]


def _relative_wait(leg: Leg, now_s: float) -> float:
    """How long the leg has waited, over the promise of its class; open time in deferred queues."""
    queue = leg.queue
    waited_s = now_s - leg.since_s
    if not queue.live:
        waited_s = queue.worked(now_s) - queue.worked(max(leg.since_s, 0.0))
    return waited_s / queue.classes[leg.coming.class_row].target_s


def _idle_with(desk: Desk, adviser: Adviser) -> int:
    """How many of the desk hold nothing, the adviser, who may not be listed, included."""
    return desk.idle() + (desk.place_of(adviser) < 0)

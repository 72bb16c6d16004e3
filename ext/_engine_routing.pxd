"""The decisions of a centre: which adviser for a contact, which contact for an adviser, and whose work may wait."""
cimport cython
from libc.stdint cimport int64_t

from _engine_clock cimport worked
from _engine_floor cimport adviser_at, count_able, is_able, takes
from _engine_state cimport NOBODY, Adviser, Desk, Leg, Line, Offer, Play, Queue, Taker
from _engine_waiting cimport head_of

cdef enum:
    # How desks of equal rank are ordered.
    FILE = 0
    LONGEST_IDLE = 1
    RANDOM = 2
    RANDOM_ADVISER = 3


cdef inline Adviser* adviser_of(const Play* p, const Taker* taker, const Leg* leg, double now_s) noexcept nogil:
    """The adviser of a desk who takes the leg now, if it has waited long enough; NULL: nobody."""
    if taker.desk == leg.from_desk or now_s - leg.since_s < taker.after_s:
        return NULL
    return adviser_at(p, &p.desks[taker.desk], leg.queue)


cdef inline bint idle_longer(const Adviser* x, const Adviser* y) noexcept nogil:
    """By (held, since), then the desk's place in the file."""
    if x.held != y.held:
        return x.held < y.held
    if x.since_s != y.since_s:
        return x.since_s < y.since_s
    return x.desk.index < y.desk.index


cdef inline Adviser* adviser_for(const Play* p, const Leg* leg, double now_s) noexcept nogil:
    """Choose who takes the leg that enters its queue now.

    Only desks that need not let it wait (any more) come into question; the lowest rank first, equal ranks by the
    queue's rule.
    """
    cdef const Queue* queue = leg.queue
    cdef Adviser* adviser
    cdef Adviser* found = NULL
    cdef int i, rank = 0, first = 0, count = 0
    if not (queue.live or queue.open):
        return NULL
    for i in range(queue.taker_first, queue.taker_last):
        if found != NULL and p.takers[i].rank != rank:
            break
        adviser = adviser_of(p, &p.takers[i], leg, now_s)
        if adviser == NULL:
            continue
        if queue.equal_rank == FILE:
            return adviser
        if found == NULL:
            rank, first = p.takers[i].rank, i
        if found == NULL or (queue.equal_rank == LONGEST_IDLE and idle_longer(adviser, found)):
            found = adviser
        count += count_able(adviser.desk, queue.chat) if queue.equal_rank == RANDOM_ADVISER else 1
    if found == NULL or queue.equal_rank == LONGEST_IDLE:
        return found
    count = <int>(leg.equal_rank_u * count)
    for i in range(first, queue.taker_last):
        adviser = adviser_of(p, &p.takers[i], leg, now_s)
        if adviser != NULL:
            count -= count_able(adviser.desk, queue.chat) if queue.equal_rank == RANDOM_ADVISER else 1
            if count < 0:
                return adviser
    return NULL


cdef inline Adviser* own_adviser(const Play* p, const Leg* leg) noexcept nogil:
    """The customer's own adviser if he is there and his desk takes the leg now; NULL: not so."""
    cdef const Queue* queue = leg.queue
    cdef const Desk* desk
    if leg.own == NOBODY:
        return NULL
    desk = &p.desks[queue.own_desk]
    if leg.own >= desk.numbers or not desk.advisers[leg.own].on_floor:
        return NULL
    if desk.index == leg.from_desk or not takes(desk, queue):
        return NULL
    return &desk.advisers[leg.own]


cdef inline bint can_take(const Adviser* adviser, const Queue* queue) noexcept nogil:
    """Whether the adviser is able to take a contact of the queue."""
    return adviser.held == 0 or (queue.chat and is_able(adviser))


cdef inline Leg* work_at(const Play* p, const Desk* desk, const Leg* leg) noexcept nogil:
    """The work at a desk that is put back for the leg, which has waited enough: begun last, then the lowest number."""
    if desk.talks.n == 0 or desk.index == leg.from_desk or not leg.queue.live or not takes(desk, leg.queue):
        return NULL
    return &p.legs[p.advisers[desk.talks.a[0].ref].leg]


cdef inline Leg* work_for(const Play* p, const Leg* leg, double now_s) noexcept nogil:
    """The work that is put back for the leg: at the first desk, by rank, that may take the leg and has any."""
    cdef int i
    cdef Leg* work
    if leg.queue.interrupts:
        for i in range(leg.queue.taker_first, leg.queue.taker_last):
            if now_s - leg.since_s >= p.takers[i].after_s:
                work = work_at(p, &p.desks[p.takers[i].desk], leg)
                if work != NULL:
                    return work
    return NULL


@cython.cdivision(True)
cdef inline double relative_wait(const Play* p, const Leg* leg, double now_s) noexcept nogil:
    """How long the leg has waited, over the promise of its class; open time in deferred queues."""
    cdef double waited_s = now_s - leg.since_s
    if not leg.queue.live:
        waited_s = worked(leg.queue, now_s) - worked(leg.queue, leg.since_s if leg.since_s > 0.0 else 0.0)
    return waited_s / p.classes[leg.class_row].target_s


cdef inline bint comes_before(const Play* p, const Desk* desk, const Leg* x, const Leg* y, double now_s) noexcept nogil:
    """Whether the desk takes x rather than y."""
    cdef int64_t mine, other
    cdef double wait, other_wait
    if desk.relative:
        wait, other_wait = relative_wait(p, x, now_s), relative_wait(p, y, now_s)
        if wait != other_wait:
            return wait > other_wait
    else:
        if x.queue != y.queue:
            mine = p.servings[desk.index * p.queue_count + x.queue.index].priority
            other = p.servings[desk.index * p.queue_count + y.queue.index].priority
            if mine != other:
                return mine < other
        if x.priority != y.priority:
            return x.priority < y.priority
    if x.since_s != y.since_s:
        return x.since_s < y.since_s
    if x.origin != y.origin:
        return x.origin < y.origin
    return x.customer < y.customer


cdef inline bint enough_idle(const Play* p, const Desk* desk, const Adviser* adviser, int64_t least) noexcept nogil:
    """Whether so many of the desk hold nothing, the adviser, who may not be listed, included."""
    return least <= 1 or desk.able[0].n + (p.able_place[adviser.index] == NOBODY) >= least


cdef inline Leg* contact_for(const Play* p, const Adviser* adviser, bint pool, double now_s) noexcept nogil:
    """Choose the first of the waiting contacts that the adviser may take now and is able to.

    ``pool`` says whether those who do not wait for him alone come into question.
    """
    cdef Leg* first = NULL
    cdef Leg* head
    cdef const Desk* desk = adviser.desk
    cdef const Offer* offer
    cdef const Queue* queue
    cdef const Line* line
    cdef int i, at
    cdef int64_t priority = 0
    if desk.to_leave:
        return NULL
    if pool:
        for i in range(desk.offer_first, desk.offer_last):
            offer = &p.offers[i]
            if first != NULL and offer.priority != priority and not desk.relative:
                break
            queue = &p.queues[offer.queue]
            if queue.waiting == 0 or not (adviser.held == 0 or queue.chat) or not takes(desk, queue):
                continue
            if not enough_idle(p, desk, adviser, offer.min_idle):
                continue
            at = queue.line
            while at != NOBODY:
                line = &p.lines[at]
                # who has waited longest is at the head: if he has not waited enough, nobody has
                head = head_of(p, line) if line.from_desk != desk.index else NULL
                if head != NULL and now_s - head.since_s >= offer.after_s:
                    if first == NULL or comes_before(p, desk, head, first, now_s):
                        first, priority = head, offer.priority
                at = line.next
    if desk.own_waiting > 0:
        at = adviser.line
        while at != NOBODY:
            line = &p.lines[at]
            queue = &p.queues[line.queue]
            head = head_of(p, line)
            if head != NULL and (adviser.held == 0 or queue.chat) and takes(desk, queue):
                if first == NULL or comes_before(p, desk, head, first, now_s):
                    first = head
            at = line.next
    return first

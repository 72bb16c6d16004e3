"""The two decisions of a centre: which adviser for a contact that enters, which contact for an adviser who is able."""
from _engine_floor cimport first_able, takes
from _engine_heap cimport leg_before
from _engine_state cimport NOBODY, Adviser, Desk, Leg, Offer, Play, Queue, Taker, check

cdef enum:
    # How desks of equal rank are ordered.
    FILE = 0
    LONGEST_IDLE = 1
    RANDOM = 2


cdef inline Adviser* adviser_at(const Play* p, const Desk* desk, const Leg* leg) noexcept nogil:
    """The adviser of a desk who would take the leg that enters its queue now; NULL: nobody."""
    # in overtime a desk takes from closed queues only, into which nobody enters
    if desk.to_leave or desk.overtime or desk.index == leg.from_desk:
        return NULL
    return first_able(desk, leg.queue.chat)


cdef inline bint idle_longer(const Adviser* x, const Adviser* y) noexcept nogil:
    """By (held, since), then the desk's place in the file."""
    if x.held != y.held:
        return x.held < y.held
    if x.since_s != y.since_s:
        return x.since_s < y.since_s
    return x.desk.index < y.desk.index


cdef inline Adviser* adviser_for(const Play* p, const Leg* leg) noexcept nogil:
    """Choose who takes the leg that enters its queue now.

    Only desks that need not let it wait come into question; the lowest rank first, equal ranks by the queue's rule.
    """
    cdef const Queue* queue = leg.queue
    cdef const Taker* taker
    cdef Adviser* adviser
    cdef Adviser* found = NULL
    cdef int i, rank = 0, first = 0, count = 0
    if not (queue.live or queue.open):
        return NULL
    for i in range(queue.taker_first, queue.taker_last):
        taker = &p.takers[i]
        if found != NULL and taker.rank != rank:
            break
        if taker.after_s > 0:
            continue
        adviser = adviser_at(p, &p.desks[taker.desk], leg)
        if adviser == NULL:
            continue
        if queue.equal_rank == FILE:
            return adviser
        if found == NULL:
            rank, first = taker.rank, i
        if found == NULL or (queue.equal_rank == LONGEST_IDLE and idle_longer(adviser, found)):
            found = adviser
        count += 1
    if found == NULL or queue.equal_rank == LONGEST_IDLE:
        return found
    count = <int>(leg.equal_rank_u * count)
    for i in range(first, queue.taker_last):
        if p.takers[i].after_s > 0:
            continue
        adviser = adviser_at(p, &p.desks[p.takers[i].desk], leg)
        if adviser != NULL:
            if count == 0:
                return adviser
            count -= 1
    return NULL


cdef inline Leg* contact_for(const Play* p, const Desk* desk, bint idle, double now_s) noexcept nogil:
    """Choose the first of the waiting contacts that the desk may take now and an adviser, idle or not, is able to."""
    cdef Leg* first = NULL
    cdef Leg* head
    cdef const Offer* offer
    cdef const Queue* queue
    cdef int i, line
    cdef long priority = 0
    if desk.to_leave:
        return NULL
    for i in range(desk.offer_first, desk.offer_last):
        offer = &p.offers[i]
        if first != NULL and offer.priority != priority:
            break
        queue = &p.queues[offer.queue]
        if queue.waiting > 0 and (idle or queue.chat) and takes(desk, queue):
            line = queue.line
            while line != NOBODY:
                if p.lines[line].heap.n > 0 and p.lines[line].from_desk != desk.index:
                    head = &p.legs[p.lines[line].heap.a[0].ref]
                    # who has waited longest is at the head: if he has not waited enough, nobody has
                    if now_s - head.entered_s >= offer.after_s and (first == NULL or waits_before(head, first)):
                        first, priority = head, offer.priority
                line = p.lines[line].next
    return first


cdef inline bint waits_before(const Leg* x, const Leg* y) noexcept nogil:
    """By (entered, origin, customer)."""
    if x.entered_s != y.entered_s:
        return x.entered_s < y.entered_s
    if x.origin != y.origin:
        return x.origin < y.origin
    return x.customer < y.customer

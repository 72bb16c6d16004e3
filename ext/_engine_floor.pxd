"""Desks and the advisers they have on the floor.

The able of a desk, those who can take something, are in heaps by how many contacts they hold, each ordered by (since,
number). So the first of them is the one to choose: for a chat always, for anything else if he is idle (if he is not,
nobody is).
"""
from libc.stdint cimport int64_t, uint8_t

from _engine_heap cimport heap_push, heap_remove
from _engine_recorder cimport duty
from _engine_state cimport NOBODY, Adviser, Desk, Heap, Leg, Offer, Play, Queue, check
from _engine_waiting cimport waits_for


cdef inline bint takes(const Desk* desk, const Queue* queue) noexcept nogil:
    """Whether it takes contacts of a queue that it serves now."""
    if desk.to_leave or not (queue.live or queue.open):
        return False
    return not desk.overtime or (queue.live and not queue.open)


cdef inline Adviser* first_able(const Desk* desk, bint chat) noexcept nogil:
    """The first of those who can take a contact, a chat or another; NULL: nobody can."""
    cdef int held
    if desk.able[0].n > 0:
        return &desk.advisers[desk.able[0].a[0].ref - desk.advisers.index]
    if chat:
        for held in range(1, desk.slots):
            if desk.able[held].n > 0:
                return &desk.advisers[desk.able[held].a[0].ref - desk.advisers.index]
    return NULL


cdef inline bint is_able(const Adviser* adviser) noexcept nogil:
    """Whether the adviser can take anything more: when idle, or a chat beside his chats."""
    return adviser.held == 0 or (adviser.chatting and adviser.held < adviser.desk.slots)


cdef inline bint idle_enough(const Desk* desk, int64_t min_idle) noexcept nogil:
    return min_idle <= 1 or desk.able[0].n >= min_idle


cdef inline Adviser* adviser_at(const Play* p, const Desk* desk, const Queue* queue) noexcept nogil:
    """The adviser of the desk who takes a contact of the queue now, if it takes any and somebody is able to."""
    if not takes(desk, queue):
        return NULL
    if not idle_enough(desk, p.servings[desk.index * p.queue_count + queue.index].min_idle):
        return NULL
    return first_able(desk, queue.chat)


cdef inline int count_able(const Desk* desk, bint chat) noexcept nogil:
    """How many can take a contact, a chat or another."""
    cdef int held, count = desk.able[0].n
    if chat:
        for held in range(1, desk.slots):
            count += desk.able[held].n
    return count


cdef inline void note_talk(Play* p, const Leg* leg) noexcept nogil:
    """Somebody talks who may be interrupted."""
    cdef Adviser* adviser = leg.adviser
    heap_push(p, &adviser.desk.talks, p.talk_place, -leg.start_s, adviser.number, adviser.index, -1)


cdef inline void forget_talk(Play* p, const Leg* leg) noexcept nogil:
    """That talk is over."""
    heap_remove(p, &leg.adviser.desk.talks, p.talk_place, p.talk_place[leg.adviser.index], -1)


cdef inline void stand_by(Play* p, Adviser* adviser) noexcept nogil:
    """List the adviser among the able."""
    check(p, is_able(adviser) and adviser.on_floor, b"only the able stand by")
    heap_push(
        p, &adviser.desk.able[adviser.held], p.able_place, adviser.since_s, adviser.number, adviser.index, -1
    )


cdef inline void withdraw(Play* p, Adviser* adviser) noexcept nogil:
    """Take the adviser off the list of the able, if he is on it."""
    cdef int i = p.able_place[adviser.index]
    if i != NOBODY:
        heap_remove(p, &adviser.desk.able[adviser.held], p.able_place, i, -1)


cdef inline void go_home(Play* p, Adviser* adviser, double now_s) noexcept nogil:
    """Off the floor."""
    check(p, adviser.on_floor and adviser.held == 0, b"who leaves the floor holds nothing")
    withdraw(p, adviser)
    adviser.on_floor = False
    adviser.desk.on_floor -= 1
    duty(p, adviser, now_s)


cdef inline void come(Play* p, Desk* desk, int more, const uint8_t* present, double now_s) noexcept nogil:
    """So many newcomers, each with the lowest free number (of those present)."""
    cdef int number = 0
    cdef Adviser* adviser
    while more > 0:
        if number >= desk.numbers:
            check(p, False, b"there are no more advisers than planned")
            return
        adviser = &desk.advisers[number]
        if not adviser.on_floor and (present == NULL or present[number]):
            adviser.on_floor = True
            adviser.held = 0
            adviser.chatting = False
            adviser.chat = NOBODY
            adviser.since_s = adviser.came_s = now_s
            desk.on_floor += 1
            stand_by(p, adviser)
            more -= 1
        number += 1


cdef inline void set_target(
    Play* p, Desk* desk, int target, const uint8_t* present, double now_s
) noexcept nogil:
    """Change how many advisers there are to be."""
    cdef int more = target - (desk.on_floor - desk.to_leave)
    cdef int kept = min(desk.to_leave, more) if more > 0 else 0
    cdef int number = desk.numbers
    desk.target = target
    desk.to_leave -= kept
    if more > kept:
        come(p, desk, more - kept, present, now_s)
    while more < 0 and desk.able[0].n > 0:
        number -= 1
        if desk.advisers[number].on_floor and desk.advisers[number].held == 0:
            go_home(p, &desk.advisers[number], now_s)
            more += 1
    if more < 0:
        desk.to_leave -= more


cdef inline bint has_late_work(const Play* p, const Desk* desk) noexcept nogil:
    """Whether a live contact of a closed queue waits for it or is in hand: what advisers stay for after closing."""
    cdef int i
    cdef const Queue* queue
    for i in range(desk.offer_first, desk.offer_last):
        queue = &p.queues[p.offers[i].queue]
        if queue.live and not queue.open and (desk.in_hand[queue.index] > 0 or waits_for(p, queue, desk.index)):
            return True
    return False

"""Chats in one adviser's hands: each has work left, done the slower the more of them there are."""
cimport cython
from libc.math cimport ceil, rint

from _engine_heap cimport call_off, schedule
from _engine_state cimport NOBODY, Adviser, Leg, Play, check

cdef enum:
    SERVICE_END = 2  # a kind of event


cdef inline double to_grid(double x_s) noexcept nogil:
    return rint(x_s * 1048576.0) / 1048576.0


cdef inline double ceil_to_grid(double x_s) noexcept nogil:
    return ceil(x_s * 1048576.0) / 1048576.0


cdef inline void settle(Play* p, const Adviser* adviser, double now_s) noexcept nogil:
    """Deduct the work done since it was last settled; to be called before the number held changes."""
    cdef int i = adviser.chat
    cdef Leg* chat
    cdef double left_s
    while i != NOBODY:
        chat = &p.legs[i]
        left_s = chat.left_s - to_grid((now_s - chat.settled_s) * chat.queue.speeds[adviser.held])
        chat.left_s = left_s if left_s > 0.0 else 0.0
        chat.settled_s = now_s
        i = chat.next_chat


@cython.cdivision(True)
cdef inline void go_on(Play* p, const Leg* chat, double now_s) noexcept nogil:
    """Set the end of a chat (anew); rounded up, so that no work is ever left over."""
    cdef double time_left_s = ceil_to_grid(chat.left_s / chat.queue.speeds[chat.adviser.held])
    schedule(p, 2 * chat.index, now_s + time_left_s, SERVICE_END)


cdef inline void all_go_on(Play* p, const Adviser* adviser, double now_s) noexcept nogil:
    cdef int i = adviser.chat
    while i != NOBODY:
        go_on(p, &p.legs[i], now_s)
        i = p.legs[i].next_chat


cdef inline void take_up(Play* p, Adviser* adviser, Leg* leg) noexcept nogil:
    """Add a chat to those in hand that have work."""
    leg.has_work = True
    leg.last_chat = NOBODY
    leg.next_chat = adviser.chat
    if adviser.chat != NOBODY:
        p.legs[adviser.chat].last_chat = leg.index
    adviser.chat = leg.index


cdef inline void put_aside(Play* p, Leg* leg) noexcept nogil:
    """The chat stays in hand, without work, until somebody answers its customer's next leg; or it is over."""
    call_off(p, 2 * leg.index)
    leg.has_work = False
    if leg.last_chat == NOBODY:
        check(p, leg.adviser.chat == leg.index, b"a chat is in its adviser's hands")
        leg.adviser.chat = leg.next_chat
    else:
        p.legs[leg.last_chat].next_chat = leg.next_chat
    if leg.next_chat != NOBODY:
        p.legs[leg.next_chat].last_chat = leg.last_chat

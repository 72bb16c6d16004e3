"""Waiting lines: in each queue one for first arrivals and one for each desk that hands on into it.

A desk may not take whom it handed on; so it takes from the head of a line or not at all, and nobody searches a line.
"""
from _engine_heap cimport call_off, heap_push, heap_remove, leg_before
from _engine_state cimport NOBODY, WAITS, ENTERING, Leg, Line, Play, Queue, check, grown, let_heap_grow


cdef inline int line_of(Play* p, Queue* queue, int from_desk) noexcept nogil:
    """The line for those handed on by the desk, made if there is none; NOBODY when memory is short."""
    cdef int i = queue.line
    cdef void* new
    cdef Line* line
    while i != NOBODY:
        if p.lines[i].from_desk == from_desk:
            return i
        i = p.lines[i].next
    if p.line_count == p.line_room:
        new = grown(p, p.lines, 2 * <size_t>p.line_room + 8, sizeof(Line))
        if new == NULL:
            return NOBODY
        p.lines = <Line*>new
        p.line_room = 2 * p.line_room + 8
    line = &p.lines[p.line_count]
    line.heap.a = NULL
    line.heap.n = line.heap.room = 0
    line.from_desk = from_desk
    line.next = queue.line
    queue.line = p.line_count
    p.line_count += 1
    return queue.line


cdef inline void join(Play* p, Leg* leg) noexcept nogil:
    """Let the leg wait."""
    cdef int i = line_of(p, leg.queue, leg.from_desk)
    if i == NOBODY:
        return
    let_heap_grow(p, &p.lines[i].heap)
    if p.lines[i].heap.n == p.lines[i].heap.room:
        return
    leg.line = i
    leg.phase = WAITS
    leg.queue.waiting += 1
    heap_push(p, &p.lines[i].heap, p.line_place, leg.entered_s, 0, leg.index, 0)


cdef inline void leave(Play* p, Leg* leg) noexcept nogil:
    """Take the leg out of its line, and the ends of its waits off the list: answered, abandoned or dropped."""
    check(p, leg.phase == WAITS, b"who leaves a line waits in it")
    leg.phase = ENTERING
    leg.queue.waiting -= 1
    heap_remove(p, &p.lines[leg.line].heap, p.line_place, p.line_place[leg.index], 0)
    call_off(p, 2 * leg.index)
    call_off(p, 2 * leg.index + 1)


cdef inline Leg* longest_waiting(Play* p, Queue* queue) noexcept nogil:
    """The first of all who wait in the queue; NULL: nobody."""
    cdef Leg* first = NULL
    cdef Leg* head
    cdef int i = queue.line
    while i != NOBODY:
        if p.lines[i].heap.n > 0:
            head = &p.legs[p.lines[i].heap.a[0].ref]
            if first == NULL or head.entered_s < first.entered_s or (
                head.entered_s == first.entered_s and leg_before(head, first)
            ):
                first = head
        i = p.lines[i].next
    return first

"""Waiting lines: in each queue one for each desk that handed on, class and class priority; and those of advisers.

A desk may not take whom it handed on, and may have to let contacts wait a while; so it takes from the head of a line or
not at all, and nobody searches a line.
"""
from _engine_heap cimport call_off, heap_push, heap_remove, leg_before
from _engine_state cimport ENTERING, NOBODY, WAITS, Desk, Leg, Line, Play, Queue, check, grown, let_heap_grow

cdef enum:
    CALLBACK = 5  # how a leg came


cdef inline int line_for(Play* p, int first, const Leg* leg) noexcept nogil:
    """The leg's line among those that begin with this one; NOBODY: there is none."""
    cdef int i = first
    cdef const Line* line
    while i != NOBODY:
        line = &p.lines[i]
        if (
            line.queue == leg.queue.index
            and line.from_desk == leg.from_desk
            and line.priority == leg.priority
            and line.class_row == leg.class_row
        ):
            return i
        i = line.next
    return NOBODY


cdef inline int new_line(Play* p, int next, const Leg* leg) noexcept nogil:
    """A line for legs like this one; NOBODY when memory is short."""
    cdef void* new
    cdef Line* line
    if p.line_count == p.line_room:
        new = grown(p, p.lines, 2 * <size_t>p.line_room + 8, sizeof(Line))
        if new == NULL:
            return NOBODY
        p.lines = <Line*>new
        p.line_room = 2 * p.line_room + 8
    line = &p.lines[p.line_count]
    line.first = line.last = NOBODY
    line.heap.a = NULL
    line.heap.n = line.heap.room = 0
    line.heap.hole = False
    line.queue, line.from_desk = leg.queue.index, leg.from_desk
    line.priority, line.class_row = leg.priority, leg.class_row
    line.next = next
    p.line_count += 1
    return p.line_count - 1


cdef inline bint waits_before(const Leg* x, const Leg* y) noexcept nogil:
    """By (since, origin, customer); both are in one queue."""
    return x.since_s < y.since_s or (x.since_s == y.since_s and leg_before(x, y))


cdef inline Leg* head_of(const Play* p, const Line* line) noexcept nogil:
    """Who has waited longest in the line; NULL: nobody waits."""
    cdef Leg* first = &p.legs[line.first] if line.first != NOBODY else NULL
    cdef Leg* other
    if line.heap.n > 0:
        other = &p.legs[line.heap.a[0].ref]
        if first == NULL or waits_before(other, first):
            return other
    return first


cdef inline void line_up(Play* p, Leg* leg, int i) noexcept nogil:
    """Let the leg wait in this line."""
    cdef Line* line = &p.lines[i]
    if line.last == NOBODY or waits_before(&p.legs[line.last], leg):
        leg.next, leg.previous = NOBODY, line.last
        if line.last == NOBODY:
            line.first = leg.index
        else:
            p.legs[line.last].next = leg.index
        line.last = leg.index
    else:
        let_heap_grow(p, &line.heap)
        if line.heap.n == line.heap.room:
            return
        heap_push(p, &line.heap, p.line_place, leg.since_s, 0, leg.index, 0)
    leg.line = i
    leg.phase = WAITS
    leg.queue.waiting += 1
    p.waiting_from[leg.queue.index * (p.desk_count + 1) + leg.from_desk + 1] += 1


cdef inline void leave_list(Play* p, Line* line, const Leg* leg) noexcept nogil:
    if leg.previous == NOBODY:
        check(p, line.first == leg.index, b"who waits behind nobody is the first")
        line.first = leg.next
    else:
        p.legs[leg.previous].next = leg.next
    if leg.next == NOBODY:
        check(p, line.last == leg.index, b"who waits before nobody is the last")
        line.last = leg.previous
    else:
        p.legs[leg.next].previous = leg.previous


cdef inline void join(Play* p, Leg* leg) noexcept nogil:
    """Let the leg wait."""
    cdef int i = line_for(p, leg.queue.line, leg)
    if i == NOBODY:
        i = new_line(p, leg.queue.line, leg)
        if i == NOBODY:
            return
        leg.queue.line = i
    if leg.entry == CALLBACK:
        leg.queue.callbacks += 1
    line_up(p, leg, i)


cdef inline void join_own(Play* p, Leg* leg) noexcept nogil:
    """Let the leg wait for its own adviser alone."""
    cdef Desk* desk = &p.desks[leg.queue.own_desk]
    cdef int i = line_for(p, desk.advisers[leg.own].line, leg)
    if i == NOBODY:
        i = new_line(p, desk.advisers[leg.own].line, leg)
        if i == NOBODY:
            return
        desk.advisers[leg.own].line = i
    leg.for_own = True
    desk.own_waiting += 1
    line_up(p, leg, i)


cdef inline void leave_line(Play* p, Leg* leg) noexcept nogil:
    """Take the leg out of its line."""
    check(p, leg.phase == WAITS, b"who leaves a line waits in it")
    leg.phase = ENTERING
    leg.queue.waiting -= 1
    p.waiting_from[leg.queue.index * (p.desk_count + 1) + leg.from_desk + 1] -= 1
    if leg.for_own:
        leg.for_own = False
        p.desks[leg.queue.own_desk].own_waiting -= 1
    elif leg.entry == CALLBACK:
        leg.queue.callbacks -= 1
    if p.line_place[leg.index] == NOBODY:
        leave_list(p, &p.lines[leg.line], leg)
    else:
        heap_remove(p, &p.lines[leg.line].heap, p.line_place, p.line_place[leg.index], 0)


cdef inline void leave(Play* p, Leg* leg) noexcept nogil:
    """Take the leg out of its line, and the ends of its waits off the list: answered, abandoned or dropped."""
    leave_line(p, leg)
    call_off(p, 2 * leg.index)
    call_off(p, 2 * leg.index + 1)


cdef inline bint waits_for(const Play* p, const Queue* queue, int desk) noexcept nogil:
    """Whether anybody waits whom the desk did not hand on."""
    return queue.waiting > p.waiting_from[queue.index * (p.desk_count + 1) + desk + 1]


cdef inline void check_line(Play* p, const Line* line) noexcept nogil:
    """Assert that those in the list wait in order."""
    cdef int i = line.first, before = NOBODY
    while i != NOBODY:
        check(p, p.legs[i].phase == WAITS and p.legs[i].previous == before, b"a list holds who waits")
        check(p, before == NOBODY or waits_before(&p.legs[before], &p.legs[i]), b"a list is in order")
        before = i
        i = p.legs[i].next
    check(p, line.last == before, b"a list ends with its last")

"""Heaps of four children a node, of entries that know where they are: any of them can be taken out or moved.

Events (shift 1), lines (shift 0) and lists of advisers (shift -1) are such heaps. Their keys are times; ties go by
`tie`, and where that is equal too by the leg that `ref >> shift` is: (queue, origin, customer, leg).
"""
from _engine_state cimport CHECKED, NOBODY, Entry, Heap, Leg, Play, check


cdef inline bint leg_before(const Leg* x, const Leg* y) noexcept nogil:
    if x.queue.index != y.queue.index:
        return x.queue.index < y.queue.index
    if x.origin != y.origin:
        return x.origin < y.origin
    if x.customer != y.customer:
        return x.customer < y.customer
    return x.number < y.number


cdef inline bint before(const Leg* legs, const Entry* x, const Entry* y, int shift) noexcept nogil:
    if x.key != y.key:
        return x.key < y.key
    if x.tie != y.tie:
        return x.tie < y.tie
    if shift < 0:
        return False
    return leg_before(&legs[x.ref >> shift], &legs[y.ref >> shift])


cdef inline void sift_up(const Leg* legs, Heap* heap, int* place, int i, int shift) noexcept nogil:
    cdef Entry entry = heap.a[i]
    cdef int parent, highest = 4 if heap.hole else 0  # the parent of places 1 to 4 is the first, which may be a hole
    while i > highest:
        parent = (i - 1) >> 2
        if not before(legs, &entry, &heap.a[parent], shift):
            break
        heap.a[i] = heap.a[parent]
        place[heap.a[i].ref] = i
        i = parent
    heap.a[i] = entry
    place[entry.ref] = i


cdef inline int first_of(const Leg* legs, const Entry* a, int least, int child, int shift) noexcept nogil:
    # Which of the two entries is first: without a branch that cannot be foretold, but where the keys are equal.
    if a[child].key == a[least].key:
        return child if before(legs, &a[child], &a[least], shift) else least
    return child if a[child].key < a[least].key else least


cdef inline void sift_down(const Leg* legs, Heap* heap, int* place, int i, int shift) noexcept nogil:
    cdef Entry entry = heap.a[i]
    cdef Entry* a = heap.a
    cdef int child, least, other, n = heap.n
    while True:
        child = 4 * i + 1
        if child + 4 <= n:
            least = first_of(legs, a, child, child + 1, shift)
            other = first_of(legs, a, child + 2, child + 3, shift)
            least = first_of(legs, a, least, other, shift)
        elif child < n:
            least = child
            child += 1
            while child < n:
                least = first_of(legs, a, least, child, shift)
                child += 1
        else:
            break
        if not before(legs, &a[least], &entry, shift):
            break
        a[i] = a[least]
        place[a[i].ref] = i
        i = least
    a[i] = entry
    place[entry.ref] = i


cdef inline void heap_push(Play* p, Heap* heap, int* place, double key, int tie, int ref, int shift) noexcept nogil:
    """Add an entry; there must be room for it."""
    check(p, heap.n < heap.room and place[ref] == NOBODY, b"a heap has room, and its entries are there once")
    heap.a[heap.n].key = key
    heap.a[heap.n].tie = tie
    heap.a[heap.n].ref = ref
    heap.n += 1
    sift_up(p.legs, heap, place, heap.n - 1, shift)


cdef inline void heap_remove(Play* p, Heap* heap, int* place, int i, int shift) noexcept nogil:
    """Take out the entry at place i."""
    check(p, 0 <= i < heap.n and place[heap.a[i].ref] == i, b"entries of a heap are where they think they are")
    place[heap.a[i].ref] = NOBODY
    heap.n -= 1
    if i < heap.n:
        heap.a[i] = heap.a[heap.n]
        if i > (4 if heap.hole else 0) and before(p.legs, &heap.a[i], &heap.a[(i - 1) >> 2], shift):
            sift_up(p.legs, heap, place, i, shift)
        else:
            sift_down(p.legs, heap, place, i, shift)


cdef inline void check_heap(Play* p, const Heap* heap, const int* place, int shift) noexcept nogil:
    """Assert the order of a whole heap."""
    cdef int i
    if CHECKED:
        for i in range(heap.n):
            check(p, place[heap.a[i].ref] == i, b"entries of a heap are where they think they are")
            if i > 0:
                check(p, not before(p.legs, &heap.a[i], &heap.a[(i - 1) >> 2], shift), b"no entry is before its parent")


cdef inline void schedule(Play* p, int event, double at_s, int kind) noexcept nogil:
    """Put an event of a leg on the list, or move it to another time."""
    cdef int i = p.event_place[event]
    cdef Heap* heap = &p.events
    if i != NOBODY:
        heap.a[i].key = at_s
        heap.a[i].tie = kind
        if i > (4 if heap.hole else 0) and before(p.legs, &heap.a[i], &heap.a[(i - 1) >> 2], 1):
            sift_up(p.legs, heap, p.event_place, i, 1)
        else:
            sift_down(p.legs, heap, p.event_place, i, 1)
    elif heap.hole:
        heap.hole = False
        heap.a[0].key = at_s
        heap.a[0].tie = kind
        heap.a[0].ref = event
        sift_down(p.legs, heap, p.event_place, 0, 1)
    else:
        heap_push(p, heap, p.event_place, at_s, kind, event, 1)


cdef inline void call_off(Play* p, int event) noexcept nogil:
    """Take an event off the list, if it is on it."""
    if p.event_place[event] != NOBODY:
        heap_remove(p, &p.events, p.event_place, p.event_place[event], 1)


cdef inline int next_event(Play* p) noexcept nogil:
    """Take the first event off the list; its place stays a hole, as the next event to be set often goes there."""
    cdef int event = p.events.a[0].ref
    p.event_place[event] = NOBODY
    p.events.hole = True
    return event


cdef inline void close_hole(Play* p) noexcept nogil:
    cdef Heap* heap = &p.events
    heap.hole = False
    heap.n -= 1
    if heap.n > 0:
        heap.a[0] = heap.a[heap.n]
        sift_down(p.legs, heap, p.event_place, 0, 1)

"""Spans of adviser time: split over the intervals in which they fall; those of one adviser's chats put together."""
from libc.stdint cimport int64_t


cdef struct Spans:
    # Seconds by interval and desk, and where whole intervals begin and end.
    int64_t intervals
    int64_t desks
    double interval_s
    double* seconds
    int64_t* change


cdef struct Span:
    double start_s
    double end_s


cdef inline Py_ssize_t interval_of(const Spans* s, double moment_s) noexcept nogil:
    cdef Py_ssize_t row = <Py_ssize_t>(moment_s / s.interval_s)
    return row if row < s.intervals else s.intervals


cdef inline void add_span(Spans* s, int64_t desk, double start_s, double end_s) noexcept nogil:
    cdef Py_ssize_t first = interval_of(s, start_s), last = interval_of(s, end_s)
    if first == last:
        s.seconds[first * s.desks + desk] += end_s - start_s
        return
    s.seconds[first * s.desks + desk] += (first + 1) * s.interval_s - start_s
    s.seconds[last * s.desks + desk] += end_s - last * s.interval_s
    s.change[(first + 1) * s.desks + desk] += 1
    s.change[last * s.desks + desk] -= 1


cdef inline void close_spans(Spans* s) noexcept nogil:
    """Add the whole intervals between the ends."""
    cdef Py_ssize_t cell
    for cell in range(s.desks, (s.intervals + 1) * s.desks):
        s.change[cell] += s.change[cell - s.desks]
        s.seconds[cell] += s.change[cell] * s.interval_s


cdef inline Py_ssize_t run_end(const Span* a, Py_ssize_t begin, Py_ssize_t size) noexcept nogil:
    """Where the ascending run from ``begin`` on ends."""
    cdef Py_ssize_t end = begin + 1
    while end < size and a[end - 1].start_s <= a[end].start_s:
        end += 1
    return end if end < size else size


cdef inline Span* sorted_spans(Span* a, Span* spare, Py_ssize_t size) noexcept nogil:
    """The spans by their start, in one of the two: runs are merged two by two, and most are in order from the first."""
    cdef Py_ssize_t begin, middle, end, i, j, k
    while run_end(a, 0, size) < size:
        begin = 0
        while begin < size:
            middle = run_end(a, begin, size)
            end = run_end(a, middle, size) if middle < size else size
            i, j = begin, middle
            for k in range(begin, end):
                if j == end or (i < middle and a[i].start_s <= a[j].start_s):
                    spare[k] = a[i]
                    i += 1
                else:
                    spare[k] = a[j]
                    j += 1
            begin = end
        a, spare = spare, a
    return a


cdef inline void add_person(Spans* to, Span* spans, Span* spare, Py_ssize_t size, int64_t desk) noexcept nogil:
    """Add the time in which one person has anything in hand: spans that overlap count once."""
    cdef Span* a = sorted_spans(spans, spare, size)
    cdef double start_s = a[0].start_s, end_s = a[0].end_s
    cdef Py_ssize_t i
    for i in range(1, size):
        if a[i].start_s > end_s:
            add_span(to, desk, start_s, end_s)
            start_s, end_s = a[i].start_s, a[i].end_s
        elif a[i].end_s > end_s:
            end_s = a[i].end_s
    add_span(to, desk, start_s, end_s)

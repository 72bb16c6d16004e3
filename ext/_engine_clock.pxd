"""The working clock of a queue: open seconds until a moment, and the moment by which so many more have passed."""
from libc.math cimport INFINITY

from _engine_state cimport Period, Queue


cdef inline double worked(const Queue* queue, double moment_s) noexcept nogil:
    """Open seconds from the start of the horizon until a moment."""
    cdef int low = 0, high = queue.period_count, middle
    cdef const Period* period
    while low < high:  # to the first that starts later
        middle = (low + high) // 2
        if moment_s < queue.periods[middle].start_s:
            high = middle
        else:
            low = middle + 1
    if low == 0:
        return 0.0
    period = &queue.periods[low - 1]
    return period.until_s + ((moment_s if moment_s < period.end_s else period.end_s) - period.start_s)


cdef inline double after(const Queue* queue, double moment_s, double seconds) noexcept nogil:
    """The first moment by which so many open seconds have passed since ``moment_s``; infinite if never."""
    cdef double target_s
    cdef int low = 0, high = queue.period_count, middle
    cdef const Period* period
    if seconds <= 0:
        return moment_s
    target_s = worked(queue, moment_s) + seconds
    while low < high:  # to the first by whose end they have passed
        middle = (low + high) // 2
        period = &queue.periods[middle]
        if target_s <= period.until_s + (period.end_s - period.start_s):
            high = middle
        else:
            low = middle + 1
    if low == queue.period_count:
        return INFINITY
    return queue.periods[low].start_s + (target_s - queue.periods[low].until_s)

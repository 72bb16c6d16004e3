"""The working clock of a queue: what simcenter/measures/clock.py says, for one leg at a time."""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t


cdef struct Clock:
    # Of all queues: arrays of periods and of open days, each queue's behind those of the one before.
    int64_t intervals
    double interval_s
    const int64_t* period_first
    const double* period_start_s
    const double* period_end_s
    const double* period_before_s  # open time before each
    const int64_t* open_first
    const int64_t* open_day
    const double* opens_s
    const double* closes_s
    int64_t days
    const double* day_start_s      # (days + 1)
    const double* shown_s          # (T) what a wall clock shows at each interval's start; NULL: none is ever changed


cdef inline Py_ssize_t upto(const double* values, Py_ssize_t size, double value) noexcept nogil:
    """How many of the ascending values are at most ``value``."""
    cdef Py_ssize_t low = 0, high = size, middle
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low


cdef inline double worked(const Clock* c, int64_t queue, double moment_s) noexcept nogil:
    """Open seconds of the queue until the moment."""
    cdef Py_ssize_t first = c.period_first[queue], size = c.period_first[queue + 1] - first, period
    cdef double at_s = moment_s
    if size == 0:
        return 0.0
    period = upto(c.period_start_s + first, size, moment_s) - 1
    period = first + (period if period > 0 else 0)
    if at_s < c.period_start_s[period]:
        at_s = c.period_start_s[period]
    if at_s > c.period_end_s[period]:
        at_s = c.period_end_s[period]
    return c.period_before_s[period] + (at_s - c.period_start_s[period])


cdef inline double after(const Clock* c, int64_t queue, double moment_s, double seconds) noexcept nogil:
    """When so many open seconds have passed; infinite if never."""
    cdef Py_ssize_t low = c.period_first[queue], high = c.period_first[queue + 1], last = high, middle
    cdef double target_s, due_s
    if seconds <= 0:
        return moment_s
    target_s = worked(c, queue, moment_s) + seconds
    while low < high:
        middle = (low + high) // 2
        if c.period_before_s[middle] + (c.period_end_s[middle] - c.period_start_s[middle]) < target_s:
            low = middle + 1
        else:
            high = middle
    if low == last:
        return INFINITY
    due_s = c.period_start_s[low] + (target_s - c.period_before_s[low])
    return due_s if due_s > moment_s else moment_s


cdef inline double shown(const Clock* c, int64_t day, double moment_s) noexcept nogil:
    """What the wall clock shows, in seconds since midnight."""
    cdef int64_t interval
    if c.shown_s == NULL:
        return moment_s - c.day_start_s[day]
    interval = <int64_t>(moment_s / c.interval_s)
    if interval >= c.intervals:
        interval = c.intervals - 1
    return c.shown_s[interval] + (moment_s - interval * c.interval_s)


cdef inline double shown_at(const Clock* c, int64_t day, double clock_s) noexcept nogil:
    """The first moment of the day at which the wall clock shows at least ``clock_s``."""
    cdef double start_s = c.day_start_s[day], reached_s, ahead_s
    cdef int64_t interval, last
    if c.shown_s == NULL or c.day_start_s[day + 1] - start_s == 86400.0:
        return start_s + clock_s
    interval, last = <int64_t>(start_s / c.interval_s), <int64_t>(c.day_start_s[day + 1] / c.interval_s) - 1
    reached_s = c.shown_s[interval] + c.interval_s
    while interval < last and reached_s <= clock_s:  # by the end of the interval
        interval += 1
        if c.shown_s[interval] + c.interval_s > reached_s:
            reached_s = c.shown_s[interval] + c.interval_s
    ahead_s = clock_s - c.shown_s[interval]
    return interval * c.interval_s + (ahead_s if ahead_s > 0 else 0.0)


cdef inline double days_after(const Clock* c, int64_t queue, double moment_s, int64_t days) noexcept nogil:
    """The same clock time so many open days later, clipped to that day's hours; infinite if beyond the horizon."""
    cdef Py_ssize_t first = c.period_first[queue], size = c.period_first[queue + 1] - first, rank, last, high, middle
    cdef Py_ssize_t period = first + upto(c.period_end_s + first, size, moment_s)
    cdef int64_t day
    cdef double base_s = moment_s, due_s
    if period == first + size:
        return INFINITY
    if base_s < c.period_start_s[period]:
        base_s = c.period_start_s[period]
    day = upto(c.day_start_s, c.days + 1, base_s) - 1
    rank, last = c.open_first[queue], c.open_first[queue + 1]
    high = last
    while rank < high:
        middle = (rank + high) // 2
        if c.open_day[middle] < day:
            rank = middle + 1
        else:
            high = middle
    if rank + days >= last:
        return INFINITY
    rank += days
    due_s = shown_at(c, c.open_day[rank], shown(c, day, base_s))
    if due_s < c.opens_s[rank]:
        due_s = c.opens_s[rank]
    return due_s if due_s < c.closes_s[rank] else c.closes_s[rank]

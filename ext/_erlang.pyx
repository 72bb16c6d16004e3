"""Erlang's formulas as ufuncs over float64. Arguments are checked by simcenter.erlang, their only caller.

Times are in AHTs and r is AHT over mean patience; see the .pxd parts for the mathematics.
"""

cimport cython
from libc.math cimport INFINITY, NAN

from _erlang_chat cimport Chats, prepare_chat
from _erlang_family cimport BLOCKING, System, answered_wait, level, measure, prepare, quantile
from _erlang_staffing cimport Limits, least_advisers, least_lines, most_load


@cython.ufunc
cdef double loss(double load, double lines) noexcept nogil:
    cdef long work = 0
    return measure(BLOCKING, lines, load, 0, 0, &work) if load > 0 else (1. if lines == 0 else 0.)


@cython.ufunc
cdef double one_measure(double which, double load, double advisers, double r, double places) noexcept nogil:
    cdef long work = 0
    return measure(<int>which, advisers, load, r, places, &work)


@cython.ufunc
cdef double service_level(
    double load, double advisers, double limit, double r, double places, double definition, double blocked, double short
) noexcept nogil:
    cdef long work = 0
    cdef System s
    if load == 0:
        return 1
    if not prepare(advisers, load, r, places, &s, &work):
        return 0
    return level(&s, limit, <int>definition, blocked != 0, short, &work)


@cython.ufunc
cdef double wait_quantile(double load, double advisers, double q, double r, double places, double of) noexcept nogil:
    cdef long work = 0
    return quantile(advisers, load, r, places, q, <int>of, &work)


cdef inline void fill(
    Limits* l, double limit, double r, double places, double target, double max_abandonment, double max_asa,
    double max_occupancy, double definition, double blocked, double short, double total
) noexcept nogil:
    l.limit = limit
    l.short = short
    l.max_asa = max_asa
    l.target = target
    l.definition = <int>definition
    l.count_blocked = blocked != 0
    l.max_abandonment = max_abandonment
    l.max_occupancy = max_occupancy
    l.r = r
    l.places = places
    l.total = total
    l.slots = 0
    l.speed = NULL


@cython.ufunc
cdef (double, double, double) advisers_for(
    double load, double limit, double r, double places, double target, double max_abandonment, double max_asa,
    double max_occupancy, double definition, double blocked, double short, double total, double whole
) noexcept nogil:
    """Advisers, candidates tried, terms summed."""
    cdef long work = 0, tried = 0
    cdef double n
    cdef Limits l
    fill(&l, limit, r, places, target, max_abandonment, max_asa, max_occupancy, definition, blocked, short, total)
    n = least_advisers(load, &l, whole != 0, &tried, &work)
    return n, <double>tried, <double>work


def advisers_for_one(
    double load, double limit, double r, double places, double target, double max_abandonment, double max_asa,
    double max_occupancy, double definition, double blocked, double short, double total, double whole
):
    """The advisers of a single row, without the cost of an array call."""
    cdef long work = 0, tried = 0
    cdef double n
    cdef Limits l
    with nogil:
        fill(&l, limit, r, places, target, max_abandonment, max_asa, max_occupancy, definition, blocked, short, total)
        n = least_advisers(load, &l, whole != 0, &tried, &work)
    return n


@cython.ufunc
cdef (double, double, double) load_for(
    double advisers, double limit, double r, double places, double target, double max_abandonment, double max_asa,
    double max_occupancy, double definition, double blocked, double short, double total
) noexcept nogil:
    """Load, candidates tried, terms summed."""
    cdef long work = 0, tried = 0
    cdef double a
    cdef Limits l
    fill(&l, limit, r, places, target, max_abandonment, max_asa, max_occupancy, definition, blocked, short, total)
    a = most_load(advisers, &l, &tried, &work)
    return a, <double>tried, <double>work


@cython.ufunc
cdef (double, double, double) lines_for(double load, double blocking) noexcept nogil:
    """Lines, candidates tried, terms summed."""
    cdef long work = 0, tried = 0
    cdef double n
    n = least_lines(load, blocking, &tried, &work)
    return n, <double>tried, <double>work


@cython.ufunc
cdef double terms(double load, double advisers, double limit, double r, double places) noexcept nogil:
    """Terms summed for the waiting probability, the service level and the mean wait of the answered, together."""
    cdef long work = 0
    cdef System s
    if load > 0 and prepare(advisers, load, r, places, &s, &work):
        level(&s, limit, 0, False, 0, &work)
        work += <long>(0 * measure(4, advisers, load, r, places, &work))
    return <double>work


@cython.cdivision(True)
def chat_measures(
    const double[::1] load, const double[::1] advisers, const double[::1] r, const double[::1] places,
    const double[::1] limit, const double[::1] speed, int definition, bint count_blocked, double[:, ::1] out
):
    """Fill out (rows, 9): P(wait), abandonment, blocking, mean wait, ASA, service level, chats held, session, busy."""
    cdef Py_ssize_t i
    cdef System s
    cdef Chats c
    cdef double a, answered
    cdef long work = 0
    with nogil:
        for i in range(load.shape[0]):
            a = load[i]
            if a == 0:
                out[i, 0] = out[i, 1] = out[i, 2] = out[i, 3] = out[i, 4] = out[i, 6] = out[i, 8] = 0
                out[i, 5] = 1
                out[i, 7] = 1 / speed[0]
                continue
            if not prepare_chat(advisers[i], a, r[i], places[i], &speed[0], <int>speed.shape[0], &s, &c, &work):
                out[i, 0] = 1
                out[i, 1] = 0
                out[i, 2] = 0 if places[i] == INFINITY else 1
                out[i, 3] = out[i, 4] = INFINITY
                out[i, 5] = 0
                out[i, 6] = advisers[i] * speed.shape[0]
                out[i, 7] = 1 / speed[speed.shape[0] - 1]
                out[i, 8] = 1 if advisers[i] > 0 else NAN
                continue
            answered = s.free + s.n / a * s.above
            out[i, 0] = s.wait / s.z if places[i] > 0 else 0
            out[i, 1] = s.r * s.queue / (a * s.z) if places[i] > 0 else 0
            out[i, 2] = s.full / c.weight
            out[i, 3] = s.queue / (a * s.z) if places[i] > 0 else 0
            out[i, 4] = answered_wait(&s, &work)
            out[i, 5] = level(&s, limit[i], definition, count_blocked, 0, &work)
            out[i, 6] = c.held / c.weight
            out[i, 7] = c.held / (a * answered) if answered > 0 else NAN
            out[i, 8] = c.busy / c.weight if advisers[i] > 0 else NAN


def chat_advisers_for(
    const double[::1] load, const double[::1] limit, const double[::1] r, const double[::1] places,
    const double[::1] target, const double[::1] max_abandonment, const double[::1] max_asa,
    const double[::1] max_occupancy, const double[::1] speed, int definition, bint count_blocked, double[::1] out
):
    """Fill out with the least whole number of advisers, infinite where none will do."""
    cdef Py_ssize_t i
    cdef Limits l
    cdef long tried = 0, work = 0
    with nogil:
        for i in range(load.shape[0]):
            fill(&l, limit[i], r[i], places[i], target[i], max_abandonment[i], max_asa[i], max_occupancy[i],
                 definition, count_blocked, 0, INFINITY)
            l.speed = &speed[0]
            l.slots = <int>speed.shape[0]
            out[i] = least_advisers(load[i], &l, True, &tried, &work)

"""Erlang's formulas as ufuncs over float64. Arguments are checked by simcenter.erlang, their only caller.

Times are in AHTs and r is AHT over mean patience; see the .pxd parts for the mathematics.
"""

cimport cython
from libc.math cimport INFINITY, NAN

from _erlang_family cimport BLOCKING, System, level, measure, prepare
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

"""What another extension may cimport: the numbers of one leg, as a C function. See docs/draws.md."""
from libc.stdint cimport int64_t, uint64_t


cdef struct Leg:
    # What chance decides about one leg; times in seconds on the grid, the rest uniforms in (0, 1).
    double patience_s
    double base_handle_s
    double transfer_u
    double resolved_u
    double equal_rank_u


cdef struct Law:
    # The law of a duration: its code (see LawCode), parameters and table of n numbers.
    int64_t code
    double p0
    double p1
    double p2
    const double* table
    Py_ssize_t n


cdef class LegSource:
    cdef readonly uint64_t seed
    cdef readonly uint64_t replication
    cdef const uint64_t[::1] key
    cdef object owners
    cdef Law* patience
    cdef Law* handle
    cdef Py_ssize_t queues

    cdef void draw(self, Py_ssize_t origin, uint64_t customer, uint64_t leg, Py_ssize_t queue, Leg* out) noexcept nogil

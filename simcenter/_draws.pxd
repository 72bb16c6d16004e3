"""What another extension may cimport: the numbers of one leg, as C functions. See docs/draws.md."""
from libc.stdint cimport int64_t, uint64_t

from _laws cimport Law


cdef enum:
    # The purposes of numbers: purpose p is lane p & 3 of block p >> 2. Never renumber: it would change every result.
    # Of a leg: the key is the customer's first queue; the counter is the customer, then the leg.
    PATIENCE = 0
    HANDLE = 1
    TRANSFER = 2
    RESOLVED = 3
    EQUAL_RANK = 4
    BALK = 5
    MISROUTED = 6
    RETURN = 7
    ARRIVAL = 8
    CLASS = 9
    OWN = 10
    OWN_NUMBER = 11
    RETURN_DELAY = 12
    ACCEPT = 13
    REACHED = 14
    SHOW = 15
    PUNCTUAL = 16


cdef struct Leg:
    # What chance decides about every leg; times in seconds on the grid, the rest uniforms in (0, 1).
    double patience_s
    double base_handle_s
    double transfer_u
    double resolved_u


cdef struct Source:
    # All that the numbers of legs are made from: Q keys; C laws of patience, Q of handle time, 2 Q of returns; classes
    # as in Network. It points into the arrays of the LegSource that it is part of, which must live on.
    uint64_t seed
    uint64_t replication
    Py_ssize_t queues
    Py_ssize_t classes
    const uint64_t* key
    Law* patience
    Law* handle
    Law* delay
    const int64_t* class_first
    const double* class_cum
    const int64_t* class_in


# The numbers of a leg in a queue, with the patience of a class row of that queue.
cdef void draw(
    const Source* source,
    Py_ssize_t origin,
    uint64_t customer,
    uint64_t leg,
    Py_ssize_t queue,
    Py_ssize_t class_row,
    Leg* out,
) noexcept nogil

# One uniform of a leg: for what only few legs need.
cdef double chance(
    const Source* source, Py_ssize_t origin, uint64_t customer, uint64_t leg, uint64_t purpose
) noexcept nogil

# How long after a leg the customer comes back; kind 0 redial, 1 repeat, of the queue that the leg was in.
cdef double return_delay_s(
    const Source* source, Py_ssize_t origin, uint64_t customer, uint64_t leg, Py_ssize_t kind, Py_ssize_t queue
) noexcept nogil

# The class row that a customer has in a queue.
cdef Py_ssize_t class_of(
    const Source* source, Py_ssize_t origin, uint64_t customer, Py_ssize_t queue
) noexcept nogil


cdef class LegSource:
    cdef Source source
    cdef object arrays

    cdef int check(self, Py_ssize_t origin, Py_ssize_t queue) except -1

"""What another extension may cimport: the numbers of one leg, as C functions. See docs/draws.md."""
from libc.stdint cimport int64_t, uint64_t

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
    cdef const int64_t[::1] class_first
    cdef const double[::1] class_cum
    cdef const int64_t[:, ::1] class_in
    cdef object owners
    cdef Law* patience
    cdef Law* handle
    cdef Law* delay
    cdef Py_ssize_t queues
    cdef Py_ssize_t classes

    # The numbers of a leg in a queue, with the patience of a class row of that queue.
    cdef void draw(
        self, Py_ssize_t origin, uint64_t customer, uint64_t leg, Py_ssize_t queue, Py_ssize_t class_row, Leg* out
    ) noexcept nogil
    # One uniform of a leg: for what only few legs need.
    cdef double u(self, Py_ssize_t origin, uint64_t customer, uint64_t leg, uint64_t purpose) noexcept nogil
    # How long after a leg the customer comes back; kind 0 redial, 1 repeat, of the queue the leg was in.
    cdef double delay_s(
        self, Py_ssize_t origin, uint64_t customer, uint64_t leg, Py_ssize_t kind, Py_ssize_t queue
    ) noexcept nogil
    # The class row that a customer has in a queue.
    cdef Py_ssize_t row(self, Py_ssize_t origin, uint64_t customer, Py_ssize_t queue) noexcept nogil
    cdef int check(self, Py_ssize_t origin, Py_ssize_t queue) except -1

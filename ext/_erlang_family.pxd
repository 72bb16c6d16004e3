"""Birth and death with n advisers, places to wait and patience: the sums over states, and the measures made of them."""

cimport cython
from libc.math cimport INFINITY, NAN, exp, expm1, fabs, floor, log, log1p, sqrt

from _erlang_tails cimport SC_TWO_PI, Tails, deviance, poisson, stirling, tails


cdef struct System:
    double n        # service rate with all advisers busy, in contacts per AHT: the advisers, or more or less with chat
    double a        # offered load
    double r        # abandonment rate, AHT over mean patience
    double places   # places to wait; infinite: unlimited
    bint overload   # no steady state
    double q        # scale of all weights below, so that none overflows
    double free     # weight of the states with an adviser free
    double wait     # weight of the waiting states in which one more may enter
    double full     # weight of the state in which one more is blocked
    double above    # weight of the states with somebody waiting
    double queue    # number waiting, times weight, summed
    double z        # free + wait: arrivals not blocked see a state of this weight
    Tails t         # the waiting half; meaningful without a limit of places and with r > 0


@cython.cdivision(True)
cdef inline double shortfall(double x) noexcept nogil:
    """x - 1 + e^-x for x >= 0, the loss of arrivals by patience run out."""
    cdef double term, total
    cdef int k
    if x > 0.5:
        return x + expm1(-x)
    term = x * x / 2
    total = term
    k = 3
    while fabs(term) > 1e-18 * total:
        term *= -x / k
        total += term
        k += 1
    return total


@cython.cdivision(True)
cdef inline void unlimited(System* s, Tails* base, long* work) noexcept nogil:
    """Fill in the weights for a waiting line without limit. base: the servers' own halves."""
    cdef double n = s.n, a = s.a, d = s.n - s.a
    s.full = 0
    if s.r == 0:
        s.overload = d <= 0
        if s.overload:
            return
        s.t.w = n / d
        s.t.above = a / d
        s.t.queue = a / d * (n / d)
    else:
        tails(n, a, d, s.r, &s.t, work)
    if d >= 0:
        s.q = base.p
        s.free = base.pu
        s.wait = s.q * s.t.w
        s.above = s.q * s.t.above
        s.queue = s.q * s.t.queue
    else:
        s.q = s.t.p
        s.free = s.q * base.u
        s.wait = s.t.pw
        s.above = s.t.pw - s.q
        s.queue = (n * s.q - d * s.t.pw) / s.r
    s.z = s.free + s.wait

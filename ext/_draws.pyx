# cython: autotestdict=False
"""The numbers of chance: Philox blocks addressed by who they are for, and the laws inverted from one uniform.

docs/draws.md says how each number is made. Arguments are checked by simcenter/simulation/draws.py.
"""
cimport cython
from libc.math cimport INFINITY, exp, expm1, fmax, fmin, floor, log, log1p, pow, rint, sqrt
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free
from scipy.special cimport cython_special as special

import numpy as np

cdef extern from "philox.h" nogil:
    void philox_block(uint64_t c0, uint64_t c1, uint64_t c2, uint64_t c3, uint64_t k0, uint64_t k1, uint64_t* out)


cdef enum:
    # The purposes of numbers: purpose p is lane p & 3 of block p >> 2. Never renumber: it would change every result.
    PATIENCE = 0
    HANDLE = 1
    TRANSFER = 2
    RESOLVED = 3
    EQUAL_RANK = 4
    ARRIVAL = 8

cdef enum:
    # As LawCode in simcenter/simulation/laws.py.
    NEVER = 0
    DETERMINISTIC = 1
    EXPONENTIAL = 2
    LOGNORMAL = 3
    GAMMA = 4
    WEIBULL = 5
    UNIFORM = 6
    TRIANGULAR = 7
    HYPEREXPONENTIAL = 8
    EMPIRICAL = 9

cdef enum:
    CHUNK = 8192

cdef double GRID = 1048576.0  # 2^20 to the second
cdef double LONGEST = 1e9
LONGEST_S = LONGEST


cdef inline double uniform(uint64_t word) noexcept nogil:
    # 52 bits and a half: exact, and never 0 or 1. With 53 bits the largest would round up to 1.
    return (<double>(word >> 12) + 0.5) * 2.220446049250313e-16


@cython.cdivision(True)
cdef double hyperexponential(const double* table, Py_ssize_t n, double u) noexcept nogil:
    # table: k means, then k shares. The log of the survival is convex and falling (a log-sum-exp of falling lines), so
    # Newton's steps from the left of the root never pass it; the largest root of a single phase is such a start.
    cdef Py_ssize_t k = n // 2, i, _step
    cdef double target = log1p(-u), x = 0.0, new, total, slope, term, value
    for i in range(k):
        x = fmax(x, table[i] * (log(table[k + i]) - target))
    for _step in range(100):
        total = 0.0
        slope = 0.0
        for i in range(k):
            term = table[k + i] * exp(-x / table[i])
            slope += term / table[i]
            # Below the median sum the distribution, above it the survival: each without cancellation.
            total += -table[k + i] * expm1(-x / table[i]) if u < 0.5 else term
        if u < 0.5:
            value = log1p(-total) - target
            total = 1.0 - total
        else:
            value = log(total) - target
        new = x + value * total / slope
        if not new > x:
            break
        x = new
    return x


@cython.cdivision(True)
cdef double quantile(const Law* law, double u) noexcept nogil:
    """The u-quantile, in seconds; infinite for NEVER."""
    cdef double cut
    if law.code == DETERMINISTIC:
        return law.p0
    if law.code == EXPONENTIAL:
        return -law.p0 * log1p(-u)
    if law.code == LOGNORMAL:
        return exp(law.p0 + law.p1 * special.ndtri(u))
    if law.code == GAMMA:
        return law.p1 * special.gammaincinv(law.p0, u)
    if law.code == WEIBULL:
        return law.p1 * pow(-log1p(-u), 1.0 / law.p0)
    if law.code == UNIFORM:
        return law.p0 + (law.p1 - law.p0) * u
    if law.code == TRIANGULAR:
        cut = (law.p1 - law.p0) / (law.p2 - law.p0)
        if u < cut:
            return law.p0 + sqrt(u * (law.p2 - law.p0) * (law.p1 - law.p0))
        return law.p2 - sqrt((1.0 - u) * (law.p2 - law.p0) * (law.p2 - law.p1))
    if law.code == HYPEREXPONENTIAL:
        return hyperexponential(law.table, law.n, u)
    if law.code == EMPIRICAL:
        return law.table[<Py_ssize_t>fmin(floor(u * law.n), law.n - 1)]
    return INFINITY


cdef double duration(const Law* law, double u) noexcept nogil:
    """The u-quantile on the grid, at least 0 and at most LONGEST; infinite for NEVER."""
    cdef double x
    if law.code == NEVER:
        return INFINITY
    x = quantile(law, u)
    if not x > 0.0:
        return 0.0
    if x > LONGEST:
        return LONGEST
    return rint(x * GRID) / GRID


cdef Law* laws_of(tuple laws, Py_ssize_t queues) except NULL:
    # laws: the arrays (code, p, table, table_start), which must outlive the result.
    cdef const int64_t[::1] code = laws[0], start = laws[3]
    cdef const double[:, ::1] p = laws[1]
    cdef const double[::1] table = laws[2]
    cdef Py_ssize_t q
    if code.shape[0] != queues or p.shape[0] != queues or p.shape[1] != 3 or start.shape[0] != queues + 1:
        raise ValueError(f"laws must have a row for each of {queues} queues, three parameters wide")
    if start[0] != 0 or start[queues] != table.shape[0] or np.any(np.diff(laws[3]) < 0):
        raise ValueError("table_start must rise from 0 to the length of the table")
    if np.any(np.isin(laws[0], (HYPEREXPONENTIAL, EMPIRICAL)) & (np.diff(laws[3]) == 0)):
        raise ValueError("an empirical or hyperexponential law needs its table")
    cdef Law* out = <Law*>calloc(queues + 1, sizeof(Law))
    if out == NULL:
        raise MemoryError
    for q in range(queues):
        out[q].code = code[q]
        out[q].p0 = p[q, 0]
        out[q].p1 = p[q, 1]
        out[q].p2 = p[q, 2]
        out[q].n = start[q + 1] - start[q]
        if out[q].n > 0:
            out[q].table = &table[start[q]]
    return out


cdef class LegSource:
    """The numbers of every leg of one replication.

    Parameters
    ----------
    seed, replication : int
        0 to 2^64 - 1.
    key : uint64[Q]
        Second word of each queue's key.
    patience, handle : tuple of arrays
        ``(code, p, table, table_start)`` of the queues' laws, as in ``simulation.network.Laws``.
    """

    def __cinit__(self, uint64_t seed, uint64_t replication, const uint64_t[::1] key, tuple patience, tuple handle):
        self.seed = seed
        self.replication = replication
        self.key = key
        self.queues = key.shape[0]
        self.owners = (patience, handle)  # The laws point into these arrays.
        self.patience = laws_of(patience, self.queues)
        self.handle = laws_of(handle, self.queues)

    def __dealloc__(self):
        free(self.patience)
        free(self.handle)

    def __reduce__(self):
        return LegSource, (self.seed, self.replication, np.asarray(self.key), *self.owners)

    cdef void draw(self, Py_ssize_t origin, uint64_t customer, uint64_t leg, Py_ssize_t queue, Leg* out) noexcept nogil:
        cdef uint64_t words[4]
        philox_block(customer, leg, PATIENCE >> 2, self.replication, self.seed, self.key[origin], words)
        out.patience_s = duration(&self.patience[queue], uniform(words[PATIENCE & 3]))
        if out.patience_s >= LONGEST:
            out.patience_s = INFINITY  # Who would wait for decades is taken not to leave at all.
        out.base_handle_s = duration(&self.handle[queue], uniform(words[HANDLE & 3]))
        out.transfer_u = uniform(words[TRANSFER & 3])
        out.resolved_u = uniform(words[RESOLVED & 3])
        philox_block(customer, leg, EQUAL_RANK >> 2, self.replication, self.seed, self.key[origin], words)
        out.equal_rank_u = uniform(words[EQUAL_RANK & 3])

    def leg(self, Py_ssize_t origin, uint64_t customer, uint64_t leg, Py_ssize_t queue):
        """``(patience_s, base_handle_s, transfer_u, resolved_u, equal_rank_u)`` of one leg, spent in ``queue``."""
        cdef Leg out
        if not (0 <= origin < self.queues and 0 <= queue < self.queues):
            raise IndexError(f"origin and queue must be below {self.queues}, got {origin} and {queue}")
        self.draw(origin, customer, leg, queue, &out)
        return out.patience_s, out.base_handle_s, out.transfer_u, out.resolved_u, out.equal_rank_u

    def first_legs(self, Py_ssize_t origin, Py_ssize_t customers):
        """The five numbers of leg 0 of customers 0, 1, ... of a queue: float64[5, customers], rows as in ``leg``."""
        cdef double[:, ::1] out
        cdef Py_ssize_t k
        cdef Leg leg
        if not 0 <= origin < self.queues:
            raise IndexError(f"origin must be below {self.queues}, got {origin}")
        numbers = np.empty((5, customers))
        out = numbers
        with nogil:
            for k in range(customers):
                self.draw(origin, k, 0, origin, &leg)
                out[0, k] = leg.patience_s
                out[1, k] = leg.base_handle_s
                out[2, k] = leg.transfer_u
                out[3, k] = leg.resolved_u
                out[4, k] = leg.equal_rank_u
        return numbers

    def arrivals(self, Py_ssize_t origin, const double[::1] volume, double interval_s):
        """First arrivals of a queue, in seconds on the grid, ascending.

        Customer k arrives when the expected number of arrivals so far, piecewise linear in time, reaches the sum of
        the first k + 1 unit exponentials.

        Parameters
        ----------
        origin : int
        volume : float64[T]
            Expected arrivals per interval, not negative.
        interval_s : float
            On the grid.
        """
        cdef Py_ssize_t i = 0, n, intervals = volume.shape[0]
        cdef uint64_t customer = 0
        cdef uint64_t words[4]
        cdef double reached = 0.0, before = 0.0, after, x
        cdef double[::1] out
        if not 0 <= origin < self.queues:
            raise IndexError(f"origin must be below {self.queues}, got {origin}")
        chunks = []
        while i < intervals:
            chunk = np.empty(CHUNK)
            out = chunk
            n = 0
            with nogil:
                while n < CHUNK:
                    philox_block(customer, 0, ARRIVAL >> 2, self.replication, self.seed, self.key[origin], words)
                    reached -= log(uniform(words[ARRIVAL & 3]))
                    # To the interval with before <= reached < before + volume: never one without volume.
                    while i < intervals and reached >= before + volume[i]:
                        before += volume[i]
                        i += 1
                    if i == intervals:
                        break
                    after = (i + 1) * interval_s
                    x = rint((i * interval_s + (reached - before) / volume[i] * interval_s) * GRID) / GRID
                    # Rounding must not carry an arrival into the next interval.
                    out[n] = x if x < after else after - 1.0 / GRID
                    n += 1
                    customer += 1
            chunks.append(chunk[:n])
        return np.concatenate(chunks) if chunks else np.empty(0)


def quantiles(tuple laws, const double[::1] u):
    """Quantiles of the one law in ``laws``, neither rounded to the grid nor cut: float64[N] s for u float64[N]."""
    cdef Law* law = laws_of(laws, 1)
    cdef Py_ssize_t i
    cdef double[::1] out
    result = np.empty(u.shape[0])
    out = result
    with nogil:
        for i in range(u.shape[0]):
            out[i] = quantile(law, u[i])
    free(law)
    return result

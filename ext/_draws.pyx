# cython: autotestdict=False
"""The numbers of chance: Philox blocks addressed by who they are for, and the durations made of them (see _laws.pxd).

docs/draws.md says how each number is made. Arguments are checked by simcenter/simulation/draws.py.
"""
from libc.math cimport fmin, log, rint, sqrt
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free

from _laws cimport EMPIRICAL, GRID, HYPEREXPONENTIAL, LONGEST, duration, durations, leaving, leavings, quantile

import numpy as np

cdef extern from "philox.h" nogil:
    void philox_block(uint64_t c0, uint64_t c1, uint64_t c2, uint64_t c3, uint64_t k0, uint64_t k1, uint64_t* out)


cdef enum:
    CHUNK = 1024  # Legs at a time: what stays in the cache between two loops.
    PIECE = 64
    MOST = 1 << 24

LONGEST_S = float(LONGEST)


cdef inline double uniform(uint64_t word) noexcept nogil:
    # 52 bits and a half: exact, and never 0 or 1. With 53 bits the largest would round up to 1.
    return (<double>(word >> 12) + 0.5) * 2.220446049250313e-16


cdef bint rises(const int64_t[::1] start, Py_ssize_t last, int64_t by):
    """Whether it goes from 0 to ``last`` in steps of at least ``by``."""
    cdef Py_ssize_t i
    for i in range(start.shape[0] - 1):
        if start[i + 1] < start[i] + by:
            return False
    return start[0] == 0 and start[start.shape[0] - 1] == last


cdef Law* laws_of(tuple laws, Py_ssize_t rows) except NULL:
    # laws: the arrays (code, p, table, table_start), which must outlive the result.
    cdef const int64_t[::1] code = laws[0], start = laws[3]
    cdef const double[:, ::1] p = laws[1]
    cdef const double[::1] table = laws[2]
    cdef Py_ssize_t q
    if code.shape[0] != rows or p.shape[0] != rows or p.shape[1] != 3 or start.shape[0] != rows + 1:
        raise ValueError(f"laws must have {rows} rows, three parameters wide")
    if not rises(start, table.shape[0], 0):
        raise ValueError("table_start must rise from 0 to the length of the table")
    for q in range(rows):
        if code[q] in (HYPEREXPONENTIAL, EMPIRICAL) and start[q] == start[q + 1]:
            raise ValueError("an empirical or hyperexponential law needs its table")
    cdef Law* out = <Law*>calloc(rows + 1, sizeof(Law))
    if out == NULL:
        raise MemoryError
    for q in range(rows):
        out[q].code = code[q]
        out[q].p0 = p[q, 0]
        out[q].p1 = p[q, 1]
        out[q].p2 = p[q, 2]
        out[q].n = start[q + 1] - start[q]
        if out[q].n > 0:
            out[q].table = &table[start[q]]
    return out


cdef double chance(
    const Source* source, Py_ssize_t origin, uint64_t customer, uint64_t leg, uint64_t purpose
) noexcept nogil:
    cdef uint64_t words[4]
    philox_block(customer, leg, purpose >> 2, source.replication, source.seed, source.key[origin], words)
    return uniform(words[purpose & 3])


cdef void draw(
    const Source* source,
    Py_ssize_t origin,
    uint64_t customer,
    uint64_t leg,
    Py_ssize_t queue,
    Py_ssize_t class_row,
    Leg* out,
) noexcept nogil:
    cdef uint64_t words[4]
    philox_block(customer, leg, PATIENCE >> 2, source.replication, source.seed, source.key[origin], words)
    out.patience_s = leaving(&source.patience[class_row], uniform(words[PATIENCE & 3]))
    out.base_handle_s = duration(&source.handle[queue], uniform(words[HANDLE & 3]))
    out.transfer_u = uniform(words[TRANSFER & 3])
    out.resolved_u = uniform(words[RESOLVED & 3])


cdef double return_delay_s(
    const Source* source, Py_ssize_t origin, uint64_t customer, uint64_t leg, Py_ssize_t kind, Py_ssize_t queue
) noexcept nogil:
    cdef double u = chance(source, origin, customer, leg, RETURN_DELAY)
    return duration(&source.delay[kind * source.queues + queue], u)


cdef Py_ssize_t class_of(
    const Source* source, Py_ssize_t origin, uint64_t customer, Py_ssize_t queue
) noexcept nogil:
    cdef Py_ssize_t row = source.class_first[queue], last = source.class_first[queue + 1] - 1, known
    cdef double u
    if row == last:
        return row
    if queue != origin:
        known = source.class_in[class_of(source, origin, customer, origin) * source.queues + queue]
        if known >= 0:
            return known
    u = chance(source, origin, customer, 0, CLASS)
    while row < last and u >= source.class_cum[row]:
        row += 1
    return row


cdef class LegSource:
    """The numbers of every leg of one replication.

    Parameters
    ----------
    seed, replication : int
        0 to 2^64 - 1.
    key : uint64[Q]
        Second word of each queue's key.
    patience, handle, delay : tuple of arrays
        ``(code, p, table, table_start)``, as in ``simulation.network.Laws``: of the C classes, the Q queues, and the
        2 Q returns.
    classes : tuple of arrays
        ``(class_first, class_cum, class_in)``, as in ``simulation.network.Network``.
    """

    def __cinit__(
        self,
        uint64_t seed,
        uint64_t replication,
        const uint64_t[::1] key,
        tuple patience,
        tuple handle,
        tuple delay,
        tuple classes,
    ):
        cdef Source* source = &self.source
        cdef const int64_t[::1] first = classes[0]
        cdef const double[::1] cum = classes[1]
        cdef const int64_t[:, ::1] inside = classes[2]
        cdef Py_ssize_t queues = key.shape[0], rows = cum.shape[0]
        if first.shape[0] != queues + 1 or not rises(first, rows, 1):
            raise ValueError(f"class_first must rise from 0 to {rows} in {queues} steps")
        if inside.shape[0] != rows or inside.shape[1] != queues:
            raise ValueError(f"class_in must be {rows} by {queues}")
        self.arrays = (np.asarray(key), patience, handle, delay, classes)  # What the source points into.
        source.seed = seed
        source.replication = replication
        source.queues = queues
        source.classes = rows
        source.class_first = &first[0]
        if queues > 0:
            source.key = &key[0]
            source.class_cum = &cum[0]
            source.class_in = &inside[0, 0]
        source.patience = laws_of(patience, rows)
        source.handle = laws_of(handle, queues)
        source.delay = laws_of(delay, 2 * queues)

    def __dealloc__(self):
        free(self.source.patience)
        free(self.source.handle)
        free(self.source.delay)

    def __reduce__(self):
        return LegSource, (self.seed, self.replication, *self.arrays)

    @property
    def seed(self):
        """The seed."""
        return self.source.seed

    @property
    def replication(self):
        """The replication's number."""
        return self.source.replication

    cdef int check(self, Py_ssize_t origin, Py_ssize_t queue) except -1:
        if not (0 <= origin < self.source.queues and 0 <= queue < self.source.queues):
            raise IndexError(f"origin and queue must be below {self.source.queues}, got {origin} and {queue}")
        return 0

    def leg(self, Py_ssize_t origin, uint64_t customer, uint64_t leg, Py_ssize_t queue, Py_ssize_t class_row):
        """``(patience_s, base_handle_s, transfer_u, resolved_u, equal_rank_u)`` of one leg, spent in ``queue``.

        The patience is that of ``class_row``; -1: of the customer's class.
        """
        cdef Leg out
        self.check(origin, queue)
        if class_row < 0:
            class_row = class_of(&self.source, origin, customer, queue)
        if class_row >= self.source.classes:
            raise IndexError(f"class_row must be below {self.source.classes}, got {class_row}")
        draw(&self.source, origin, customer, leg, queue, class_row, &out)
        equal_rank_u = chance(&self.source, origin, customer, leg, EQUAL_RANK)
        return out.patience_s, out.base_handle_s, out.transfer_u, out.resolved_u, equal_rank_u

    def chance(self, Py_ssize_t origin, uint64_t customer, uint64_t leg, uint64_t purpose):
        """The uniform of one leg for a purpose."""
        self.check(origin, origin)
        return chance(&self.source, origin, customer, leg, purpose)

    def return_delay_s(
        self, Py_ssize_t origin, uint64_t customer, uint64_t leg, Py_ssize_t kind, Py_ssize_t queue
    ):
        """How long after a leg in ``queue`` the customer comes back; ``kind`` 0 redial, 1 repeat."""
        self.check(origin, queue)
        if not 0 <= kind <= 1:
            raise IndexError(f"kind must be 0 or 1, got {kind}")
        return return_delay_s(&self.source, origin, customer, leg, kind, queue)

    def class_of(self, Py_ssize_t origin, uint64_t customer, Py_ssize_t queue):
        """The class row that a customer has in ``queue``."""
        self.check(origin, queue)
        return class_of(&self.source, origin, customer, queue)

    def class_rows(self, Py_ssize_t origin, uint64_t start, Py_ssize_t customers):
        """The class row of customers ``start``, ``start + 1``, ... in their first queue: int64[customers].

        Of a queue with one class it is one number, shown many times.
        """
        cdef Py_ssize_t k
        cdef const Source* source = &self.source
        self.check(origin, origin)
        if source.class_first[origin + 1] - source.class_first[origin] == 1:
            return np.ndarray(customers, np.int64, np.array([source.class_first[origin]], np.int64), 0, (0,))
        rows = np.empty(customers, dtype=np.int64)
        cdef int64_t[::1] out = rows
        with nogil:
            for k in range(customers):
                out[k] = class_of(source, origin, start + k, origin)
        return rows

    def first_legs(self, Py_ssize_t origin, uint64_t start, const int64_t[:] class_row):
        """Four numbers of leg 0 of customers ``start``, ``start + 1``, ... of a queue: float64[4, customers].

        The rows are patience_s, base_handle_s, transfer_u, resolved_u.

        Parameters
        ----------
        origin, start : int
        class_row : int64[customers]
            Whose patience each has, a row below C.
        """
        cdef Py_ssize_t k, n = class_row.shape[0], begin = 0, end, same
        cdef const Source* source = &self.source
        cdef uint64_t key
        cdef uint64_t words[4]
        cdef double[:, ::1] out
        self.check(origin, origin)
        key = source.key[origin]
        same = source.class_first[origin]
        if source.class_first[origin + 1] - same > 1:
            same = -1
        numbers = np.empty((4, n))
        out = numbers
        with nogil:
            # In pieces that stay in the cache between the loops.
            while begin < n:
                end = min(begin + CHUNK, n)
                for k in range(begin, end):
                    philox_block(start + k, 0, PATIENCE >> 2, source.replication, source.seed, key, words)
                    out[0, k] = uniform(words[PATIENCE & 3])
                    out[1, k] = uniform(words[HANDLE & 3])
                    out[2, k] = uniform(words[TRANSFER & 3])
                    out[3, k] = uniform(words[RESOLVED & 3])
                durations(&source.handle[origin], &out[1, begin], end - begin)
                if same >= 0:
                    leavings(&source.patience[same], &out[0, begin], end - begin)
                else:
                    for k in range(begin, end):
                        out[0, k] = leaving(&source.patience[class_row[k]], out[0, k])
                begin = end
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
        cdef Py_ssize_t i = 0, k = 0, n = 0, size, intervals = volume.shape[0]
        cdef uint64_t customer = 0, key
        cdef uint64_t words[4]
        cdef double unit[PIECE]
        cdef double reached = 0.0, before = 0.0, after, x, total
        cdef double[::1] out
        cdef const Source* source = &self.source
        self.check(origin, origin)
        key = source.key[origin]
        total = 0.0
        for i in range(intervals):
            total += volume[i]
        i = 0
        # Hardly ever do more come; if they do, there is another chunk.
        size = <Py_ssize_t>fmin(MOST, total + 6.0 * sqrt(total)) + PIECE
        chunks = []
        while i < intervals:
            chunk = np.empty(size)
            out = chunk
            n = 0
            with nogil:
                while i < intervals and n + PIECE <= size:
                    for k in range(PIECE):
                        philox_block(
                            customer + k, 0, ARRIVAL >> 2, source.replication, source.seed, key, words
                        )
                        unit[k] = log(uniform(words[ARRIVAL & 3]))
                    for k in range(PIECE):
                        reached -= unit[k]
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
                    customer += PIECE
            chunks.append(chunk[:n])
        return chunks[0] if len(chunks) == 1 else np.concatenate([np.empty(0), *chunks])


def uniforms(
    uint64_t seed, uint64_t replication, uint64_t key, uint64_t purpose, const uint64_t[::1] counter, uint64_t second
):
    """The uniforms of one purpose at many addresses: float64[N] for the first counter words uint64[N]."""
    cdef Py_ssize_t i
    cdef uint64_t words[4]
    cdef double[::1] out
    result = np.empty(counter.shape[0])
    out = result
    with nogil:
        for i in range(counter.shape[0]):
            philox_block(counter[i], second, purpose >> 2, replication, seed, key, words)
            out[i] = uniform(words[purpose & 3])
    return result


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

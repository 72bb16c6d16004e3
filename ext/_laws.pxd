"""The laws of durations, each inverted from one uniform. docs/draws.md has the table."""
cimport cython
from libc.math cimport INFINITY, exp, expm1, fabs, floor, fmax, fmin, log, log1p, pow, rint, sqrt
from libc.stdint cimport int64_t
from scipy.special cimport cython_special as special

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
    GRID = 1048576  # 2^20 steps to the second
    LONGEST = 1000000000  # seconds


cdef struct Law:
    # The law of a duration: its code (see LawCode), parameters and table of n numbers.
    int64_t code
    double p0
    double p1
    double p2
    const double* table
    Py_ssize_t n


@cython.cdivision(True)
cdef inline double hyperexponential(const double* table, Py_ssize_t n, double u) noexcept nogil:
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
cdef inline double quantile(const Law* law, double u) noexcept nogil:
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


cdef inline double on_grid(double x) noexcept nogil:
    # At least 0 and at most LONGEST; what is not a number counts as 0.
    if not x > 0.0:
        return 0.0
    if x > LONGEST:
        return LONGEST
    return rint(x * GRID) / GRID


cdef inline double duration(const Law* law, double u) noexcept nogil:
    """The u-quantile on the grid, at least 0 and at most LONGEST; infinite for NEVER."""
    return INFINITY if law.code == NEVER else on_grid(quantile(law, u))


cdef inline double leaving(const Law* law, double u) noexcept nogil:
    """A patience: who would wait for decades is taken not to leave at all."""
    cdef double x = duration(law, u)
    return INFINITY if x >= LONGEST else x


cdef inline double exponential(double mean, double u) noexcept nogil:
    """The same as ``duration`` for a positive mean, to the bit, in half the time.

    1 - u is exact, so that its logarithm, which is faster, is within 2^-50 (relative) of log1p(-u). Only where that
    could round to another step of the grid is log1p asked.
    """
    cdef double steps = -mean * log(1.0 - u) * GRID
    cdef double rounded = rint(steps)
    if fabs(steps - rounded) + steps * 1.7763568394002505e-15 < 0.5:  # 2^-49
        return rounded / GRID
    return on_grid(-mean * log1p(-u))


cdef inline void durations(const Law* law, double* x, Py_ssize_t n) noexcept nogil:
    """Each of n uniforms becomes its duration, in place."""
    cdef Py_ssize_t i
    cdef double mean = law.p0
    if law.code == EXPONENTIAL and mean > 0.0:
        for i in range(n):
            x[i] = exponential(mean, x[i])
    else:
        for i in range(n):
            x[i] = duration(law, x[i])


cdef inline void leavings(const Law* law, double* x, Py_ssize_t n) noexcept nogil:
    """Each of n uniforms becomes its patience, in place."""
    cdef Py_ssize_t i
    durations(law, x, n)
    for i in range(n):
        if x[i] >= LONGEST:
            x[i] = INFINITY

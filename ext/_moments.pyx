# cython: autotestdict=False
"""What adding up a replication comes to: sums of terms, and running moments (Welford 1962).

Arguments come from simcenter/experiment/moments.py, which says what the moments are for.
"""
from libc.stdint cimport int64_t


def add_mean(const double[::1] values, double[::1] numerator, double[::1] squares, int64_t seen):
    """One replication's values, after ``seen`` others."""
    cdef Py_ssize_t i
    cdef double weight = <double>seen / <double>(seen + 1), off
    if not values.shape[0] == numerator.shape[0] == squares.shape[0]:
        raise ValueError("moments are of values of one shape")
    with nogil:
        for i in range(values.shape[0]):
            if seen:
                off = values[i] - numerator[i] / seen
                squares[i] += off * off * weight
            numerator[i] += values[i]


def add_ratio(
    const double[::1] values, const double[::1] bases, double[::1] numerator, double[::1] denominator, double[::1] nn,
    double[::1] nd, double[::1] dd, int64_t seen,
):
    """One replication's numerators and denominators, after ``seen`` others."""
    cdef Py_ssize_t i, size = values.shape[0]
    cdef double weight = <double>seen / <double>(seen + 1), off_n, off_d, weighted
    if not size == bases.shape[0] == numerator.shape[0] == denominator.shape[0] == nn.shape[0] == nd.shape[0]:
        raise ValueError("moments are of values of one shape")
    if dd.shape[0] != size:
        raise ValueError("moments are of values of one shape")
    with nogil:
        for i in range(size):
            if seen:
                off_n = values[i] - numerator[i] / seen
                off_d = bases[i] - denominator[i] / seen
                weighted = weight * off_n
                nn[i] += weighted * off_n
                nd[i] += weighted * off_d
                dd[i] += off_d * off_d * weight
            numerator[i] += values[i]
            denominator[i] += bases[i]


def combine(
    const double[:, ::1] fields, const int64_t[::1] first, const int64_t[::1] field, const double[::1] factor,
    double[:, ::1] out,
):
    """Each row of ``out`` the sum of its terms: field ``field[t]`` times ``factor[t]``, t from ``first[row]`` on."""
    cdef Py_ssize_t row, t, i, of
    if out.shape[0] + 1 != first.shape[0] or out.shape[1] != fields.shape[1] or field.shape[0] != factor.shape[0]:
        raise ValueError("terms of fields of one length")
    for row in range(out.shape[0]):
        if not 0 <= first[row] <= first[row + 1] <= field.shape[0]:
            raise ValueError("terms one row after the other")
    for t in range(field.shape[0]):
        if not 0 <= field[t] < fields.shape[0]:
            raise ValueError("terms of fields that there are")
    with nogil:
        for row in range(out.shape[0]):
            for t in range(first[row], first[row + 1]):
                of = field[t]
                if factor[t] == 1.0:
                    for i in range(out.shape[1]):
                        out[row, i] += fields[of, i]
                else:
                    for i in range(out.shape[1]):
                        out[row, i] += factor[t] * fields[of, i]

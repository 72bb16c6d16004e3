# cython: autotestdict=False
"""What adding up a replication comes to: sums of terms, and running moments (Welford 1962).

Arguments come from simcenter/experiment/moments.py, which says what the moments are for.
"""
from libc.stdint cimport int64_t


def add_mean(const double[:, :, ::1] values, double[:, ::1] numerator, double[:, ::1] squares, int64_t seen):
    """Values (parts, replications, cells) of replications in their order, after ``seen`` others."""
    cdef Py_ssize_t part, r, i
    cdef double weight, off
    if not values.shape[0] == numerator.shape[0] == squares.shape[0]:
        raise ValueError("moments are of values of one shape")
    if not values.shape[2] == numerator.shape[1] == squares.shape[1]:
        raise ValueError("moments are of values of one shape")
    with nogil:
        for part in range(values.shape[0]):
            for r in range(values.shape[1]):
                weight = <double>(seen + r) / <double>(seen + r + 1)
                for i in range(values.shape[2]):
                    if seen + r:
                        off = values[part, r, i] - numerator[part, i] / (seen + r)
                        squares[part, i] += off * off * weight
                    numerator[part, i] += values[part, r, i]


def add_ratio(
    const double[:, :, ::1] values, const double[:, :, ::1] bases, double[:, ::1] numerator, double[:, ::1] denominator,
    double[:, ::1] nn, double[:, ::1] nd, double[:, ::1] dd, int64_t seen,
):
    """Numerators and denominators (parts, replications, cells) of replications in order, after ``seen`` others."""
    cdef Py_ssize_t part, r, i, parts = values.shape[0], cells = values.shape[2]
    cdef double weight, off_n, off_d, weighted
    if not (parts == bases.shape[0] and values.shape[1] == bases.shape[1] and cells == bases.shape[2]):
        raise ValueError("moments are of values of one shape")
    if not parts == numerator.shape[0] == denominator.shape[0] == nn.shape[0] == nd.shape[0] == dd.shape[0]:
        raise ValueError("moments are of values of one shape")
    if not cells == numerator.shape[1] == denominator.shape[1] == nn.shape[1] == nd.shape[1] == dd.shape[1]:
        raise ValueError("moments are of values of one shape")
    with nogil:
        for part in range(parts):
            for r in range(values.shape[1]):
                weight = <double>(seen + r) / <double>(seen + r + 1)
                for i in range(cells):
                    if seen + r:
                        off_n = values[part, r, i] - numerator[part, i] / (seen + r)
                        off_d = bases[part, r, i] - denominator[part, i] / (seen + r)
                        weighted = weight * off_n
                        nn[part, i] += weighted * off_n
                        nd[part, i] += weighted * off_d
                        dd[part, i] += off_d * off_d * weight
                    numerator[part, i] += values[part, r, i]
                    denominator[part, i] += bases[part, r, i]


def add_known(const double[:, ::1] values, int64_t[::1] seen, double[::1] total, double[::1] centred):
    """Values (replications, cells) in the order of replications, those that are not NaN."""
    cdef Py_ssize_t r, i
    cdef double off
    if not values.shape[1] == seen.shape[0] == total.shape[0] == centred.shape[0]:
        raise ValueError("moments are of values of one shape")
    with nogil:
        for r in range(values.shape[0]):
            for i in range(values.shape[1]):
                if values[r, i] == values[r, i]:
                    if seen[i]:
                        off = values[r, i] - total[i] / seen[i]
                        centred[i] += off * off * (<double>seen[i] / <double>(seen[i] + 1))
                    total[i] += values[r, i]
                    seen[i] += 1


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

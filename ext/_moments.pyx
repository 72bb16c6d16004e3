# cython: autotestdict=False
"""What adding up a replication comes to: sums of terms, running moments (Welford 1962), and moments of two lots as one.

Two lots of n and m numbers, with sums S and T and centred squares A and B, have as one the centred squares
A + B + (T / m - S / n)^2 n m / (n + m) (Chan, Golub and LeVeque 1983); products go the same way.

Arguments come from simcenter/experiment/moments.py, which says what the moments are for.
"""
from libc.stdint cimport int64_t


def add_mean(const double[:, :, ::1] values, double[:, :, ::1] moments, int64_t seen):
    """Values (parts, replications, cells) of replications in their order, after ``seen`` others.

    The moments are sums and squares, each (parts, cells).
    """
    cdef Py_ssize_t part, r, i
    cdef double weight, off
    if moments.shape[0] != 2 or values.shape[0] != moments.shape[1] or values.shape[2] != moments.shape[2]:
        raise ValueError("moments are of values of one shape")
    with nogil:
        for part in range(values.shape[0]):
            for r in range(values.shape[1]):
                weight = <double>(seen + r) / <double>(seen + r + 1)
                for i in range(values.shape[2]):
                    if seen + r:
                        off = values[part, r, i] - moments[0, part, i] / (seen + r)
                        moments[1, part, i] += off * off * weight
                    moments[0, part, i] += values[part, r, i]


def add_ratio(
    const double[:, :, ::1] values, const double[:, :, ::1] bases, double[:, :, ::1] moments, int64_t seen,
):
    """Numerators and denominators (parts, replications, cells) of replications in order, after ``seen`` others.

    The moments are numerators, denominators, nn, nd and dd, each (parts, cells).
    """
    cdef Py_ssize_t part, r, i, parts = values.shape[0], cells = values.shape[2]
    cdef double weight, off_n, off_d, weighted
    if not (parts == bases.shape[0] and values.shape[1] == bases.shape[1] and cells == bases.shape[2]):
        raise ValueError("moments are of values of one shape")
    if moments.shape[0] != 5 or parts != moments.shape[1] or cells != moments.shape[2]:
        raise ValueError("moments are of values of one shape")
    with nogil:
        for part in range(parts):
            for r in range(values.shape[1]):
                weight = <double>(seen + r) / <double>(seen + r + 1)
                for i in range(cells):
                    if seen + r:
                        off_n = values[part, r, i] - moments[0, part, i] / (seen + r)
                        off_d = bases[part, r, i] - moments[1, part, i] / (seen + r)
                        weighted = weight * off_n
                        moments[2, part, i] += weighted * off_n
                        moments[3, part, i] += weighted * off_d
                        moments[4, part, i] += off_d * off_d * weight
                    moments[0, part, i] += values[part, r, i]
                    moments[1, part, i] += bases[part, r, i]


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


def merge_mean(double[:, ::1] mine, const double[:, ::1] more, int64_t seen, int64_t others):
    """Rows (sums, squares) of ``seen`` replications, made those of ``others`` more as well."""
    cdef Py_ssize_t i
    cdef double off, weight
    if not mine.shape[0] == more.shape[0] == 2 or mine.shape[1] != more.shape[1]:
        raise ValueError("moments are of values of one shape")
    if seen < 0 or others < 1:
        raise ValueError("moments of some replications")
    weight = <double>seen / <double>(seen + others) * others
    with nogil:
        for i in range(mine.shape[1]):
            off = more[0, i] / others - (mine[0, i] / seen if seen else 0.0)
            mine[1, i] += more[1, i] + off * off * weight
            mine[0, i] += more[0, i]


def merge_ratio(double[:, ::1] mine, const double[:, ::1] more, int64_t seen, int64_t others):
    """Rows (numerators, denominators, nn, nd, dd) of ``seen`` replications, made those of ``others`` more as well."""
    cdef Py_ssize_t i
    cdef double off_n, off_d, weight
    if not mine.shape[0] == more.shape[0] == 5 or mine.shape[1] != more.shape[1]:
        raise ValueError("moments are of values of one shape")
    if seen < 0 or others < 1:
        raise ValueError("moments of some replications")
    weight = <double>seen / <double>(seen + others) * others
    with nogil:
        for i in range(mine.shape[1]):
            off_n = more[0, i] / others - (mine[0, i] / seen if seen else 0.0)
            off_d = more[1, i] / others - (mine[1, i] / seen if seen else 0.0)
            mine[2, i] += more[2, i] + weight * off_n * off_n
            mine[3, i] += more[3, i] + weight * off_n * off_d
            mine[4, i] += more[4, i] + weight * off_d * off_d
            mine[0, i] += more[0, i]
            mine[1, i] += more[1, i]


def merge_known(
    int64_t[::1] seen, double[::1] total, double[::1] centred,
    const int64_t[::1] others, const double[::1] more, const double[::1] more_centred,
):
    """Sums and centred squares of those that are not NaN, made those of the others as well."""
    cdef Py_ssize_t i, cells = seen.shape[0]
    cdef double off
    if not cells == total.shape[0] == centred.shape[0] == others.shape[0] == more.shape[0] == more_centred.shape[0]:
        raise ValueError("moments are of values of one shape")
    with nogil:
        for i in range(cells):
            if others[i] <= 0:
                continue
            centred[i] += more_centred[i]
            if seen[i] > 0:
                off = more[i] / others[i] - total[i] / seen[i]
                centred[i] += off * off * (<double>seen[i] / <double>(seen[i] + others[i]) * others[i])
            total[i] += more[i]
            seen[i] += others[i]


def combine(
    const double[:, ::1] fields, const int64_t[::1] first, const int64_t[::1] field, const double[::1] factor,
    double[:, ::1] out,
):
    """Set each row of ``out`` to the sum of its terms: ``field[t]`` times ``factor[t]``, t from ``first[row]`` on."""
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
            if first[row] == first[row + 1]:
                for i in range(out.shape[1]):
                    out[row, i] = 0.0
            for t in range(first[row], first[row + 1]):
                of = field[t]
                if t == first[row]:
                    for i in range(out.shape[1]):
                        out[row, i] = factor[t] * fields[of, i]
                elif factor[t] == 1.0:
                    for i in range(out.shape[1]):
                        out[row, i] += fields[of, i]
                else:
                    for i in range(out.shape[1]):
                        out[row, i] += factor[t] * fields[of, i]

"""What a careful programmer writes first: Erlang C by the recursion, carried on from candidate to candidate."""

cimport cython
from libc.math cimport exp


@cython.cdivision(True)
@cython.boundscheck(False)
def naive_advisers(
    const double[::1] load, const double[::1] aht, const double[::1] within, const double[::1] target,
    long long[::1] out
):
    """The least n with 1 - C(n) exp(-(n - load) within / aht) >= target, into out."""
    cdef Py_ssize_t i
    cdef double a, b, c
    cdef long long n
    with nogil:
        for i in range(load.shape[0]):
            a = load[i]
            b = 1
            n = 0
            while True:
                n += 1
                b = a * b / (n + a * b)
                if n > a:
                    c = n * b / (n - a * (1 - b))
                    if 1 - c * exp(-(n - a) * within[i] / aht[i]) >= target[i]:
                        break
            out[i] = n

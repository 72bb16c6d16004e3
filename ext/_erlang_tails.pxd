"""The two halves of a Poisson law with real index, from which every Erlang formula here is made.

With s = n / r, c = y / r and p = c^s e^-c / Gamma(s + 1):

    W = 1 + c/(s+1) + c^2/((s+1)(s+2)) + ...    the weight of s and all above, over p: somebody may wait
    U = s/c + s(s-1)/c^2 + ...                  the weight of all below s, over p: somebody is free
    p (U + W) = 1

U(n, a) is 1/B - 1 of Erlang's loss formula, continued to real n (Jagerman 1974); W(n/r, a/r) the sum over the waiting
states of the M/M/n+M queue with abandonment rate r (Palm 1957; Garnett, Mandelbaum and Reiman 2002). The half that
is the smaller is made by a positive series, a continued fraction with positive parts, or, near s = c, Temme's
uniform expansion (DLMF 8.12.7); the other half is its complement, which is then no smaller.
The difference n - y is handed in, never formed here, so that exponents keep their relative accuracy.
"""

cimport cython
from libc.math cimport erfc, exp, expm1, fabs, lgamma, log, log1p, pow, sqrt, tgamma

cdef extern from *:
    """
    #define SC_TWO_PI 6.283185307179586
    #define SC_HALF_LOG_TWO_PI 0.9189385332046728
    /* Coefficients of eta^i s^-k in Temme's expansion, enough for |eta| <= 0.34 and s >= 100: rest below 2e-18. */
    static const double SC_TEMME_0[16] = {
        -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073,
        0.0003527336860670194, -0.0001787551440329218, 3.919263178522438e-05, -2.185448510679992e-06,
        -1.85406221071516e-06, 8.296711340953087e-07, -1.7665952736826078e-07, 6.707853543401498e-09,
        1.0261809784240309e-08, -4.382036018453353e-09, 9.14769958223679e-10, -2.5514193994946248e-11};
    static const double SC_TEMME_1[14] = {
        -0.001851851851851852, -0.003472222222222222, 0.0026455026455026454, -0.0009902263374485596,
        0.00020576131687242798, -4.018775720164609e-07, -1.8098550334489977e-05, 7.64916091608111e-06,
        -1.6120900894563446e-06, 4.647127802807434e-09, 1.378633446915721e-07, -5.752545603517705e-08,
        1.1951628599778148e-08, -1.7543241719747647e-11};
    static const double SC_TEMME_2[12] = {
        0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049, 2.0093878600823047e-06,
        -0.0001073665322636516, 5.2923448829120125e-05, -1.2760635188618728e-05, 3.423578734096138e-08,
        1.3721957309062934e-06, -6.298992138380055e-07, 1.4280614206064242e-07, -2.0477098421990866e-10};
    static const double SC_TEMME_3[9] = {
        0.0006494341563786008, 0.00022947209362139917, -0.0004691894943952557, 0.00026772063206283885,
        -7.561801671883977e-05, -2.396505113867297e-07, 1.1082654115347302e-05, -5.6749528269915965e-06,
        1.4230900732435883e-06};
    static const double SC_TEMME_4[7] = {
        -0.0008618882909167117, 0.0007840392217200666, -0.0002990724803031902, -1.4638452578843418e-06,
        6.641498215465122e-05, -3.968365047179435e-05, 1.1375726970678419e-05};
    static const double SC_TEMME_5[5] = {
        -0.00033679855336635813, -6.972813758365857e-05, 0.0002772753244959392, -0.00019932570516188847,
        6.797780477937208e-05};
    static const double SC_TEMME_6[3] = {0.0005313079364639922, -0.0005921664373536939, 0.0002708782096718045};
    """
    const double SC_TWO_PI
    const double SC_HALF_LOG_TWO_PI
    const double[16] SC_TEMME_0
    const double[14] SC_TEMME_1
    const double[12] SC_TEMME_2
    const double[9] SC_TEMME_3
    const double[7] SC_TEMME_4
    const double[5] SC_TEMME_5
    const double[3] SC_TEMME_6

cdef enum:
    SERIES_MAX = 100  # from this index on Temme's expansion takes over near s = c


cdef struct Tails:
    double p        # the Poisson weight of s; 0 when below the smallest number
    double pw       # p W, the share at s and above
    double pu       # p U, the share below s
    double u        # U; infinite where p is 0
    bint direct     # n >= y or y < r, and then only:
    double w        # W
    double above    # W - 1
    double queue    # sum of j w_j, the number waiting times its weight


@cython.cdivision(True)
cdef inline double deviance(double n, double y, double d) noexcept nogil:
    """n log(n / y) + y - n, with d = n - y."""
    cdef double v, x, s, term
    cdef int j
    if n == 0:
        return y
    v = d / (n + y)
    if fabs(v) >= 0.5:
        return n * log(n / y) - d
    x = v * v
    if x < 0.01:
        s = x * (1. / 3 + x * (1. / 5 + x * (1. / 7 + x * (1. / 9 + x * (1. / 11 + x * (1. / 13 + x * (
            1. / 15 + x * (1. / 17))))))))
        return d * v + 2 * n * v * s
    s = 0
    term = 1
    j = 3
    while True:
        term *= x
        s += term / j
        if term < 1e-18:
            break
        j += 2
    return d * v + 2 * n * v * s


@cython.cdivision(True)
cdef inline double stirling(double s) noexcept nogil:
    """log Gamma(s + 1) - (s + 1/2) log s + s - log(2 pi) / 2."""
    cdef double x
    if s < 15:
        return lgamma(s + 1) - (s + 0.5) * log(s) + s - SC_HALF_LOG_TWO_PI
    x = 1 / (s * s)
    return (1. / 12 - x * (1. / 360 - x * (1. / 1260 - x * (1. / 1680 - x * (1. / 1188 - x * (691. / 360360)))))) / s


@cython.cdivision(True)
cdef inline double poisson(double s, double c, double dev) noexcept nogil:
    """c^s e^-c / Gamma(s + 1), with its deviance dev."""
    if s >= 15:
        return exp(-dev - stirling(s)) / sqrt(SC_TWO_PI * s)
    if c > 600:
        return exp(s * log(c) - c) / tgamma(s + 1)
    return pow(c, s) * exp(-c) / tgamma(s + 1)


@cython.cdivision(True)
cdef inline double temme(double s, double eta) noexcept nogil:
    cdef double x = 1 / s, total, row
    cdef int i
    row = SC_TEMME_6[2]
    for i in range(1, -1, -1):
        row = row * eta + SC_TEMME_6[i]
    total = row
    row = SC_TEMME_5[4]
    for i in range(3, -1, -1):
        row = row * eta + SC_TEMME_5[i]
    total = total * x + row
    row = SC_TEMME_4[6]
    for i in range(5, -1, -1):
        row = row * eta + SC_TEMME_4[i]
    total = total * x + row
    row = SC_TEMME_3[8]
    for i in range(7, -1, -1):
        row = row * eta + SC_TEMME_3[i]
    total = total * x + row
    row = SC_TEMME_2[11]
    for i in range(10, -1, -1):
        row = row * eta + SC_TEMME_2[i]
    total = total * x + row
    row = SC_TEMME_1[13]
    for i in range(12, -1, -1):
        row = row * eta + SC_TEMME_1[i]
    total = total * x + row
    row = SC_TEMME_0[15]
    for i in range(14, -1, -1):
        row = row * eta + SC_TEMME_0[i]
    return total * x + row


@cython.cdivision(True)
cdef inline double half_temme(double s, double dev, double sign) noexcept nogil:
    """The smaller half over p near s = c: U where c > s (sign 1), W where c <= s (sign -1)."""
    cdef double root = sqrt(dev)
    return exp(stirling(s)) * (
        0.5 * sqrt(SC_TWO_PI * s) * exp(dev) * erfc(root) + sign * temme(s, sign * root * sqrt(2 / s))
    )


@cython.cdivision(True)
cdef inline double queue_fraction(double c, double e, long* work) noexcept nogil:
    """F = c/(e+1 + 2c/(e+2 + 3c/(e+3 + ...))), e = s - c > 0: W = s/(e+F), sum of j w_j = F W (DLMF 8.9.1 turned)."""
    cdef double inv = 1 / (e + 1), step = c * inv, total = step, b, before
    cdef long k = 1
    while fabs(step) > 1e-17 * total:
        k += 1
        b = e + k
        before = inv
        inv = 1 / (b + k * c * inv)
        step *= -k * c * before * inv
        total += step
    work[0] += k
    return total


@cython.cdivision(True)
cdef inline double free_fraction(double s, double c, double g, long* work) noexcept nogil:
    """U by Legendre's continued fraction of the upper incomplete gamma function (DLMF 8.9.2), g = c - s >= 0."""
    cdef double inv = 1 / (g + 1), step = s * inv, total = step, a, b
    cdef long k = 0
    while fabs(step) > 1e-17 * total:
        k += 1
        a = k * (s - k)
        if a == 0:
            break
        b = g + 2 * k + 1
        inv = 1 / (b + a * inv)
        step *= b * inv - 1
        total += step
    work[0] += k + 1
    return total


@cython.cdivision(True)
cdef inline double free_small(double s, double c, long* work) noexcept nogil:
    """U for s < 1 and c < 1: e^c (Gamma(1+s) c^-s - 1), and what 1/j! is more than 1/((s+1)...(s+j)), summed."""
    cdef double log_gamma, product = 1, rest = 0, power = 1, total = 0, add
    cdef long j = 0
    if s < 1e-3:  # lgamma(1 + s) would lose s
        log_gamma = s * (-0.5772156649015329 + s * (0.8224670334241132 + s * (-0.4006856343865314 + s * (
            0.27058080842778454 - s * 0.20738555102867398))))
    else:
        log_gamma = lgamma(1 + s)
    while True:
        j += 1
        rest += product * s / (j + s)
        product *= j / (j + s)
        power *= c / j
        add = power * rest
        total += add
        if add < 1e-18 * total or j > 60:
            break
    work[0] += j
    return exp(c) * expm1(log_gamma - s * log(c)) + total


@cython.cdivision(True)
cdef inline double free_series(double s, double c, long* work) noexcept nogil:
    """U for 1 <= s <= c, s below SERIES_MAX: the series itself, ended by the fraction of s left over."""
    cdef double total = 0, term = 1, inv = 1 / c, left = s
    cdef long k = 0
    while left >= 1:
        term *= left * inv
        total += term
        left -= 1
        k += 1
        if term < 1e-18 * total:
            work[0] += k
            return total
    work[0] += k
    if left > 0:
        total += term * free_fraction(left, c, c - left, work)
    return total


@cython.cdivision(True)
cdef inline void waiting_half(double s, double c, double e, double dev, Tails* t, long* work) noexcept nogil:
    """W, W - 1 and the sum of j w_j for s >= c."""
    cdef double f, term = 1, above = 0, queue = 0
    cdef long j = 0
    if c >= 1 and e * e >= 9 * c:
        f = queue_fraction(c, e, work)
        t.w = s / (e + f)
        t.above = (c - f) / (e + f)
        t.queue = f * t.w
    elif s >= SERIES_MAX and e * e < 9 * c:
        t.w = half_temme(s, dev, -1)
        t.above = t.w - 1
        t.queue = s - e * t.w
    else:
        while True:
            j += 1
            term *= c / (s + j)
            above += term
            queue += j * term
            if j * term <= 1e-18 * queue:
                break
        work[0] += j
        t.above = above
        t.w = 1 + above
        t.queue = queue


@cython.cdivision(True)
cdef inline void tails(double n, double y, double d, double r, Tails* t, long* work) noexcept nogil:
    """Both halves for n servers, y offered, d = n - y and abandonment rate r (1 for the servers themselves)."""
    cdef double s = n / r, c = y / r, e = d / r
    cdef double dev = deviance(n, y, d) / r
    t.p = poisson(s, c, dev)
    t.direct = d >= 0 or c < 1
    if t.direct:
        waiting_half(s, c, e, dev, t, work)
    if d >= 0:
        t.pw = t.p * t.w
        if s < 1:
            t.u = free_small(s, c, work)
            t.pu = t.p * t.u
        else:
            t.pu = 1 - t.pw
            t.u = t.pu / t.p
        return
    if s == 0:
        t.u = 0
    elif s < 1:
        t.u = free_small(s, c, work) if c < 1 else free_fraction(s, c, -e, work)
    elif e * e >= 9 * c:
        t.u = free_fraction(s, c, -e, work)
    elif s >= SERIES_MAX and e * e < 9 * c:
        t.u = half_temme(s, dev, 1)
    else:
        t.u = free_series(s, c, work)
    t.pu = t.p * t.u
    t.pw = 1 - t.pu

"""Birth and death with n advisers, places to wait and patience: the sums over states, and the measures made of them."""

cimport cython
from libc.math cimport INFINITY, NAN, exp, expm1, fabs, floor, lgamma, log, log1p, sqrt

from _erlang_tails cimport SC_TWO_PI, Tails, deviance, poisson, stirling, tails


cdef struct System:
    double n  # service rate with all advisers busy, in contacts per AHT: the advisers, or more or less with chat
    double a  # offered load
    double r  # abandonment rate, AHT over mean patience
    double places  # places to wait; infinite: unlimited
    bint overload  # no steady state
    double q  # weight of the state with all busy and nobody waiting; so chosen that no weight overflows
    double scale  # of the weights against the probabilities in t, where the load is above n
    double free  # weight of the states with an adviser free
    double wait  # weight of the waiting states in which one more may enter
    double full  # weight of the state in which one more is blocked
    double above  # weight of the states with somebody waiting
    double queue  # number waiting, times weight, summed
    double z  # free + wait: arrivals not blocked see a state of this weight
    double log_peak  # with limited places: log of the heaviest waiting state's weight over that with nobody waiting
    double harmonic  # with limited places: see Window
    bint cut  # with limited places: whether they are as good as unlimited
    Tails base  # the two halves of the servers alone
    Tails t  # the waiting half; meaningful without a limit of places and with r > 0


@cython.cdivision(True)
cdef inline double shortfall(double x) noexcept nogil:
    """x - 1 + e^-x: for x = rt the loss of arrivals by patience run out."""
    cdef double term, total
    cdef int k
    if fabs(x) > 0.5:
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
    """Fill in the weights for a waiting line without limit. base: the two halves of the servers themselves."""
    cdef double n = s.n, a = s.a, d = s.n - s.a
    s.full = 0
    s.overload = s.r == 0 and d <= 0
    if s.overload:
        return
    if s.r == 0:
        s.t.direct = True
        s.t.w = n / d
        s.t.above = a / d
        s.t.queue = a / d * (n / d)
    else:
        tails(n, a, d, s.r, &s.t, work)
    if d >= 0:
        s.q = base.p
        s.free = base.pu
        s.wait = s.q * s.t.w
    else:
        s.q = s.t.p
        s.free = s.q * base.u
        s.wait = s.t.pw
    s.scale = 1
    if s.t.direct:
        s.above = s.q * s.t.above
        s.queue = s.q * s.t.queue
    else:
        s.above = s.t.pw - s.q
        s.queue = (n * s.q - d * s.t.pw) / s.r
    s.z = s.free + s.wait


cdef struct Within:
    double answered  # weight of those who wait and are answered within T
    double late  # weight of those answered later
    double cleared  # weight of the arrivals that find an offered wait of more than 0 and at most T
    double still  # weight of those with an offered wait beyond T


cdef extern from *:
    """
    static const double SC_GAUSS_X[8] = {
        0.09501250983763744, 0.2816035507792589, 0.45801677765722737, 0.6178762444026438,
        0.755404408355003, 0.8656312023878318, 0.9445750230732326, 0.9894009349916499};
    static const double SC_GAUSS_W[8] = {
        0.1894506104550685, 0.1826034150449236, 0.16915651939500254, 0.14959598881657674,
        0.12462897125553387, 0.09515851168249279, 0.062253523938647894, 0.027152459411754096};
    """
    const double[8] SC_GAUSS_X
    const double[8] SC_GAUSS_W


@cython.cdivision(True)
cdef inline void short_limit(System* s, double limit, Within* x, long* work) noexcept nogil:
    """answered and cleared for a limit in which little happens: the density of the wait, integrated by Gauss."""
    cdef double t, e, d = s.n - s.a, answered = 0, cleared = 0
    cdef int i, sign
    for i in range(8):
        for sign in range(-1, 2, 2):
            t = 0.5 * limit * (1 + sign * SC_GAUSS_X[i])
            e = SC_GAUSS_W[i] * exp(-d * t - (s.a * (shortfall(s.r * t) / s.r) if s.r > 0 else 0.))
            cleared += e
            answered += e * exp(-s.r * t)
    work[0] += 16
    x.answered = 0.5 * limit * answered * s.n * s.q
    x.cleared = 0.5 * limit * cleared * s.n * s.q


@cython.cdivision(True)
cdef inline void within_unlimited(System* s, double limit, Within* x, long* work) noexcept nogil:
    """The offered wait has density n q exp((a/r)(1 - e^-rt) - nt); beyond T the same law holds with load a e^-rT."""
    cdef Tails t
    cdef double n = s.n, a = s.a, d = s.n - s.a, slope, left, d_left, e, ratio = s.n / s.a, first, second, rise
    if limit == 0 or n == 0:
        x.answered = 0
        x.cleared = 0
        x.late = ratio * s.above
        x.still = s.wait
        if n == 0 and limit > 0:
            x.still = s.wait
        return
    slope = -d * limit - (a * (shortfall(s.r * limit) / s.r) if s.r > 0 else 0.)  # log of the density, less at 0
    if s.r == 0:
        e = exp(slope)
        x.cleared = -expm1(slope) * s.wait
        x.answered = x.cleared
        x.late = e * s.wait
        x.still = x.late
        return
    left = a * exp(-s.r * limit)
    d_left = d - a * expm1(-s.r * limit)
    tails(n, left, d_left, s.r, &t, work)
    if s.t.direct:
        e = exp(slope)
        x.late = ratio * s.q * e * t.above
        x.still = s.q * e * t.w
        x.answered = ratio * s.above - x.late
        if s.r * limit < 2 and fabs(slope) < 4 and ratio * s.above > 30 * s.free:
            short_limit(s, limit, x, work)
        else:
            x.cleared = x.answered / ratio - s.q * expm1(slope)
        return
    if s.r * limit > 700:  # no load of any precision is left, but c^s = exp(s log(a/r) - nT) need not be small
        t.p = exp(n / s.r * log(a / s.r) - n * limit - lgamma(1 + n / s.r))
        t.pw = t.p * t.w
    if d_left < 0 and not t.direct:
        x.late = ratio * (t.pw - t.p) * s.scale
        x.still = t.pw * s.scale
        first = ratio * (t.p + t.pu) * s.scale
        second = ratio * (s.q + s.t.pu * s.scale)
        x.cleared = (t.pu - s.t.pu) * s.scale
    else:
        x.late = ratio * (t.p * t.above) * s.scale
        x.still = t.pw * s.scale
        first = ratio * s.above
        second = x.late
        x.cleared = s.wait - x.still
    x.answered = first - second
    # with the density's peak before T, it must not rise so far that 16 points no longer see it
    rise = 8. if d < 0 else 16.
    if first > 30 * s.free and s.r * limit < 2 and fabs(slope) < 4 and (d_left < 0 or d * d < rise * s.a * s.r):
        short_limit(s, limit, x, work)


@cython.cdivision(True)
cdef inline double midpoint_tail(double x) noexcept nogil:
    return x * (1. / 24 - x * (7. / 960 - x * (31. / 8064 - x * (127. / 30720 - x * (511. / 67584)))))


@cython.cdivision(True)
cdef inline double digamma_step(double x, double steps, long* work) noexcept nogil:
    """1/(x+1) + ... + 1/(x+steps), steps a whole number."""
    cdef double total = 0, p, q, i = 0
    while i < steps and (x < 20 or steps - i < 20):
        x += 1
        i += 1
        total += 1 / x
    work[0] += <long>i
    if i >= steps:
        return total
    p = 1 / (x + 0.5)
    q = 1 / (x + (steps - i) + 0.5)
    # psi(x + 1) = log(x + 1/2) + 1/24 (x + 1/2)^-2 - 7/960 ^-4 + 31/8064 ^-6 - 127/30720 ^-8 + 511/67584 ^-10
    return total + log1p((steps - i) * p) + midpoint_tail(q * q) - midpoint_tail(p * p)


cdef struct Window:
    double peak  # the state of most weight, in contacts waiting
    double log_peak  # log of its weight, over that with nobody waiting
    double first  # weight with nobody waiting, over the peak's
    double sum  # of weights 0..places, over the peak's
    double last  # weight with all places taken
    bint cut  # whether what lies beyond was too little to count
    double queue  # number waiting, summed
    double harmonic  # w_j (1/(n+r) + ... + 1/(n+jr)), summed: the mean wait of the answered comes of it


@cython.cdivision(True)
cdef inline double log_weight(double n, double a, double r, double j) noexcept nogil:
    """log of w_j = a^j / ((n + r)...(n + jr)), j > 0."""
    cdef double d = n - a, total
    if r == 0:
        return j * log1p(-d / n)
    total = deviance(n, a, d) / r - deviance(n + j * r, a, d + j * r) / r
    total -= stirling(n / r + j) + 0.5 * log(SC_TWO_PI * (n / r + j))
    if n > 0:
        total += stirling(n / r) + 0.5 * log(SC_TWO_PI * (n / r))
    return total


@cython.cdivision(True)
cdef inline void window(double n, double a, double r, double places, Window* x, long* work) noexcept nogil:
    """Sums over the waiting states from the heaviest outwards: up until nothing more counts, down to nobody waiting.

    The product on the way down keeps the weight of the states with somebody free to full accuracy, where a
    difference of deviances would not for long patience.
    """
    cdef double j, w, h, first, peak = 0, d = n - a
    cdef long count = 0
    if d < 0:
        peak = places if r == 0 else min(places, floor(-d / r))
    x.peak = peak
    h = 0
    x.log_peak = 0
    if peak > 0:
        x.log_peak = log_weight(n, a, r, peak)
        h = peak / n if r == 0 else digamma_step(n / r, peak, work) / r
    first = h
    x.sum = 1
    x.queue = peak
    x.harmonic = h
    x.last = 1
    j = peak
    w = 1
    while j < places:
        j += 1
        w *= a / (n + j * r)
        h += 1 / (n + j * r)
        x.sum += w
        x.queue += j * w
        x.harmonic += h * w
        count += 1
        if j * w <= 1e-18 * x.queue and h * w <= 1e-18 * x.harmonic:
            break
    x.cut = j < places
    x.last = exp(log_weight(n, a, r, places) - x.log_peak) if x.cut and places < INFINITY else w
    j = peak
    w = 1
    h = first
    while j > 0:
        w *= (n + j * r) / a
        h -= 1 / (n + j * r)
        j -= 1
        x.sum += w
        x.queue += j * w
        x.harmonic += h * w
        count += 1
        if w < 1e-300:
            w = 0
            break
    x.first = w
    work[0] += count


@cython.cdivision(True)
cdef inline double below_last(double n, double a, double r, double places, long* work) noexcept nogil:
    """The weight of the waiting states 0..places - 1 over that of the last."""
    cdef double w = 1, total = 0, j = places
    while j > 0:
        w *= (n + j * r) / a
        total += w
        j -= 1
        if w <= 1e-18 * total:
            break
    work[0] += <long>(places - j)
    return total


@cython.cdivision(True)
cdef inline void limited(System* s, Tails* base, long* work) noexcept nogil:
    """Fill in the weights for a waiting line of so many places."""
    cdef double scale
    cdef Window x
    s.overload = s.n == 0 and s.r == 0 and s.places > 0
    if s.overload:
        return
    window(s.n, s.a, s.r, s.places, &x, work)
    if s.n >= s.a:
        s.q = base.p
        s.free = base.pu
        scale = base.p
    else:
        s.q = x.first
        s.free = s.q * base.u
        scale = 1
    s.full = scale * x.last
    s.wait = scale * (x.sum - x.last)
    if x.sum - x.last < 0.5 * x.sum:  # nearly all weight in the last state: sum the others alone
        s.wait = scale * x.last * below_last(s.n, s.a, s.r, s.places, work)
    s.above = scale * x.sum - s.q
    s.queue = scale * x.queue
    s.harmonic = scale * x.harmonic
    s.log_peak = x.log_peak
    s.cut = x.cut
    s.z = s.free + s.wait


@cython.cdivision(True)
cdef inline double log_departures(double s, double n, double r, double m, double limit) noexcept nogil:
    """log of the chance of exactly m >= 1 departures from a line that never empties: Poisson (nT) or, with patience,
    the negative binomial x^s (s)_m (1-x)^m / m! with x = e^-rT."""
    cdef double x, gone, big, left
    if r == 0:
        return -deviance(m, n * limit, m - n * limit) - stirling(m) - 0.5 * log(SC_TWO_PI * m)
    x = exp(-r * limit)
    gone = -expm1(-r * limit)
    # (s)_m / m! = s / (s + m) binomial(s + m, m)
    big = s + m
    # of x itself only while it is a number of full precision
    left = deviance(s, big * x, s * gone - m * x) if x > 1e-300 else s * (log(s / big) + r * limit - 1)
    return (
        stirling(big) - stirling(s) - stirling(m) + 0.5 * log(s / (SC_TWO_PI * big * m))
        - left - deviance(m, big * gone, m * x - s * gone)
    )


@cython.cdivision(True)
cdef inline double departures_ratio(double s, double n, double r, double m, double limit, double gone) noexcept nogil:
    """Chance of m + 1 departures over that of m."""
    return n * limit / (m + 1) if r == 0 else (s + m) * gone / (m + 1)


@cython.cdivision(True)
cdef inline double departures_sum(System* y, double s, bint own, double limit, long* work) noexcept nogil:
    """Sum over j = 1..places of w_j P(at least j departures in time), over w at the last place.

    own: times (n + jr) / a, which is w_(j-1): for the offered wait, where the customer's own patience does not count.

    Above m the terms fall by 1 - x at last, x = e^-rT, and with little service (s < 1) are not done before some 40/x of
    them: summed only where x > 1/m, so never more than about 50 m. Elsewhere the m - 1 terms below are taken from
    P(at least one), which is small itself where s is: with mx <= 1 or m below the mean, 1/100 of it or more is left.
    """
    cdef double n = y.n, a = y.a, r = y.r, m = y.places, gone = -expm1(-r * limit), x = exp(-r * limit)
    cdef double mean, one, tail, term, total = 0, w = 1, part, j
    cdef long count = 0
    mean = n * limit if r == 0 else s * gone / x
    one = exp(log_departures(s, n, r, m, limit))  # exactly m
    term = one
    j = m
    tail = 0
    if m >= mean and (r == 0 or m * x > 1):
        while True:
            tail += term
            term *= departures_ratio(s, n, r, j, limit, gone)
            j += 1
            count += 1
            if term <= 1e-18 * tail or term < 1e-300:  # half the smallest number is rounded to itself, without end
                break
    else:
        while j > 1 and term > 0:
            j -= 1
            term /= departures_ratio(s, n, r, j, limit, gone)
            tail += term
            count += 1
            if term <= 1e-18 * tail:
                break
        tail = -expm1(-limit * (n if r == 0 else s * r)) - tail
    j = m
    while j >= 1:
        part = w * tail
        if own:
            part *= (n + j * r) / a
        total += part
        count += 1
        w *= (n + j * r) / a
        if part <= 1e-18 * total and w * (n + j * r) < a * w:
            break
        j -= 1
        if j >= 1:
            one /= departures_ratio(s, n, r, j, limit, gone)
            tail += one
    work[0] += count
    return total


@cython.cdivision(True)
cdef inline void within_limited(System* s, double limit, Within* y, long* work) noexcept nogil:
    """As within_unlimited, for a waiting line of so many places."""
    cdef double n = s.n, a = s.a, r = s.r, ratio = s.n / s.a, paced, mean, slope, scale
    cdef System v
    cdef Within u
    y.answered = 0
    y.cleared = 0
    if limit > 0 and n > 0 and s.places > 0:
        # where w_j P(j departures), and where P(j departures) alone, are heaviest
        paced = a * limit if r == 0 else -a / r * expm1(-r * limit)
        mean = n * limit if r == 0 else (n / r + 1) * expm1(r * limit)
        paced = max(paced, mean)
        if s.cut or s.places > paced + 12 * sqrt(paced * (1 + (paced - n * limit) / n if r > 0 else 1)) + 60:
            # nobody blocked could have been answered in time: the sums are those of a line without limit
            if r == 0:
                slope = (a - n) * limit
                if n == a:
                    y.answered = s.q * n * limit
                elif n > a:
                    y.answered = -expm1(slope) * n / (n - a) * s.q
                else:
                    y.answered = -expm1(-slope) * n / (a - n) * exp(slope - s.log_peak)
                y.cleared = y.answered
            else:
                v = s[0]
                unlimited(&v, &s.base, work)
                within_unlimited(&v, limit, &u, work)
                scale = 0
                if v.q > 1e-290:
                    scale = s.q / v.q
                elif s.cut and v.wait > 0:
                    scale = s.wait / v.wait
                y.answered = u.answered * scale
                y.cleared = u.cleared * scale
                if s.cut and scale > 0:
                    y.late = u.late * scale
                    y.still = u.still * scale
                    return
        else:
            y.answered = ratio * s.full * departures_sum(s, n / r + 1 if r > 0 else 0., False, limit, work)
            y.cleared = s.full * departures_sum(s, n / r if r > 0 else 0., True, limit, work)
    y.late = ratio * s.above - y.answered
    y.still = s.wait - y.cleared


@cython.cdivision(True)
cdef inline bint prepare(double n, double a, double r, double places, System* s, long* work) noexcept nogil:
    """All weights of the system; False if it has no steady state. a > 0."""
    s.n = n
    s.a = a
    s.r = r
    s.places = places
    tails(n, a, n - a, 1, &s.base, work)
    if places == INFINITY:
        unlimited(s, &s.base, work)
    else:
        limited(s, &s.base, work)
    return not s.overload


@cython.cdivision(True)
cdef inline void within(System* s, double limit, Within* x, long* work) noexcept nogil:
    if s.places == INFINITY:
        within_unlimited(s, limit, x, work)
    else:
        within_limited(s, limit, x, work)


cdef enum:
    LONG_LINE = 20000  # load over abandonment rate from which the mean wait is integrated instead of summed


@cython.cdivision(True)
cdef inline double integrated_wait(System* s, long* work) noexcept nogil:
    """The waits of the answered, times weight: t e^-rt n exp((a/r)(1 - e^-rt) - nt) integrated by Gauss in panels.

    For lines so long that the sum over states would be long too. Above the load it is nearly half a normal curve in t;
    below, with e^-rt = (n/a) e^v, the density of v is exp(-s (e^v - 1 - v)), s = n/r, about its top at v = 0.
    """
    cdef double n = s.n, a = s.a, r = s.r, d = s.n - s.a, index = s.n / s.r, lo, hi, width, x, v, part, total = 0, top
    cdef int panel, panels, i, sign
    if d >= 0:
        lo = 0
        hi = 100 / (d + sqrt(d * d + 100 * a * r))
        panels = 16
        top = 0
    else:
        top = log1p(-d / n)
        lo = -(50 / (1 + index) + sqrt(100 / (1 + index)))
        hi = min(min(log1p(50 / index + sqrt(100 / index)), 50 / index + sqrt(100 / index)), top)
        panels = 1 + <int>((hi - lo) * sqrt(max(index, 1.)) / 0.8)
    width = (hi - lo) / panels
    for panel in range(panels):
        for i in range(8):
            for sign in range(-1, 2, 2):
                v = lo + width * (panel + 0.5 + 0.5 * sign * SC_GAUSS_X[i])
                if d >= 0:
                    part = v * exp(-r * v - d * v - a * (shortfall(r * v) / r)) * s.q
                else:
                    x = (top - v) / r
                    part = poisson(index, index * exp(v), index * shortfall(-v)) * s.scale
                    part *= x * (n / a) * exp(v) / r
                total += SC_GAUSS_W[i] * part
    work[0] += 16 * panels
    return 0.5 * width * n * total


@cython.cdivision(True)
cdef inline double answered_wait(System* s, long* work) noexcept nogil:
    """Mean wait of those answered, in AHTs."""
    cdef Window x
    cdef double scale, harmonic, ratio = s.n / s.a, c
    if s.n == 0:
        return NAN
    if s.places == 0:
        return 0
    if s.r == 0 and s.places == INFINITY:
        return s.wait / s.z / (s.n - s.a)
    if s.places == INFINITY and s.a > LONG_LINE * s.r:
        return integrated_wait(s, work) / (s.free + ratio * s.above)
    if s.places == INFINITY:
        window(s.n, s.a, s.r, s.places, &x, work)
        scale = s.q
        if x.peak > 0:
            c = s.a / s.r
            scale = deviance(s.n + x.peak * s.r, s.a, s.n - s.a + x.peak * s.r) / s.r
            scale = s.scale * poisson(s.n / s.r + x.peak, c, scale)
        harmonic = scale * x.harmonic
    else:
        harmonic = s.harmonic
    return ratio * harmonic / (s.free + ratio * s.above)


cdef enum:  # the five service levels of docs/measures.md
    SL_OFFERED = 0
    SL_ANSWERED = 1
    SL_EXCL_EARLY_ABANDONS = 2
    SL_ABANDONS_MET = 3
    SL_SHORT_ABANDONS_MET = 4


@cython.cdivision(True)
cdef inline double level(
    System* s, double limit, int definition, bint count_blocked, double short, long* work
) noexcept nogil:
    """The service level by one of the five definitions; blocked contacts count as offered on request."""
    cdef Within x, y
    cdef double offered = s.z + s.full if count_blocked else s.z, answered, left
    if s.n == 0 and s.z == 0:
        return 0
    within(s, limit, &x, work)
    answered = s.free + x.answered
    if definition == SL_OFFERED:
        return answered / offered
    if definition == SL_ANSWERED:
        return 0. if s.n == 0 else answered / (s.free + s.n / s.a * s.above + (s.full if count_blocked else 0.))
    if definition == SL_SHORT_ABANDONS_MET:
        within(s, short, &y, work)
        left = y.cleared - expm1(-s.r * short) * y.still - y.answered
        return (answered + max(left, 0)) / offered
    if definition == SL_ABANDONS_MET:
        return (s.free + x.cleared - expm1(-s.r * limit) * x.still) / offered
    if s.n == 0:
        return 0
    # A + B - Bt: all answered, and those who leave after the limit
    left = exp(-s.r * limit) * x.still - x.late
    return answered / (s.free + s.n / s.a * s.above + max(left, 0) + (s.full if count_blocked else 0.))


cdef enum:  # measures
    WAIT_PROBABILITY = 0
    ABANDONMENT = 1
    BLOCKING = 2
    MEAN_WAIT = 3
    ASA = 4
    OCCUPANCY = 5
    QUEUE_LENGTH = 6


@cython.cdivision(True)
cdef inline double measure(int which, double n, double a, double r, double places, long* work) noexcept nogil:
    """One measure that has no time limit in it; times in AHTs."""
    cdef System s
    if a == 0:
        return NAN if which == ASA and n == 0 and places == 0 else 0.
    if not prepare(n, a, r, places, &s, work):
        if which == WAIT_PROBABILITY:
            return 1
        if which == BLOCKING:
            return 0. if places == INFINITY else 1.
        if which == ABANDONMENT:
            return 0
        if which == QUEUE_LENGTH:
            return places
        if which == OCCUPANCY:
            return NAN if n == 0 else 1.
        return INFINITY
    if which == BLOCKING:
        return s.full / (s.z + s.full)
    if which == OCCUPANCY:
        return NAN if n == 0 else a / n * ((s.free + n / a * s.above) / (s.z + s.full))
    if which == QUEUE_LENGTH:
        return s.queue / (s.z + s.full)
    if which == ASA:
        return answered_wait(&s, work)
    if places == 0:
        return 0
    if which == WAIT_PROBABILITY:
        return s.wait / s.z
    if which == ABANDONMENT:
        return r * s.queue / (a * s.z)
    return s.queue / (a * s.z)


cdef enum:  # whose wait
    ALL = 0
    ANSWERED = 1
    OFFERED = 2


@cython.cdivision(True)
cdef inline double share_beyond(System* s, double t, int of, long* work) noexcept nogil:
    """Share whose wait is longer than t. What rounding alone may leave of those who wait is none."""
    cdef Within x
    cdef double least = 0. if s.places == INFINITY else 1e-14
    within(s, t, &x, work)
    if of == ANSWERED:
        return x.late / (s.free + s.n / s.a * s.above) if x.late > least * (s.n / s.a * s.above) else 0.
    return x.still / s.z * (exp(-s.r * t) if of == ALL else 1.) if x.still > least * s.wait else 0.


@cython.cdivision(True)
cdef inline double quantile(
    double n, double a, double r, double places, double q, int of, long* work
) noexcept nogil:
    """The wait that a share q does not exceed, in AHTs."""
    cdef System s
    cdef double lo = 0, hi, f_lo, f_hi, t, f, goal = 1 - q, side = 0
    cdef int i
    if a == 0:
        return 0
    if not prepare(n, a, r, places, &s, work):
        return INFINITY
    if places == 0:
        return 0
    if n == 0 and of != ALL:
        return NAN if of == ANSWERED else INFINITY
    f_lo = share_beyond(&s, 0, of, work)
    if f_lo <= goal:
        return 0
    f_lo = log(f_lo / goal)
    if n == 0:
        return f_lo / r
    if r == 0 and places == INFINITY:
        return f_lo / (n - a)
    hi = min(1 / (r + fabs(n - a)), 1 / n)
    while True:
        f_hi = log(share_beyond(&s, hi, of, work) / goal)
        if f_hi <= 0:
            break
        if hi > 1e300:
            return INFINITY
        lo = hi
        f_lo = f_hi
        hi *= 2
    for i in range(200):  # regula falsi, the standing end's value halved (Illinois); bisection where logs are infinite
        if f_hi == 0 or hi - lo <= 4e-16 * hi:
            break
        t = 0.5 * (lo + hi) if f_hi == -INFINITY or i % 8 == 7 else lo + (hi - lo) * (f_lo / (f_lo - f_hi))
        if t <= lo or t >= hi:
            t = 0.5 * (lo + hi)
        f = log(share_beyond(&s, t, of, work) / goal)
        if f > 0:
            lo = t
            f_lo = f
            f_hi = 0.5 * f_hi if side > 0 else f_hi
            side = 1
        else:
            hi = t
            f_hi = f
            f_lo = 0.5 * f_lo if side < 0 else f_lo
            side = -1
    return hi

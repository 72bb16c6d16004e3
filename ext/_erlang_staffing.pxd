"""The least staff that meets every limit, and the most load a staff can carry: exact searches on the family."""

cimport cython
from libc.math cimport INFINITY, NAN, ceil, erfc, exp, fabs, floor, fmax, fmin, isinf, isnan, log, sqrt

from _erlang_chat cimport Chats, prepare_chat
from _erlang_family cimport System, answered_wait, level, prepare
from _erlang_tails cimport Tails, tails

cdef extern from *:
    """
    #define SC_MET 1e-12  /* a limit is met when met within this, relative */
    """
    const double SC_MET
    const double MOST "1e12"
    const double NOBODY "1e-9"  # the answer is "any at all": there is no least number above 0


cdef struct Limits:
    double limit          # time of the service level, in AHTs, as the next two times
    double short          # what counts as an early abandon
    double max_asa        # infinite: no limit
    double target
    int definition
    bint count_blocked
    double max_abandonment
    double max_occupancy
    double r              # AHT over mean patience
    double places
    double total          # lines: places are what is left of them; infinite: not so
    const double* speed   # of each chat when 1..slots are held
    int slots             # 0: one contact at a time


cdef inline bint attainable(Limits* l) noexcept nogil:
    """Whether any staff can meet limits that leave no room at all."""
    cdef bint line = l.places > 0 and l.total == INFINITY
    if l.target >= 1 and (line or l.count_blocked):
        return False
    if l.max_abandonment <= 0 and line and l.r > 0:
        return False
    return not (l.max_asa <= 0 and line) and l.max_occupancy > 0


@cython.cdivision(True)
cdef inline double excess(double value, double limit) noexcept nogil:
    """How far a value is over its limit: log of their ratio, not above 0 when met."""
    if value <= limit * (1 + SC_MET):
        return fmin(log(value / limit), -1e-300) if value > 0 and limit < INFINITY else -1.
    return fmax(log(value / limit), 1e-300) if limit > 0 else 700.


@cython.cdivision(True)
cdef inline double gap(double n, double a, Limits* l, long* work) noexcept nogil:
    """The worst excess over the limits with n advisers: above 0 when one is missed. a > 0."""
    cdef System s
    cdef Chats chats
    cdef bint steady
    cdef double worst = -INFINITY, value, places = l.places
    if l.total < INFINITY:
        places = fmax(l.total - n, 0)
    if l.slots > 0:
        steady = prepare_chat(n, a, l.r, places, l.speed, l.slots, &s, &chats, work)
    else:
        steady = prepare(n, a, l.r, places, &s, work)
    if not steady:
        return 700
    if s.z == 0:  # nobody at all gets in
        return 700 if l.target > 0 or l.count_blocked else -1.
    if l.target > 0:
        value = level(&s, l.limit, l.definition, l.count_blocked, l.short, work)
        if value >= l.target * (1 - SC_MET):
            worst = fmin(log((1 - value) / (1 - l.target)), -1e-300) if value < 1 and l.target < 1 else -1.
        else:
            worst = fmax(log((1 - value) / (1 - l.target)), 1e-300) if l.target < 1 else 700.
    if l.r > 0 and l.max_abandonment < 1:
        worst = fmax(worst, excess(l.r * s.queue / (a * s.z), l.max_abandonment))
    if l.max_occupancy < 1:
        value = INFINITY if n == 0 else a / n * ((s.free + n / a * s.above) / (s.z + s.full))
        worst = fmax(worst, excess(value, l.max_occupancy))
    if l.max_asa < INFINITY:
        value = answered_wait(&s, work)
        worst = fmax(worst, 700 if isnan(value) else excess(value, l.max_asa))
    return worst


@cython.cdivision(True)
cdef inline double first_guess(double a, Limits* l) noexcept nogil:
    """Advisers by the square-root rule: the chance of a wait in the limit of many advisers, and of a long one."""
    cdef double b, root = sqrt(a), miss, chance, f, slope, mills
    cdef int _i
    if l.target <= 0 or l.target >= 1:
        return a + root
    miss = log(1 - l.target)
    b = -miss / (1.25 + root * l.limit + 0.5 * sqrt(-miss))
    for _i in range(3):
        mills = 1.2533141373155003 * exp(0.5 * b * b) * erfc(-b * 0.7071067811865476)
        chance = 1 / (1 + b * mills)
        f = -log(1 + b * mills) - b * root * l.limit - miss
        slope = -chance * (mills + b * (1 + b * mills)) - root * l.limit
        b -= f / slope
        if b < 1e-6:
            return a
        if b > 20:
            return a + 20 * root
    return a + b * root


cdef inline double n_cap(double n, double max_occupancy) noexcept nogil:
    """The most load n advisers may carry."""
    return n * max_occupancy * (1 + SC_MET)


@cython.cdivision(True)
cdef inline double least_waiting(double a, Limits* l, long* tried, long* work) noexcept nogil:
    """The least whole n of Erlang C: one sum near the answer, then the recursion of 1/B from candidate to candidate.

    0 where the answer is further from the first guess than the recursion should go.
    """
    cdef Tails t
    cdef double n, inv, chance, least = floor(a) + 1, miss
    cdef bint good, going_up = False, going_down = False
    cdef int _i
    if l.max_occupancy < 1:
        least = fmax(least, ceil(a / (l.max_occupancy * (1 + SC_MET)) - 1))
        if least > MOST:
            return INFINITY
        while a > n_cap(least, l.max_occupancy):
            least += 1
    miss = 1 - l.target * (1 - SC_MET)
    n = fmax(ceil(first_guess(a, l)), least)
    tails(n, a, n - a, 1, &t, work)
    inv = 1 + t.u
    if inv > 1e200:
        return 0
    for _i in range(60):
        chance = n / ((n - a) * inv + a)
        good = l.target <= 0 or chance * exp(-(n - a) * l.limit) <= miss
        if l.max_asa < INFINITY:
            good = good and chance / (n - a) <= l.max_asa * (1 + SC_MET)
        tried[0] += 1
        if good:
            if going_up or n <= least:
                return n
            going_down = True
            inv = (inv - 1) * a / n
            n -= 1
        else:
            if going_down:
                return n + 1
            going_up = True
            n += 1
            inv = 1 + n / a * inv
    return 0


@cython.cdivision(True)
cdef inline double least_advisers(double a, Limits* l, bint whole, long* tried, long* work) noexcept nogil:
    """The least n, whole or real, that meets all limits; infinite if none does. The gap falls as n grows."""
    cdef double lo, hi, g_lo = NAN, g_hi = NAN, n, g, step, cut, base, most = INFINITY
    cdef long tries = 0
    if a == 0:
        return 0
    if not attainable(l):
        return INFINITY
    if whole and l.r == 0 and l.places == INFINITY and l.total == INFINITY and l.slots == 0:
        n = least_waiting(a, l, tried, work)
        if n > 0:
            return n
    lo = -1
    base = a if l.slots == 0 else a / (l.slots * l.speed[l.slots - 1])
    if l.total < INFINITY:
        most = l.total
    if l.r == 0 and l.places == INFINITY and l.total == INFINITY:
        lo = floor(base) if whole else base  # no steady state: never enough
        g_lo = NAN
    hi = INFINITY
    n = first_guess(a, l) if l.r == 0 and l.slots == 0 else base
    n = fmax(ceil(n) if whole else n, lo + 1 if whole else lo * (1 + 1e-9))
    n = fmin(fmax(n, 0), most)
    step = fmax(1, 0.25 * sqrt(base))
    while True:
        g = gap(n, a, l, work)
        tries += 1
        if g > 0:
            lo = n
            g_lo = g
        else:
            hi = n
            g_hi = g
        if hi == INFINITY:
            if lo >= most or lo > MOST:  # beyond all sense: as good as never
                tried[0] += tries
                return INFINITY
            # not met yet: by the slope of a normal tail, at least a step; twice as long each time
            n = fmin(lo + step, most)
            if whole:
                n = fmin(ceil(n), most)
            step *= 2
            continue
        if whole and hi - lo <= 1 or hi == 0:
            break
        if not whole and (hi - lo <= 4e-16 * hi or hi <= NOBODY):
            break
        if lo < 0 or isnan(g_lo) and hi - step > lo:
            n = fmax(hi - step, fmax(lo, 0))
            if whole:
                n = fmax(floor(n), lo + 1)
            step *= 2
            if n >= hi:
                n = hi - 1 if whole else 0.5 * (hi + fmax(lo, 0))
            if not whole and n <= lo:
                n = 0.5 * (lo + hi)
            continue
        if isnan(g_lo) or g_lo >= 700 or g_hi <= -700 or tries % 4 == 3:
            n = 0.5 * (lo + hi)
        else:
            n = lo + (hi - lo) * (g_lo / (g_lo - g_hi))
        if whole:
            # the answer is wanted: first the whole number above the crossing, then the one below it
            cut = ceil(n)
            if cut >= hi:
                cut = hi - 1
            n = fmax(cut, lo + 1)
        else:
            cut = 0.01 * (hi - lo)
            n = fmin(fmax(n, lo + cut * 1e-3), hi - cut * 1e-3)
            if n <= lo or n >= hi:
                n = 0.5 * (lo + hi)
                if n <= lo or n >= hi:
                    break
    tried[0] += tries
    return hi


@cython.cdivision(True)
cdef inline double most_load(double n, Limits* l, long* tried, long* work) noexcept nogil:
    """The largest load at which n advisers meet all limits; infinite if any, 0 if none."""
    cdef double lo = 0, hi = INFINITY, a, g, g_lo = NAN, g_hi = NAN, step
    cdef long tries = 0
    if not attainable(l):
        return 0
    a = fmax(n, 1e-3)
    step = 2
    while hi == INFINITY or lo == 0:
        g = gap(n, a, l, work)
        tries += 1
        if g > 0:
            hi = a
            g_hi = g
            if a < 1e-300:
                tried[0] += tries
                return 0
            a /= step
        else:
            lo = a
            g_lo = g
            if a > 1e15:
                tried[0] += tries
                return INFINITY
            a *= step
        step *= 1 + 0.5 * (step < 1e6)
    while hi - lo > 4e-16 * hi:
        if g_hi >= 700 or g_lo <= -700 or tries % 3 == 2:
            a = 0.5 * (lo + hi)
        else:
            a = lo + (hi - lo) * (g_lo / (g_lo - g_hi))
        if a <= lo or a >= hi:
            a = 0.5 * (lo + hi)
            if a <= lo or a >= hi:
                break
        g = gap(n, a, l, work)
        tries += 1
        if g > 0:
            hi = a
            g_hi = g
        else:
            lo = a
            g_lo = g
    tried[0] += tries
    return lo


@cython.cdivision(True)
cdef inline double least_lines(double a, double blocking, long* tried, long* work) noexcept nogil:
    """The least whole number of lines with Erlang B at most blocking; infinite if none."""
    cdef double lo = -1, hi = INFINITY, n, g, b, step, g_lo = NAN, g_hi = NAN
    cdef System s
    if a == 0 or blocking >= 1:
        return 0
    if blocking <= 0:
        return INFINITY
    n = ceil(fmax(a * (1 - blocking), 0))
    step = fmax(1, floor(0.25 * sqrt(a)))
    while True:
        prepare(n, a, 0, 0, &s, work)
        tried[0] += 1
        b = s.full / (s.z + s.full)
        g = excess(b, blocking)
        if g > 0:
            lo = n
            g_lo = g
        else:
            hi = n
            g_hi = g
        if hi - lo <= 1:
            return hi
        if hi == INFINITY:
            n = lo + step
            step *= 2
        elif lo < 0:
            n = fmax(0, hi - step)
            step *= 2
        elif tried[0] % 4 == 3:
            n = floor(0.5 * (lo + hi))
        else:
            n = fmin(fmax(ceil(lo + (hi - lo) * (g_lo / (g_lo - g_hi))), lo + 1), hi - 1)

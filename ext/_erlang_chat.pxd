"""Chat: advisers who hold up to k contacts at once, filled least loaded first; birth and death in the contacts held.

With i = q n + m chats held by n advisers (0 <= m < n), m advisers hold q + 1 and the others q: they finish chats at
rate m (q+1) v[q+1] + (n-m) q v[q], v[j] being the speed of each chat when j are held. Beyond n k contacts wait: from
there on the line is that of a pool of n k v[k] advisers, so its sums are those of the family.
"""

cimport cython
from libc.math cimport INFINITY

from _erlang_family cimport System, Window, below_last, window
from _erlang_tails cimport tails


cdef struct Chats:
    double held     # contacts in hand, times weight, summed over all states
    double busy     # share of advisers holding any, times weight
    double weight   # of all states


@cython.cdivision(True)
cdef inline bint prepare_chat(
    double n, double a, double r, double places, const double* speed, int slots, System* s, Chats* chats, long* work
) noexcept nogil:
    """As prepare of the family: all weights of the system, False if it has no steady state. n whole, a > 0."""
    cdef double rate = n * slots * speed[slots - 1], full, w = 1, scale = 1, free = 0, held = 0, busy = 0
    cdef double i, rest, speed_now, above_full
    cdef long now
    cdef Window x
    s.n = rate
    s.a = a
    s.r = r
    s.places = places
    s.overload = r == 0 and (rate == 0 if places < INFINITY else rate <= a)
    if s.overload:
        return False
    full = n * slots
    # downwards from all slots taken; the weight of that state is 1 at first, and falls as the sums are scaled
    i = full
    now = slots
    rest = 0
    while i > 0:
        # now - 1 chats with each adviser and one more with i - (now - 1) n of them
        rest = i - (now - 1) * n
        speed_now = rest * now * speed[now - 1]
        if now > 1:
            speed_now += (n - rest) * (now - 1) * speed[now - 2]
        w *= speed_now / a
        i -= 1
        if rest == 1:
            now -= 1
        free += w
        held += i * w
        busy += (1. if i >= n else i / n) * w
        if free > 1e200:
            w *= 1e-200
            free *= 1e-200
            held *= 1e-200
            busy *= 1e-200
            scale *= 1e-200
        if w * full < 1e-20 * free and now == 1 and i < a:
            break
    work[0] += <long>(full - i)
    above_full = scale
    tails(rate, a, rate - a, 1, &s.base, work)
    s.full = 0
    s.scale = scale
    if places < INFINITY:
        window(rate, a, r, places, &x, work)
        s.free = free * x.first
        s.q = scale * x.first
        s.full = scale * x.last
        s.wait = scale * (x.sum - x.last)
        if x.sum - x.last < 0.5 * x.sum:
            s.wait = scale * x.last * below_last(rate, a, r, places, work)
        s.above = scale * x.sum - s.q
        s.queue = scale * x.queue
        s.harmonic = scale * x.harmonic
        s.log_peak = x.log_peak
        s.cut = x.cut
        above_full = x.first
    else:
        if r == 0:
            s.t.direct = True
            s.t.w = rate / (rate - a)
            s.t.above = a / (rate - a)
            s.t.queue = s.t.above * s.t.w
        else:
            tails(rate, a, rate - a, r, &s.t, work)
        if s.t.direct:
            s.q = scale
            s.free = free
            s.wait = scale * s.t.w
            s.above = scale * s.t.above
            s.queue = scale * s.t.queue
            above_full = 1
        else:
            above_full = s.t.p
            s.q = scale * s.t.p
            s.free = free * s.t.p
            s.wait = scale * s.t.pw
            s.above = s.wait - s.q
            s.queue = (rate * s.q - (rate - a) * s.wait) / r
    s.z = s.free + s.wait
    chats.weight = s.z + s.full
    chats.held = held * above_full + full * (s.wait + s.full)
    chats.busy = busy * above_full + (s.wait + s.full if n > 0 else 0.)
    return True

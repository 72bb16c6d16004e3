"""Waits sorted into groups: exact percentiles and the histogram, without sorting the waits themselves."""
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy, memset

cdef enum:
    STEPS = 1048576  # 2^20 to the second
    FEW = 48  # so few are sorted plainly
    DROPPED_BITS = 45  # of the float64's 52: seven bits of the mantissa are left
    LEAST = 128384  # bucket of the shortest wait above 0, one step: exponent -20
    BUCKETS = 64 * 128 + 1  # the first is for a wait of 0; the others for 64 octaves
    BUCKET_BITS = 20


cdef struct Waits:
    # Room for what selecting needs, and the histogram so far.
    int32_t* count  # BUCKETS zeros, but for the moment
    int64_t* spare
    int64_t* key
    int64_t* many
    Py_ssize_t size
    const int64_t* percents
    Py_ssize_t percent_count


cdef inline Py_ssize_t bucket_of(int64_t steps) noexcept nogil:
    """As histogram.py: exponent and first seven bits of the mantissa, counted from the shortest wait."""
    cdef double seconds
    cdef int64_t bits
    if steps == 0:
        return 0
    seconds = <double>steps / STEPS
    memcpy(&bits, &seconds, 8)
    return (bits >> DROPPED_BITS) - LEAST + 1


cdef inline void put(Waits* w, int64_t cell, Py_ssize_t bucket, int64_t many) noexcept nogil:
    w.key[w.size] = (cell << BUCKET_BITS) | (bucket + LEAST - 1 if bucket else 0)
    w.many[w.size] = many
    w.size += 1


cdef inline int64_t nearest_rank(int64_t percent, int64_t size) noexcept nogil:
    return (percent * size + 99) // 100


cdef inline void sort_few(int64_t* values, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef int64_t value
    for i in range(1, size):
        value = values[i]
        j = i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value


cdef inline int64_t smallest(int64_t* values, Py_ssize_t size, Py_ssize_t rank) noexcept nogil:
    """The one of the rank (from 0) among them (Hoare 1961); moves them about."""
    cdef Py_ssize_t low = 0, high = size - 1, i, j
    cdef int64_t pivot, value
    while low < high:
        pivot = values[low + (high - low) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                value = values[i]
                values[i] = values[j]
                values[j] = value
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    return values[rank]


cdef inline void select_few(
    Waits* w, const int64_t* values, Py_ssize_t size, double* out, Py_ssize_t stride, int64_t cell
) noexcept nogil:
    cdef Py_ssize_t i, bucket, before = -1, k
    memcpy(w.spare, values, size * sizeof(int64_t))
    sort_few(w.spare, size)
    for k in range(w.percent_count):
        out[k * stride] = <double>w.spare[nearest_rank(w.percents[k], size) - 1] / STEPS
    if cell < 0:
        return
    for i in range(size):
        bucket = bucket_of(w.spare[i])
        if bucket == before:
            w.many[w.size - 1] += 1
        else:
            put(w, cell, bucket, 1)
            before = bucket


cdef inline void select(
    Waits* w, const int64_t* values, const int32_t* buckets, Py_ssize_t size, double* out, Py_ssize_t stride,
    int64_t cell,
) noexcept nogil:
    """Percentiles of the values (1 or more) into every ``stride``-th of ``out``; their histogram, if cell >= 0.

    The bucket in which each percentile lies is found by counting; only what is in that one is looked at closer.
    """
    cdef Py_ssize_t i, bucket, lowest = BUCKETS, highest = 0, found, k
    cdef int64_t rank, before
    if size <= FEW:
        select_few(w, values, size, out, stride, cell)
        return
    for i in range(size):
        bucket = buckets[i]
        w.count[bucket] += 1
        if bucket < lowest:
            lowest = bucket
        if bucket > highest:
            highest = bucket
    for k in range(w.percent_count):
        rank = nearest_rank(w.percents[k], size)
        bucket, before = lowest, 0
        while before + w.count[bucket] < rank:
            before += w.count[bucket]
            bucket += 1
        if bucket == 0:
            out[k * stride] = 0.0
            continue
        found = 0
        for i in range(size):
            if buckets[i] == bucket:
                w.spare[found] = values[i]
                found += 1
        out[k * stride] = <double>smallest(w.spare, found, rank - before - 1) / STEPS
    if cell >= 0:
        for bucket in range(lowest, highest + 1):
            if w.count[bucket]:
                put(w, cell, bucket, w.count[bucket])
    memset(&w.count[lowest], 0, (highest + 1 - lowest) * sizeof(int32_t))

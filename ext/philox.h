/* Philox4x64-10, the counter-based generator of Salmon, Moraes, Dror and Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). The same function as numpy.random.Philox. */
#ifndef SIMCENTER_PHILOX_H
#define SIMCENTER_PHILOX_H

#include <stdint.h>

#if defined(__SIZEOF_INT128__) && !defined(SIMCENTER_NO_INT128)
static inline uint64_t philox_mul(uint64_t a, uint64_t b, uint64_t *high)
{
    const unsigned __int128 product = (unsigned __int128)a * b;
    *high = (uint64_t)(product >> 64);
    return (uint64_t)product;
}
#else
static inline uint64_t philox_mul(uint64_t a, uint64_t b, uint64_t *high)
{
    const uint64_t a0 = a & 0xffffffffu, a1 = a >> 32, b0 = b & 0xffffffffu, b1 = b >> 32;
    const uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32), middle = a0 * b1 + (cross & 0xffffffffu);
    *high = a1 * b1 + (cross >> 32) + (middle >> 32);
    return a * b;
}
#endif

/* One block: four words from a counter of four words and a key of two. */
static inline void philox_block(uint64_t c0, uint64_t c1, uint64_t c2, uint64_t c3, uint64_t k0, uint64_t k1,
                                uint64_t out[4])
{
    for (int i = 0; i < 10; i++) {
        uint64_t high0, high2;
        const uint64_t low0 = philox_mul(0xD2E7470EE14C6C93u, c0, &high0);
        const uint64_t low2 = philox_mul(0xCA5A826395121157u, c2, &high2);
        c0 = high2 ^ c1 ^ k0;
        c1 = low2;
        c2 = high0 ^ c3 ^ k1;
        c3 = low0;
        k0 += 0x9E3779B97F4A7C15u;
        k1 += 0xBB67AE8584CAA73Bu;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

#endif

#include "base/rng.h"
#include <assert.h>

uint64_t rng_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Lemire 2019, "Fast random integer generation in an interval": multiply, and draw again only in
 * the sliver that would favour some values. */
uint64_t rng_below(uint64_t *state, uint64_t bound)
{
    assert(bound > 0);
    unsigned __int128 product = (unsigned __int128)rng_next(state) * bound;
    if ((uint64_t)product < bound) {
        uint64_t sliver = -bound % bound;
        while ((uint64_t)product < sliver)
            product = (unsigned __int128)rng_next(state) * bound;
    }
    return (uint64_t)(product >> 64);
}

double rng_unit(uint64_t *state) { return (double)(rng_next(state) >> 11) * 0x1p-53; }

double rng_normal(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += rng_unit(state);
    return sum - 6.0;
}

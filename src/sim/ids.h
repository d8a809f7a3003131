/*
 * sim/ids.h - order id -> slot: open addressing with linear probing.
 *
 * Ids are anybody's 64 bits. A cell is a slot, 0 is empty; the id itself stands with the order,
 * which is what the search is for. The home is the high bits of a product, which depend on all bits
 * of the id (multiplicative hashing). The factor is the golden ratio's, scaled so that an id has
 * its home 2.47 cells after the one before: owners number their orders in sequence and cancel the
 * recent ones, so neighbours share a cache line, and none lengthens the search for another.
 */
#ifndef SIM_IDS_H
#define SIM_IDS_H
#include <stdint.h>

#define IDS_CELLS_PER_ORDER 8 /* a collision costs a mispredicted branch */

struct ids {
    uint32_t *cells; /* mask + 1, a power of two */
    uint32_t mask;
    unsigned shift; /* 64 - log2(mask + 1) */
    uint64_t factor;
};

/* For cells of a power of two: 8 to 2^31. */
static inline void ids_shape(struct ids *ids, uint32_t cells)
{
    ids->mask = cells - 1;
    ids->shift = 64 - (unsigned)__builtin_popcount(ids->mask);
    ids->factor = UINT64_C(0x9E3779B97F4A7C15) >> (62 - ids->shift) | 1;
}

static inline uint32_t ids_home(const struct ids *ids, uint64_t id)
{
    return (uint32_t)(id * ids->factor >> ids->shift);
}

#endif

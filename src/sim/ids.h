/*
 * sim/ids.h - order id -> slot: open addressing with linear probing.
 *
 * Ids are anybody's 64 bits. A cell is a slot, 0 is empty; the id itself stands with the order,
 * which is what the search is for. Fibonacci hashing: the high bits of the product depend on all
 * bits of the id. Four neighbouring ids share a cache line: owners number their orders in sequence
 * and cancel the recent ones, so most searches find their line warm. They stand two apart, so that
 * one does not lengthen the search for the other.
 */
#ifndef SIM_IDS_H
#define SIM_IDS_H
#include <stdint.h>

#define IDS_CELLS_PER_ORDER 8 /* a collision costs a mispredicted branch */

struct ids {
    uint32_t *cells; /* mask + 1, a power of two */
    uint32_t mask;
};

static inline uint32_t ids_home(const struct ids *ids, uint64_t id)
{
    uint64_t line = (id >> 2) * UINT64_C(0x9E3779B97F4A7C15) >> 32;
    return (uint32_t)(line ^ (id & 3) << 1) & ids->mask;
}

#endif

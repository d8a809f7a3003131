/*
 * sim/ids.h - order id -> slot: open addressing with linear probing.
 *
 * Ids are anybody's 64 bits. An entry is one word: the upper half is the tag (a hash whose low bits
 * are the home position), the lower half the slot; 0 is empty, so slots start at 1. A tag may lie,
 * the order's own id does not: it is compared before a hit counts. Removal shifts the followers
 * back, so there are no tombstones and the table never needs a rebuild.
 *
 * Four neighbouring ids share a cache line: owners number their orders in sequence and cancel the
 * recent ones, so most probes find their line warm. They stand two apart, so that one does not
 * lengthen the search for the other.
 */
#ifndef SIM_IDS_H
#define SIM_IDS_H
#include <stdint.h>

struct ids {
    uint64_t *
        entries; /* mask + 1 of them, at most an eighth used: a collision costs a mispredicted branch */
    uint64_t mask;
};

static inline uint32_t ids_tag(uint64_t id)
{
    uint64_t line = id >> 2;
    line ^= line >> 29; /* ids may differ in their high bits only */
    line *= UINT64_C(0x9E3779B97F4A7C15);
    line ^= line >> 40; /* the low bits of a product are poor, its high bits are not */
    return (uint32_t)((line >> 16) << 3 | line >> 63) ^ (uint32_t)(id & 3) << 1;
}

static inline uint32_t ids_slot(const struct ids *ids, uint64_t at)
{
    return (uint32_t)ids->entries[at];
}

static inline void ids_put(struct ids *ids, uint64_t at, uint32_t tag, uint32_t slot)
{
    ids->entries[at] = (uint64_t)tag << 32 | slot;
}

/* Closes the gap at `at`: a follower moves back unless that would carry it before its home. */
static inline void ids_remove(struct ids *ids, uint64_t at)
{
    uint64_t mask = ids->mask, gap = at, next = (at + 1) & mask, entry;

    while ((entry = ids->entries[next]) != 0) {
        uint64_t home = entry >> 32;
        if (((next - home) & mask) >= ((next - gap) & mask)) {
            ids->entries[gap] = entry;
            gap = next;
        }
        next = (next + 1) & mask;
    }
    ids->entries[gap] = 0;
}

#endif

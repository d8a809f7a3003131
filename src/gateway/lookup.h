/*
 * gateway/lookup.h - hash -> row number, open addressing with linear probing, sized once. Rows of equal
 * hash are all offered: the caller compares keys.
 */
#ifndef GATEWAY_LOOKUP_H
#define GATEWAY_LOOKUP_H
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"

#define LOOKUP_NONE UINT32_MAX

struct lookup_cell {
    uint64_t hash;
    uint32_t row, used;
};
struct lookup {
    struct lookup_cell *cells;
    size_t mask, count;
};

/* Bytes of an arena that lookup_init takes for rows_max rows. */
size_t lookup_bytes(size_t rows_max);
void lookup_init(struct lookup *lookup, struct arena *arena, size_t rows_max);
void lookup_clear(struct lookup *lookup);
void lookup_put(struct lookup *lookup, uint64_t hash, uint32_t row);
void lookup_remove(struct lookup *lookup, uint64_t hash, uint32_t row);

/* for (size_t at = lookup_start(l, hash); (row = lookup_step(l, hash, &at)) != LOOKUP_NONE;) */
static inline size_t lookup_start(const struct lookup *lookup, uint64_t hash)
{
    return hash & lookup->mask;
}
static inline uint32_t lookup_step(const struct lookup *lookup, uint64_t hash, size_t *at)
{
    while (lookup->cells[*at].used) {
        const struct lookup_cell *cell = &lookup->cells[*at];
        *at = (*at + 1) & lookup->mask;
        if (cell->hash == hash)
            return cell->row;
    }
    return LOOKUP_NONE;
}

#endif

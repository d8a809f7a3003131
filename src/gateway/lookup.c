#include "gateway/lookup.h"
#include <assert.h>
#include <string.h>

static size_t cells_for(size_t rows_max)
{
    size_t cells = 16;
    while (cells < 2 * rows_max) /* at most half full: probes stay short */
        cells *= 2;
    return cells;
}

size_t lookup_bytes(size_t rows_max)
{
    return cells_for(rows_max) * sizeof(struct lookup_cell) + 64;
}

void lookup_init(struct lookup *lookup, struct arena *arena, size_t rows_max)
{
    size_t cells = cells_for(rows_max);
    lookup->cells = arena_take(arena, cells * sizeof *lookup->cells);
    lookup->mask = cells - 1;
    lookup->count = 0;
}

void lookup_clear(struct lookup *lookup)
{
    memset(lookup->cells, 0, (lookup->mask + 1) * sizeof *lookup->cells);
    lookup->count = 0;
}

void lookup_put(struct lookup *lookup, uint64_t hash, uint32_t row)
{
    assert(2 * lookup->count <= lookup->mask + 1);
    size_t at = hash & lookup->mask;
    while (lookup->cells[at].used)
        at = (at + 1) & lookup->mask;
    lookup->cells[at] = (struct lookup_cell){ .hash = hash, .row = row, .used = 1 };
    lookup->count++;
}

void lookup_remove(struct lookup *lookup, uint64_t hash, uint32_t row)
{
    struct lookup_cell *cells = lookup->cells;
    size_t mask = lookup->mask, hole = hash & mask;
    while (cells[hole].used && (cells[hole].hash != hash || cells[hole].row != row))
        hole = (hole + 1) & mask;
    assert(cells[hole].used); /* who removes has put */
    /* Knuth 6.4 R: whoever could not be found across the hole moves into it. */
    for (size_t at = (hole + 1) & mask; cells[at].used; at = (at + 1) & mask) {
        size_t home = cells[at].hash & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            cells[hole] = cells[at];
            hole = at;
        }
    }
    cells[hole].used = 0;
    lookup->count--;
}

/*
 * sim/heap.h - a binary heap of order slots, smallest key first, earlier arrival first among equal
 * keys. Each slot's position is kept, so that any order can leave in O(log n).
 */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H
#include <stdint.h>

struct heap_entry {
    int64_t key;
    uint64_t arrival;
    uint32_t slot;
};

struct heap {
    struct heap_entry *entries;
    uint32_t *positions; /* by slot; valid while the slot is inside */
    uint32_t count, max;
};

void heap_push(struct heap *heap, int64_t key, uint64_t arrival, uint32_t slot);
void heap_remove(struct heap *heap, uint32_t slot);

#endif

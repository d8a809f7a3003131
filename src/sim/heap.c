#include "sim/heap.h"
#include <assert.h>
#include <stdbool.h>

static bool before(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->key != b->key ? a->key < b->key : a->arrival < b->arrival;
}

static void put(struct heap *heap, uint32_t at, struct heap_entry entry)
{
    heap->entries[at] = entry;
    heap->positions[entry.slot] = at;
}

static void sift_up(struct heap *heap, uint32_t at, struct heap_entry entry)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;
        if (!before(&entry, &heap->entries[parent]))
            break;
        put(heap, at, heap->entries[parent]);
        at = parent;
    }
    put(heap, at, entry);
}

static void sift_down(struct heap *heap, uint32_t at, struct heap_entry entry)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && before(&heap->entries[child + 1], &heap->entries[child]))
            child++;
        if (!before(&heap->entries[child], &entry))
            break;
        put(heap, at, heap->entries[child]);
        at = child;
    }
    put(heap, at, entry);
}

void heap_push(struct heap *heap, int64_t key, uint64_t arrival, uint32_t slot)
{
    assert(heap->count < heap->max);
    struct heap_entry entry = { .key = key, .arrival = arrival, .slot = slot };
    sift_up(heap, heap->count++, entry);
}

void heap_remove(struct heap *heap, uint32_t slot)
{
    uint32_t at = heap->positions[slot];
    assert(at < heap->count);
    assert(heap->entries[at].slot == slot);
    struct heap_entry last = heap->entries[--heap->count];
    if (last.slot == slot)
        return;
    if (at > 0 && before(&last, &heap->entries[(at - 1) / 2]))
        sift_up(heap, at, last);
    else
        sift_down(heap, at, last);
}

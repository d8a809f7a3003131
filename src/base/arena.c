#include "base/arena.h"
#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT ((size_t)64)

enum err arena_init(struct arena *arena, size_t size_bytes)
{
    assert(size_bytes > 0);
    void *base = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return ERR_MEMORY;
    *arena = (struct arena){ .base = base, .size_bytes = size_bytes };
    return OK;
}

void arena_release(struct arena *arena)
{
    if (arena->base)
        (void)munmap(arena->base, arena->size_bytes);
    *arena = (struct arena){ 0 };
}

void *arena_try(struct arena *arena, size_t size_bytes)
{
    assert(arena->base);
    assert(!arena->frozen);
    if (size_bytes > arena->size_bytes - arena->used_bytes)
        return NULL;
    uint8_t *memory = arena->base + arena->used_bytes;
    size_t end = arena->used_bytes + size_bytes;
    /* Above the peak the pages are as the system gave them, zero: writing would only touch them. */
    if (arena->used_bytes < arena->peak_bytes)
        memset(memory, 0, (end < arena->peak_bytes ? end : arena->peak_bytes) - arena->used_bytes);
    size_t aligned = (end + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    arena->used_bytes = aligned < arena->size_bytes ? aligned : arena->size_bytes;
    if (arena->used_bytes > arena->peak_bytes)
        arena->peak_bytes = arena->used_bytes;
    return memory;
}

void *arena_take(struct arena *arena, size_t size_bytes)
{
    void *memory = arena_try(arena, size_bytes);
    assert(memory && "the arena is too small");
    return memory;
}

void arena_freeze(struct arena *arena) { arena->frozen = true; }

void arena_reset(struct arena *arena)
{
    assert(!arena->frozen);
    arena->used_bytes = 0;
}

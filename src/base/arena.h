/*
 * base/arena.h - memory that is taken at once and given back at once.
 *
 * Two lives: `forever`, filled at start and then frozen (a later allocation asserts), and
 * `scratch`, reset per event or request.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct arena {
    uint8_t *base;
    size_t size_bytes, used_bytes, peak_bytes;
    bool frozen;
};

/* Takes size_bytes from the system (mmap, untouched pages cost nothing). ERR_MEMORY. */
MUST_USE enum err arena_init(struct arena *arena, size_t size_bytes);
void arena_release(struct arena *arena);

/* Zeroed memory, aligned to 64; asserts when the arena is frozen or full: its size is ours to get
 * right. arena_try gives NULL when full: for sizes that foreign input decides. */
void *arena_take(struct arena *arena, size_t size_bytes);
void *arena_try(struct arena *arena, size_t size_bytes);

void arena_freeze(struct arena *arena);
void arena_reset(struct arena *arena);

#endif

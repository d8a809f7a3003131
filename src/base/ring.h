/*
 * base/ring.h - a byte ring between two threads: one producer, one consumer.
 *
 * Messages are 8-aligned byte slots of any size up to a quarter of the ring. Indices are
 * acquire/release on cache lines of their own. Nobody waits here: full and empty are answers.
 * Waking the other side is the caller's business.
 */
#ifndef BASE_RING_H
#define BASE_RING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct ring; /* opaque */

/* size_bytes a power of two >= 4096. ERR_MEMORY. */
MUST_USE enum err ring_new(size_t size_bytes, struct ring **out);
void ring_free(struct ring *ring);

/* Producer. Reserves room for one message of size_bytes: NULL when there is none now. The message
 * is seen by the consumer only after ring_commit (one reserve outstanding at most; commit may name a
 * smaller size than was reserved). */
void *ring_reserve(struct ring *ring, size_t size_bytes);
void ring_commit(struct ring *ring, size_t size_bytes);
/* reserve + copy + commit; false when full. */
bool ring_push(struct ring *ring, const void *message, size_t size_bytes);

/* Consumer. The oldest message and its size, or NULL. It stays valid until ring_pop. */
const void *ring_peek(struct ring *ring, size_t *size_bytes);
void ring_pop(struct ring *ring);
/* Looks past the oldest without popping: *cursor starts at 0; NULL at the end. ring_pop_until(cursor)
 * then pops all that was looked at before that cursor. */
const void *ring_peek_next(struct ring *ring, uint64_t *cursor, size_t *size_bytes);
void ring_pop_until(struct ring *ring, uint64_t cursor);

/* Any thread: bytes in use now, and the most ever (gauges). */
size_t ring_used_bytes(const struct ring *ring);
size_t ring_high_water_bytes(const struct ring *ring);
size_t ring_size_bytes(const struct ring *ring);

#endif

#include "base/ring.h"
#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Positions count bytes and only grow; position & mask is the offset. A message is an 8-byte
 * header and its bytes, never torn at the end of the buffer: where it would be, a header with
 * SKIP sends the reader to the start. Positions begin at size_bytes, not 0, because a cursor of 0
 * means "from the oldest".
 *
 * Each side writes one cache line and keeps a copy of the other's index there, so that it looks
 * at the other's line only when its copy says full or empty.
 */
#define CACHE_LINE 64
#define HEADER_BYTES 8u
#define SKIP UINT32_MAX
#define PREFIX_BYTES 4096 /* struct ring stands in the page before the buffer */

struct ring {
    size_t size_bytes, mask;
    uint8_t *data;
    alignas(CACHE_LINE) _Atomic uint64_t tail; /* producer's line */
    uint64_t known_head, reserved_at, reserved_bytes;
    _Atomic uint64_t high_water_bytes;
    alignas(CACHE_LINE) _Atomic uint64_t head; /* consumer's line */
    uint64_t known_tail;
};
static_assert(sizeof(struct ring) <= PREFIX_BYTES, "the ring's own page");

static uint64_t slot_bytes(size_t size_bytes)
{
    return HEADER_BYTES + ((size_bytes + 7) & ~(uint64_t)7);
}

enum err ring_new(size_t size_bytes, struct ring **out)
{
    assert(size_bytes >= 4096 && (size_bytes & (size_bytes - 1)) == 0);
    assert(size_bytes <= UINT32_MAX);
    void *memory = mmap(NULL, PREFIX_BYTES + size_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return ERR_MEMORY;
    struct ring *ring = memory;
    ring->size_bytes = size_bytes;
    ring->mask = size_bytes - 1;
    ring->data = (uint8_t *)memory + PREFIX_BYTES;
    ring->known_head = ring->known_tail = size_bytes;
    atomic_init(&ring->tail, size_bytes);
    atomic_init(&ring->head, size_bytes);
    *out = ring;
    return OK;
}

void ring_free(struct ring *ring)
{
    if (ring)
        (void)munmap(ring, PREFIX_BYTES + ring->size_bytes);
}

static void write_header(struct ring *ring, uint64_t at, uint32_t value)
{
    memcpy(ring->data + (at & ring->mask), &value, sizeof value);
}

static uint32_t read_header(const struct ring *ring, uint64_t at)
{
    uint32_t value;
    memcpy(&value, ring->data + (at & ring->mask), sizeof value);
    return value;
}

/* Bytes up to the end of the buffer. */
static uint64_t room_before_end(const struct ring *ring, uint64_t at)
{
    return ring->size_bytes - (at & ring->mask);
}

void *ring_reserve(struct ring *ring, size_t size_bytes)
{
    assert(size_bytes <= ring->size_bytes / 4);
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint64_t need = slot_bytes(size_bytes), skip = room_before_end(ring, tail);
    skip = skip < need ? skip : 0;
    if (tail + skip + need - ring->known_head > ring->size_bytes) {
        ring->known_head = atomic_load_explicit(&ring->head, memory_order_acquire);
        if (tail + skip + need - ring->known_head > ring->size_bytes)
            return NULL;
    }
    if (skip > 0)
        write_header(ring, tail, SKIP);
    ring->reserved_at = tail + skip;
    ring->reserved_bytes = need;
    return ring->data + ((tail + skip) & ring->mask) + HEADER_BYTES;
}

void ring_commit(struct ring *ring, size_t size_bytes)
{
    uint64_t bytes = slot_bytes(size_bytes);
    assert(bytes <= ring->reserved_bytes); /* reserved, and not committed yet */
    write_header(ring, ring->reserved_at, (uint32_t)size_bytes);
    uint64_t tail = ring->reserved_at + bytes;
    ring->reserved_bytes = 0;
    atomic_store_explicit(&ring->tail, tail, memory_order_release);

    /* The copy of head is old, so this use is a guess upwards; only a record is worth a look. */
    uint64_t high = atomic_load_explicit(&ring->high_water_bytes, memory_order_relaxed);
    if (tail - ring->known_head > high) {
        ring->known_head = atomic_load_explicit(&ring->head, memory_order_acquire);
        if (tail - ring->known_head > high)
            atomic_store_explicit(&ring->high_water_bytes, tail - ring->known_head,
                                  memory_order_relaxed);
    }
}

bool ring_push(struct ring *ring, const void *message, size_t size_bytes)
{
    void *slot = ring_reserve(ring, size_bytes);
    if (!slot)
        return false;
    if (size_bytes > 0)
        memcpy(slot, message, size_bytes);
    ring_commit(ring, size_bytes);
    return true;
}

/* The message at *at (stepping over a SKIP) and the position behind it. */
static const void *look(struct ring *ring, uint64_t *at, size_t *size_bytes, uint64_t *behind)
{
    if (*at == ring->known_tail) {
        ring->known_tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        if (*at == ring->known_tail)
            return NULL;
    }
    uint32_t size = read_header(ring, *at);
    if (size == SKIP) { /* a message always follows: both are published by one commit */
        *at += room_before_end(ring, *at);
        size = read_header(ring, *at);
    }
    assert(size <= ring->size_bytes / 4);
    *size_bytes = size;
    *behind = *at + slot_bytes(size);
    return ring->data + (*at & ring->mask) + HEADER_BYTES;
}

const void *ring_peek(struct ring *ring, size_t *size_bytes)
{
    uint64_t at = atomic_load_explicit(&ring->head, memory_order_relaxed), behind;
    return look(ring, &at, size_bytes, &behind);
}

void ring_pop(struct ring *ring)
{
    uint64_t at = atomic_load_explicit(&ring->head, memory_order_relaxed), behind;
    size_t size_bytes;
    const void *message = look(ring, &at, &size_bytes, &behind);
    assert(message && "pop of an empty ring");
    (void)message;
    atomic_store_explicit(&ring->head, behind, memory_order_release);
}

const void *ring_peek_next(struct ring *ring, uint64_t *cursor, size_t *size_bytes)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed), behind;
    uint64_t at = *cursor > 0 ? *cursor : head;
    assert(at >= head); /* a cursor does not outlive a pop beyond it */
    const void *message = look(ring, &at, size_bytes, &behind);
    if (message)
        *cursor = behind;
    return message;
}

void ring_pop_until(struct ring *ring, uint64_t cursor)
{
    if (cursor == 0)
        return; /* nothing was looked at */
    assert(cursor >= atomic_load_explicit(&ring->head, memory_order_relaxed));
    assert(cursor <= ring->known_tail);
    atomic_store_explicit(&ring->head, cursor, memory_order_release);
}

size_t ring_used_bytes(const struct ring *ring)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    /* The two loads are not one moment: tail may have run ahead, or (unordered) lag. */
    if (tail <= head)
        return 0;
    return tail - head < ring->size_bytes ? tail - head : ring->size_bytes;
}

size_t ring_high_water_bytes(const struct ring *ring)
{
    return atomic_load_explicit(&ring->high_water_bytes, memory_order_relaxed);
}

size_t ring_size_bytes(const struct ring *ring) { return ring->size_bytes; }

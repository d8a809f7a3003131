/* Goal: what goes into a ring comes out once, whole and in order; full and empty are answers. The
 * last story runs two real threads, for the thread sanitizer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <sched.h>
#include <cmocka.h>
#include "base/ring.h"
#include "base/rng.h"

#define RING_BYTES 4096

static struct ring *new_ring(void)
{
    struct ring *ring = NULL;
    assert_int_equal(ring_new(RING_BYTES, &ring), OK);
    return ring;
}

static void an_empty_ring_has_nothing(void **unused)
{
    (void)unused;
    struct ring *ring = new_ring();
    size_t size_bytes = 0;
    uint64_t cursor = 0;
    assert_null(ring_peek(ring, &size_bytes));
    assert_null(ring_peek_next(ring, &cursor, &size_bytes));
    assert_int_equal(cursor, 0);
    ring_pop_until(ring, cursor);
    assert_int_equal(ring_used_bytes(ring), 0);
    assert_int_equal(ring_size_bytes(ring), RING_BYTES);
    ring_free(ring);
    ring_free(NULL);
}

static void a_message_comes_out_as_it_went_in(void **unused)
{
    (void)unused;
    struct ring *ring = new_ring();
    size_t size_bytes = 99;
    assert_true(ring_push(ring, "hello", 5));
    assert_true(ring_push(ring, NULL, 0)); /* a message may be empty */
    const void *message = ring_peek(ring, &size_bytes);
    assert_int_equal((uintptr_t)message % 8, 0);
    assert_int_equal(size_bytes, 5);
    assert_memory_equal(message, "hello", 5);
    ring_pop(ring);
    assert_non_null(ring_peek(ring, &size_bytes));
    assert_int_equal(size_bytes, 0);
    ring_pop(ring);
    assert_null(ring_peek(ring, &size_bytes));
    ring_free(ring);
}

static void a_reserve_is_not_seen_before_its_commit(void **unused)
{
    (void)unused;
    struct ring *ring = new_ring();
    size_t size_bytes = 0;
    char *slot = ring_reserve(ring, 1000);
    assert_non_null(slot);
    assert_null(ring_peek(ring, &size_bytes));
    slot = ring_reserve(ring, 900); /* thought better of it */
    memcpy(slot, "short", 5);
    ring_commit(ring, 5);
    assert_memory_equal(ring_peek(ring, &size_bytes), "short", 5);
    assert_int_equal(size_bytes, 5);
    assert_int_equal(ring_used_bytes(ring), 16);
    ring_free(ring);
}

static void a_full_ring_says_so_and_recovers(void **unused)
{
    (void)unused;
    struct ring *ring = new_ring();
    char message[RING_BYTES / 4] = { 0 };
    int count = 0;
    while (ring_push(ring, message, 120))
        count++;
    assert_int_equal(count, RING_BYTES / 128);
    assert_int_equal(ring_used_bytes(ring), RING_BYTES);
    assert_int_equal(ring_high_water_bytes(ring), RING_BYTES);
    assert_null(ring_reserve(ring, 0));
    ring_pop(ring);
    assert_true(ring_push(ring, message, 120));
    assert_false(ring_push(ring, message, 1));

    size_t size_bytes;
    while (ring_peek(ring, &size_bytes))
        ring_pop(ring);
    for (int i = 0; i < 100; i++) { /* the largest message fits an empty ring at any offset */
        assert_true(ring_push(ring, message, sizeof message));
        assert_true(ring_push(ring, message, sizeof message));
        ring_pop(ring);
        ring_pop(ring);
    }
    ring_free(ring);
}

static void looking_ahead_pops_nothing_until_told(void **unused)
{
    (void)unused;
    struct ring *ring = new_ring();
    uint64_t cursor = 0;
    size_t size_bytes;
    for (uint64_t i = 0; i < 10; i++)
        assert_true(ring_push(ring, &i, sizeof i));
    for (uint64_t i = 0; i < 6; i++)
        assert_memory_equal(ring_peek_next(ring, &cursor, &size_bytes), &i, sizeof i);
    assert_int_equal(*(const uint64_t *)ring_peek(ring, &size_bytes), 0);
    ring_pop_until(ring, cursor);
    assert_int_equal(*(const uint64_t *)ring_peek(ring, &size_bytes), 6);
    for (uint64_t i = 6; i < 10; i++) /* the cursor goes on where it was */
        assert_memory_equal(ring_peek_next(ring, &cursor, &size_bytes), &i, sizeof i);
    assert_null(ring_peek_next(ring, &cursor, &size_bytes));
    ring_pop_until(ring, cursor);
    assert_int_equal(ring_used_bytes(ring), 0);
    ring_free(ring);
}

/* Message number n: its size and bytes follow from n alone. */
static size_t size_of_message(uint64_t n)
{
    uint64_t state = n;
    return (size_t)(8 + rng_below(&state, n % 16 == 0 ? RING_BYTES / 4 - 7 : 60));
}

static void fill_message(uint8_t *at, uint64_t n, size_t size_bytes)
{
    memset(at, (int)(n & 0xff), size_bytes);
    memcpy(at, &n, sizeof n);
}

static void check_message(const uint8_t *at, uint64_t n, size_t size_bytes)
{
    uint64_t told;
    memcpy(&told, at, sizeof told);
    assert_true(told == n);
    assert_int_equal(size_bytes, size_of_message(n));
    for (size_t i = 8; i < size_bytes; i++)
        if (at[i] != (uint8_t)n)
            fail_msg("message %llu is torn", (unsigned long long)n);
}

static void a_random_walk_loses_nothing(void **unused)
{
    (void)unused;
    const char *text = getenv("SEED");
    uint64_t seed = strtoull(text ? text : "42", NULL, 0), pushed = 0, popped = 0;
    struct ring *ring = new_ring();
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (int step = 0; step < 300000; step++) {
        size_t size_bytes = size_of_message(pushed);
        uint64_t move = rng_below(&seed, 8), cursor = 0;
        if (move < 4) {
            uint8_t *slot = ring_reserve(ring, size_bytes);
            assert_true(slot || popped < pushed); /* an empty ring has room */
            if (slot) {
                fill_message(slot, pushed++, size_bytes);
                ring_commit(ring, size_bytes);
            }
        } else if (move < 7) {
            const uint8_t *message = ring_peek(ring, &size_bytes);
            assert_int_equal(message != NULL, popped < pushed);
            if (message) {
                check_message(message, popped++, size_bytes);
                ring_pop(ring);
            }
        } else {
            const uint8_t *message;
            for (uint64_t most = rng_below(&seed, 5);
                 most > 0 && (message = ring_peek_next(ring, &cursor, &size_bytes)); most--)
                check_message(message, popped++, size_bytes);
            ring_pop_until(ring, cursor);
        }
        assert_int_equal(ring_used_bytes(ring) == 0, popped == pushed);
        assert_true(ring_used_bytes(ring) <= ring_high_water_bytes(ring) || move >= 4);
    }
    ring_free(ring);
}

#define MESSAGES 200000

static void *produce(void *argument)
{
    struct ring *ring = argument;
    for (uint64_t n = 0; n < MESSAGES; n++) {
        size_t size_bytes = size_of_message(n);
        uint8_t *slot;
        while (!(slot = ring_reserve(ring, size_bytes)))
            sched_yield();
        fill_message(slot, n, size_bytes);
        ring_commit(ring, size_bytes);
    }
    return NULL;
}

static void two_threads_meet_only_here(void **unused)
{
    (void)unused;
    struct ring *ring = new_ring();
    pthread_t producer;
    assert_int_equal(pthread_create(&producer, NULL, produce, ring), 0);
    for (uint64_t n = 0; n < MESSAGES;) {
        size_t size_bytes;
        uint64_t cursor = 0;
        const uint8_t *message = ring_peek_next(ring, &cursor, &size_bytes);
        if (!message) {
            sched_yield();
            continue;
        }
        for (; message; message = ring_peek_next(ring, &cursor, &size_bytes))
            check_message(message, n++, size_bytes);
        assert_true(ring_used_bytes(ring) <= RING_BYTES);
        ring_pop_until(ring, cursor);
    }
    assert_int_equal(pthread_join(producer, NULL), 0);
    assert_int_equal(ring_used_bytes(ring), 0);
    assert_in_range(ring_high_water_bytes(ring), 1, RING_BYTES);
    ring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_ring_has_nothing),
        cmocka_unit_test(a_message_comes_out_as_it_went_in),
        cmocka_unit_test(a_reserve_is_not_seen_before_its_commit),
        cmocka_unit_test(a_full_ring_says_so_and_recovers),
        cmocka_unit_test(looking_ahead_pops_nothing_until_told),
        cmocka_unit_test(a_random_walk_loses_nothing),
        cmocka_unit_test(two_threads_meet_only_here),
    };
    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}

/* Goal: the small parts of base: the calendar of clock_format, arenas that are zero every time,
 * chance and checksums that never change, because journals and seeds rely on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/ring.h"
#include "base/rng.h"

static void known_moments_have_known_texts(void **unused)
{
    (void)unused;
    static const struct {
        int64_t wall_ns;
        const char *text;
    } rows[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { -1, "1969-12-31T23:59:59.999Z" },
        { INT64_C(951782399999999999), "2000-02-28T23:59:59.999Z" },
        { INT64_C(951782400000000000), "2000-02-29T00:00:00.000Z" },
        { INT64_C(4107542400000000000), "2100-03-01T00:00:00.000Z" }, /* 2100 has no leap day */
        { INT64_C(1767322985678000000), "2026-01-02T03:03:05.678Z" },
        { INT64_MAX, "2262-04-11T23:47:16.854Z" },
        { INT64_MIN, "1677-09-21T00:12:43.145Z" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[CLOCK_TEXT_MAX];
        assert_int_equal(clock_format(rows[i].wall_ns, text), 24);
        assert_string_equal(text, rows[i].text);
    }
}

static void the_calendar_agrees_with_libc(void **unused)
{
    (void)unused;
    uint64_t seed = 42;
    for (int step = 0; step < 100000; step++) {
        int64_t wall_ns = (int64_t)rng_next(&seed), second = wall_ns / NS_PER_S;
        second -= wall_ns % NS_PER_S < 0;
        time_t at = second;
        struct tm parts;
        char text[CLOCK_TEXT_MAX], expected[CLOCK_TEXT_MAX];
        assert_non_null(gmtime_r(&at, &parts));
        (void)strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", &parts);
        (void)clock_format(wall_ns, text);
        assert_memory_equal(text, expected, 19);
    }
}

static void clocks_do_not_run_backwards(void **unused)
{
    (void)unused;
    int64_t monotonic_ns = clock_monotonic_ns(), cpu_ns = clock_process_cpu_ns();
    for (int i = 0; i < 1000; i++) {
        int64_t now_ns = clock_monotonic_ns();
        assert_true(now_ns >= monotonic_ns);
        monotonic_ns = now_ns;
    }
    assert_true(clock_process_cpu_ns() >= cpu_ns);
    assert_true(clock_wall_ns() > INT64_C(1700000000) * NS_PER_S);
}

static void arena_memory_is_zero_every_time(void **unused)
{
    (void)unused;
    static const uint8_t zeros[4096];
    struct arena arena;
    uint64_t seed = 42;
    assert_int_equal(arena_init(&arena, 1 << 20), OK);
    for (int round = 0; round < 50; round++) {
        for (;;) {
            size_t size_bytes = (size_t)rng_below(&seed, sizeof zeros);
            uint8_t *memory = arena_try(&arena, size_bytes);
            if (!memory)
                break;
            assert_int_equal((uintptr_t)memory % 64, 0);
            assert_memory_equal(memory, zeros, size_bytes);
            memset(memory, 0xa5, size_bytes);
            if (rng_below(&seed, 200) == 0)
                break;
        }
        assert_true(arena.used_bytes <= arena.size_bytes);
        assert_true(arena.peak_bytes >= arena.used_bytes);
        arena_reset(&arena);
    }
    assert_non_null(arena_take(&arena, 1 << 20)); /* exactly full */
    assert_null(arena_try(&arena, 1));
    arena_release(&arena);
    arena_release(&arena); /* harmless */
}

static void a_block_that_wraps_the_size_is_refused(void **unused)
{
    (void)unused;
    struct arena arena;
    assert_int_equal(arena_init(&arena, 4096), OK);
    assert_non_null(arena_take(&arena, 100));
    assert_null(arena_try(&arena, SIZE_MAX));
    assert_null(arena_try(&arena, SIZE_MAX - 100));
    assert_int_equal(arena.used_bytes, 128);
    arena_release(&arena);
    assert_int_equal(arena_init(&arena, (size_t)1 << 62), ERR_MEMORY);
}

static void take_from_frozen(void)
{
    struct arena arena;
    if (arena_init(&arena, 4096) == OK) {
        arena_freeze(&arena);
        (void)arena_take(&arena, 8);
    }
}

static void take_too_much(void)
{
    struct arena arena;
    if (arena_init(&arena, 4096) == OK)
        (void)arena_take(&arena, 4097);
}

static void pop_of_empty(void)
{
    struct ring *ring;
    if (ring_new(4096, &ring) == OK)
        ring_pop(ring);
}

static void commit_without_reserve(void)
{
    struct ring *ring;
    if (ring_new(4096, &ring) == OK)
        ring_commit(ring, 0);
}

static void scale_beyond_18(void)
{
    char text[NUM_TEXT_MAX];
    (void)num_format(1, NUM_SCALE_MAX + 1, text);
}

static void division_by_zero(void) { (void)amount_div_floor(1, 0); }

static void our_own_mistakes_stop_the_program(void **unused)
{
    (void)unused;
    void (*const mistakes[])(void) = { take_from_frozen,       take_too_much,   pop_of_empty,
                                       commit_without_reserve, scale_beyond_18, division_by_zero };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        int status = 0;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)close(STDERR_FILENO); /* the assertion's words are expected */
            mistakes[i]();
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
    }
}

static void chance_is_the_same_for_ever(void **unused)
{
    (void)unused;
    uint64_t state = 1234567; /* the published vectors of splitmix64 */
    assert_true(rng_next(&state) == UINT64_C(6457827717110365317));
    assert_true(rng_next(&state) == UINT64_C(3203168211198807973));
    assert_true(rng_next(&state) == UINT64_C(9817491932198370423));
    for (uint64_t bound = 1; bound < 40; bound++)
        for (int i = 0; i < 200; i++)
            assert_true(rng_below(&state, bound) < bound);
    assert_true(rng_below(&state, UINT64_MAX) < UINT64_MAX);
}

static void chance_is_fair(void **unused)
{
    (void)unused;
    uint64_t state = 42;
    int counts[6] = { 0 };
    double sum = 0, squares = 0;
    for (int i = 0; i < 600000; i++) {
        counts[rng_below(&state, 6)]++;
        double unit = rng_unit(&state), normal = rng_normal(&state);
        assert_true(unit >= 0 && unit < 1);
        sum += normal;
        squares += normal * normal;
    }
    for (int i = 0; i < 6; i++)
        assert_in_range(counts[i], 98500, 101500); /* five deviations */
    assert_true(sum / 600000 > -0.01 && sum / 600000 < 0.01);
    assert_true(squares / 600000 > 0.99 && squares / 600000 < 1.01);
}

static void checksums_are_the_same_for_ever(void **unused)
{
    (void)unused;
    assert_true(hash_bytes("", 0) == UINT64_C(0x2D06800538D394C2)); /* xxHash's own test vector */
    assert_true(hash_bytes(NULL, 0) == hash_bytes("", 0));
    assert_true(hash_bytes("tradewind", 9) == hash_bytes_seeded("tradewind", 9, 0));
    assert_true(hash_bytes_seeded("tradewind", 9, 1) != hash_bytes("tradewind", 9));
    assert_true(hash_u64(1) != hash_u64(2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_moments_have_known_texts),
        cmocka_unit_test(the_calendar_agrees_with_libc),
        cmocka_unit_test(clocks_do_not_run_backwards),
        cmocka_unit_test(arena_memory_is_zero_every_time),
        cmocka_unit_test(a_block_that_wraps_the_size_is_refused),
        cmocka_unit_test(our_own_mistakes_stop_the_program),
        cmocka_unit_test(chance_is_the_same_for_ever),
        cmocka_unit_test(chance_is_fair),
        cmocka_unit_test(checksums_are_the_same_for_ever),
    };
    return cmocka_run_group_tests_name("small", tests, NULL, NULL);
}

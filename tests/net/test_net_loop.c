/* Goal: the loop calls timers in time, wake-ups from other threads, readable descriptors and the end of
 * each round. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "net/loop.h"

static struct net_loop *loop;
static int rounds, woken, read_bytes;
static int64_t rang_ns;
static int pipe_ends[2];

static int open_loop(void **state)
{
    (void)state;
    rounds = woken = read_bytes = 0;
    assert_int_equal(net_loop_new(&loop), OK);
    return 0;
}
static int close_loop(void **state)
{
    (void)state;
    net_loop_free(loop);
    return 0;
}

static void ring(void *unused)
{
    (void)unused;
    rang_ns = clock_monotonic_ns();
    net_loop_stop(loop);
}
static void count_round(void *unused)
{
    (void)unused;
    rounds++;
}

static void a_timer_rings_once_and_never_early(void **unused)
{
    (void)unused;
    struct net_timer *timer, *moved;
    assert_int_equal(net_timer_new(loop, ring, NULL, &timer), OK);
    assert_int_equal(net_timer_new(loop, ring, NULL, &moved), OK);
    net_loop_after_io(loop, count_round, NULL);
    for (int i = 0; i < 20; i++) {
        int64_t at_ns = clock_monotonic_ns() + i * 700000; /* between milliseconds on purpose */
        net_timer_set(moved, at_ns);
        net_timer_set(moved, INT64_MAX); /* not set after all */
        net_timer_set(timer, at_ns);
        net_loop_run(loop);
        assert_true(rang_ns >= at_ns);
    }
    assert_true(rounds >= 20);
    assert_true(net_loop_stall_ns(loop) >= 0);
    net_timer_free(timer);
    net_timer_free(moved);
}

static void wake(void *unused)
{
    (void)unused;
    woken++;
    net_loop_stop(loop);
}
static void *send_many(void *handle)
{
    for (int i = 0; i < 100; i++)
        net_wake_send(handle);
    return NULL;
}

static void another_thread_wakes_the_loop(void **unused)
{
    (void)unused;
    struct net_wake *handle;
    pthread_t thread;
    assert_int_equal(net_wake_new(loop, wake, NULL, &handle), OK);
    assert_int_equal(pthread_create(&thread, NULL, send_many, handle), 0);
    net_loop_run(loop);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_in_range(woken, 1, 100);
    net_wake_free(handle);
}

static void read_some(void *unused)
{
    char byte;
    (void)unused;
    assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
    if (++read_bytes == 3)
        net_loop_stop(loop);
}

static void a_descriptor_calls_as_long_as_it_is_readable(void **unused)
{
    (void)unused;
    struct net_poll *poll;
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(net_poll_new(loop, pipe_ends[0], read_some, NULL, &poll), OK);
    assert_int_equal(write(pipe_ends[1], "abc", 3), 3);
    net_loop_run(loop);
    assert_int_equal(read_bytes, 3);
    net_poll_free(poll);
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
}

static void sleep_in_the_round(void *unused)
{
    (void)unused;
    (void)usleep(30000);
    net_loop_stop(loop);
}

static void a_stalled_round_is_measured(void **unused)
{
    (void)unused;
    struct net_timer *timer;
    assert_int_equal(net_timer_new(loop, sleep_in_the_round, NULL, &timer), OK);
    net_timer_set(timer, clock_monotonic_ns() + 5 * NS_PER_MS);
    net_loop_run(loop);
    net_timer_set(timer, clock_monotonic_ns() + 5 * NS_PER_MS); /* the round ends in the next run */
    net_loop_run(loop);
    assert_true(net_loop_stall_ns(loop) >= 25 * NS_PER_MS);
    assert_true(net_loop_stall_ns(loop) < 25 * NS_PER_MS);
    net_timer_free(timer);
}

#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)
int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(a_timer_rings_once_and_never_early),
        LOOP_TEST(another_thread_wakes_the_loop),
        LOOP_TEST(a_descriptor_calls_as_long_as_it_is_readable),
        LOOP_TEST(a_stalled_round_is_measured),
    };
    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}

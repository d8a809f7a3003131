/* Goal: a bar once appended is read back; torn tails are cut, gaps are told, nothing comes
 * twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "data/candles.h"

#define MINUTE_NS (60 * NS_PER_S)

static char path[64];

static int fresh_path(void **unused)
{
    (void)unused;
    (void)snprintf(path, sizeof path, "/tmp/candles_test_%d.csv", (int)getpid());
    (void)unlink(path);
    return 0;
}

static int remove_file(void **unused)
{
    (void)unused;
    (void)unlink(path);
    return 0;
}

static struct bar minute(int index)
{
    return (struct bar){ .start_ns = index * MINUTE_NS,
                         .end_ns = (index + 1) * MINUTE_NS,
                         .open_ticks = 100 + index,
                         .high_ticks = 110 + index,
                         .low_ticks = 90 + index,
                         .close_ticks = 105 + index,
                         .volume_lots = index };
}

static void append(const int *indexes, size_t count)
{
    struct candles *candles = NULL;
    struct errtext detail = { "" };
    assert_int_equal(candles_open(path, 2, 3, &candles, &detail), OK);
    for (size_t i = 0; i < count; i++) {
        struct bar bar = minute(indexes[i]);
        assert_int_equal(candles_append(candles, &bar, &detail), OK);
        assert_int_equal(candles_last_start_ns(candles), bar.start_ns);
    }
    candles_close(candles);
}

static void put_text(const char *text, const char *mode)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    (void)fclose(file);
}

static void bars_come_back_and_gaps_are_told(void **unused)
{
    (void)unused;
    struct bar bars[10];
    struct candle_gap gap[4];
    struct errtext detail = { "" };
    size_t count = 0;
    append((const int[]){ 1, 2, 3 }, 3);
    append((const int[]){ 7, 8, 10 }, 3);
    assert_int_equal(candles_load_last(path, 2, 3, MINUTE_NS, bars, 10, &count, &detail), OK);
    assert_int_equal(count, 6);
    struct bar expected = minute(3);
    assert_memory_equal(&bars[2], &expected, sizeof expected);
    assert_int_equal(candles_gaps(bars, count, MINUTE_NS, gap, 4), 2);
    assert_int_equal(gap[0].from_ns, 4 * MINUTE_NS);
    assert_int_equal(gap[0].to_ns, 7 * MINUTE_NS);
    assert_int_equal(gap[0].missing, 3);
    assert_int_equal(gap[1].missing, 1);
    assert_int_equal(candles_load_last(path, 2, 3, MINUTE_NS, bars, 2, &count, &detail), OK);
    assert_int_equal(count, 2);
    assert_int_equal(bars[0].start_ns, 8 * MINUTE_NS);
    assert_int_equal(bars[1].start_ns, 10 * MINUTE_NS);
}

static void a_torn_line_is_cut(void **unused)
{
    (void)unused;
    struct bar bars[10];
    struct errtext detail = { "" };
    size_t count = 0;
    append((const int[]){ 1, 2 }, 2);
    put_text("180000,1.0", "a");
    assert_int_equal(candles_load_last(path, 2, 3, MINUTE_NS, bars, 10, &count, &detail), OK);
    assert_int_equal(count, 2);    /* passed over by a reader ... */
    append((const int[]){ 3 }, 1); /* ... cut by the writer */
    assert_int_equal(candles_load_last(path, 2, 3, MINUTE_NS, bars, 10, &count, &detail), OK);
    assert_int_equal(count, 3);
    assert_int_equal(bars[2].close_ticks, 108);
}

static void the_tail_of_a_long_file_is_enough(void **unused)
{
    (void)unused;
    static int indexes[5000];
    static struct bar bars[100];
    struct errtext detail = { "" };
    size_t count = 0;
    for (int i = 0; i < 5000; i++)
        indexes[i] = i;
    append(indexes, 5000);
    assert_int_equal(candles_load_last(path, 2, 3, MINUTE_NS, bars, 100, &count, &detail), OK);
    assert_int_equal(count, 100);
    assert_int_equal(bars[0].start_ns, 4900 * MINUTE_NS);
    assert_int_equal(bars[99].volume_lots, 4999);
    append((const int[]){ 5000 }, 1);
}

static void bad_files_and_repeats_are_refused(void **unused)
{
    (void)unused;
    struct candles *candles = NULL;
    struct bar bar = minute(2);
    struct errtext detail = { "" };
    char sentence[200];
    size_t count = 0;
    assert_int_equal(candles_load_last(path, 2, 3, MINUTE_NS, &bar, 1, &count, &detail),
                     ERR_NOT_FOUND);
    append((const int[]){ 1, 2 }, 2);
    assert_int_equal(candles_open(path, 2, 3, &candles, &detail), OK);
    assert_int_equal(candles_append(candles, &bar, &detail), ERR_DUPLICATE);
    candles_close(candles);
    put_text("something else entirely, and longer than the header\n", "w");
    assert_int_equal(candles_open(path, 2, 3, &candles, &detail), ERR_CORRUPT);
    (void)snprintf(sentence, sizeof sentence,
                   "%s:1: the first line is not ts_ms,open,high,low,close,volume", path);
    assert_string_equal(detail.text, sentence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bars_come_back_and_gaps_are_told, fresh_path, remove_file),
        cmocka_unit_test_setup_teardown(a_torn_line_is_cut, fresh_path, remove_file),
        cmocka_unit_test_setup_teardown(the_tail_of_a_long_file_is_enough, fresh_path, remove_file),
        cmocka_unit_test_setup_teardown(bad_files_and_repeats_are_refused, fresh_path, remove_file),
    };
    return cmocka_run_group_tests_name("candles", tests, NULL, NULL);
}

/* Goal: real files, kept beside the checkout, go through the columnar format and come back to the byte,
 * with the same events; trades make the bars that their source made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "data/candles.h"
#include "data/lines.h"
#include "data/resample.h"
#include "data/transfer.h"

#define SKIPPED 77

static char folder[] = "/tmp/test_shared_columns.XXXXXX";
static char twc[64], csv[64];

static const char *shared(const char *file)
{
    static char path[2][512];
    static int turn;
    char *out = path[turn++ & 1];
    const char *root = getenv("TRADEWIND_SHARED");
    (void)snprintf(out, sizeof path[0], "%s/data/%s", root ? root : "../shared", file);
    return out;
}

static void import(const char *path, const char *ask)
{
    struct import_config config = { .path = path, .ask = ask, .out = twc };
    struct import_report report;
    struct errtext detail = { "" };
    if (data_import(&config, &report, &detail) != OK)
        fail_msg("%s", detail.text);
}

static void export(void)
{
    struct columns *columns = NULL;
    struct errtext detail = { "" };
    FILE *file = fopen(csv, "w");
    assert_non_null(file);
    if (columns_open(twc, &columns, &detail) != OK ||
        data_export(columns, file, NULL, NULL, &detail) != OK)
        fail_msg("%s", detail.text);
    columns_close(columns);
    assert_int_equal(fclose(file), 0);
}

/* Line by line: the lines of a gzip file are those of the text in it. */
static void assert_same_text(const char *left_path, const char *right_path)
{
    struct lines *left = NULL, *right = NULL;
    struct errtext detail = { "" };
    const char *a = NULL, *b = NULL;
    size_t a_length = 0, b_length = 0;
    assert_int_equal(lines_open(left_path, &left, &detail), OK);
    assert_int_equal(lines_open(right_path, &right, &detail), OK);
    enum err err;
    while ((err = lines_next(left, &a, &a_length, &detail)) == OK) {
        assert_int_equal(lines_next(right, &b, &b_length, &detail), OK);
        assert_int_equal(a_length, b_length);
        assert_memory_equal(a, b, a_length);
    }
    assert_int_equal(err, ERR_END);
    assert_int_equal(lines_next(right, &b, &b_length, &detail), ERR_END);
    lines_close(left);
    lines_close(right);
}

static void assert_same_events(const char *path)
{
    struct feed *left = NULL, *right = NULL;
    struct errtext detail = { "" };
    const struct event *a = NULL, *b = NULL;
    enum err err = feed_open(path, NULL, &left, &detail);
    enum err same = feed_open(twc, NULL, &right, &detail);
    assert_int_equal(err, same);
    while (err == OK && (err = feed_next(left, &a, &detail)) == OK) {
        assert_int_equal(feed_next(right, &b, &detail), OK);
        assert_int_equal(a->length, b->length);
        assert_memory_equal(a, b, a->length);
    }
    assert_true(err == ERR_END || err == ERR_UNSUPPORTED); /* order by order has no events */
    if (err == ERR_UNSUPPORTED)
        return;
    assert_int_equal(feed_next(right, &b, &detail), ERR_END);
    feed_close(left);
    feed_close(right);
}

static void every_file_comes_back_to_the_byte(void **unused)
{
    (void)unused;
    int files = 0;
    DIR *data = opendir(shared(""));
    assert_non_null(data);
    for (struct dirent *entry; (entry = readdir(data)) != NULL;) {
        if (!strstr(entry->d_name, ".csv"))
            continue;
        const char *path = shared(entry->d_name);
        print_message("%s\n", entry->d_name);
        import(path, NULL);
        export();
        assert_same_text(path, csv);
        assert_same_events(path);
        files++;
    }
    (void)closedir(data);
    assert_true(files >= 30);
}

static void bid_and_ask_bars_are_one_file(void **unused)
{
    (void)unused;
    static const char *const names[] = { "gbpusd_fxcm_1m_bid_2012_02.csv.gz",
                                         "gbpusd_fxcm_1m_ask_2012_02.csv.gz" };
    static const char *const layouts[] = { "bars_bid", "bars_ask" };
    import(shared(names[0]), shared(names[1]));
    for (int side = 0; side < 2; side++) {
        struct feed *alone = NULL, *joined = NULL;
        struct errtext detail = { "" };
        const struct event *a = NULL, *b = NULL;
        uint64_t bars = 0;
        assert_int_equal(feed_open(shared(names[side]), NULL, &alone, &detail), OK);
        assert_int_equal(feed_open(twc, layouts[side], &joined, &detail), OK);
        while (feed_next(alone, &a, &detail) == OK) {
            assert_int_equal(feed_next(joined, &b, &detail), OK);
            assert_memory_equal(a, b, a->length);
            bars++;
        }
        assert_int_equal(bars, 30117);
        feed_close(alone);
        feed_close(joined);
    }
}

static void trades_make_the_bars_of_their_source(void **unused)
{
    (void)unused;
    struct resampler resampler = { .interval_ns = 0 };
    struct feed *feed = NULL;
    struct feed_info info;
    struct errtext detail = { "" };
    const struct event *event = NULL;
    struct bar bar;
    bool finished = false;
    char text[CANDLE_ROW_MAX];
    uint64_t bars = 0;
    assert_true(interval_parse("1m", &resampler.interval_ns));
    assert_int_equal(feed_open(shared("xrp_eth_trades_2019_10.csv.gz"), NULL, &feed, &detail), OK);
    feed_info(feed, &info);
    FILE *file = fopen(csv, "w");
    assert_true(fputs(CANDLES_HEADER, file) >= 0);
    while (feed_next(feed, &event, &detail) == OK) {
        assert_int_equal(resample_add(&resampler, event, &finished, &bar), OK);
        bars += finished;
        if (finished)
            (void)fwrite(text, 1, candle_format(&bar, info.price_scale, info.qty_scale, text),
                         file);
    }
    assert_true(resample_end(&resampler, &bar));
    (void)fwrite(text, 1, candle_format(&bar, info.price_scale, info.qty_scale, text), file);
    assert_int_equal(fclose(file), 0);
    feed_close(feed);
    assert_int_equal(bars + 1, 2469);
    assert_same_text(csv, shared("xrp_eth_1m_2019_10.csv"));
}

static void minutes_make_hours(void **unused)
{
    (void)unused;
    struct resampler resampler = { .interval_ns = 0 };
    struct feed *minutes = NULL, *hours = NULL;
    struct errtext detail = { "" };
    const struct event *event = NULL;
    struct bar bar;
    bool finished = false, more = true;
    uint64_t bars = 0;
    assert_true(interval_parse("1h", &resampler.interval_ns));
    assert_int_equal(feed_open(shared("btc_perp_1m_2022_01.csv.gz"), NULL, &minutes, &detail), OK);
    assert_int_equal(feed_open(shared("btc_perp_1h_2022_01.csv"), NULL, &hours, &detail), OK);
    feed_set_scales(minutes, 4, 8);
    feed_set_scales(hours, 4, 8);
    while (more) {
        more = feed_next(minutes, &event, &detail) == OK;
        if (more)
            assert_int_equal(resample_add(&resampler, event, &finished, &bar), OK);
        else
            finished = resample_end(&resampler, &bar);
        if (!finished)
            continue;
        assert_int_equal(feed_next(hours, &event, &detail), OK);
        const struct bar *hour = event_body_const(event);
        assert_int_equal(bar.start_ns, hour->start_ns);
        assert_int_equal(bar.open_ticks, hour->open_ticks);
        assert_int_equal(bar.high_ticks, hour->high_ticks);
        assert_int_equal(bar.low_ticks, hour->low_ticks);
        assert_int_equal(bar.close_ticks, hour->close_ticks);
        assert_true(llabs(bar.volume_lots - hour->volume_lots) <= 10000); /* of a sum of doubles */
        bars++;
    }
    assert_int_equal(bars, 751);
    feed_close(minutes);
    feed_close(hours);
}

static int remove_folder(void **unused)
{
    (void)unused;
    (void)unlink(twc);
    (void)unlink(csv);
    return rmdir(folder);
}

int main(void)
{
    if (access(shared("README.md"), R_OK) != 0) {
        printf("SKIPPED: no market data at %s (set TRADEWIND_SHARED)\n", shared(""));
        return SKIPPED;
    }
    if (!mkdtemp(folder))
        return 1;
    (void)snprintf(twc, sizeof twc, "%s/x.twc", folder);
    (void)snprintf(csv, sizeof csv, "%s/x.csv", folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_comes_back_to_the_byte),
        cmocka_unit_test(bid_and_ask_bars_are_one_file),
        cmocka_unit_test(trades_make_the_bars_of_their_source),
        cmocka_unit_test(minutes_make_hours),
    };
    return cmocka_run_group_tests_name("shared_columns", tests, NULL, remove_folder);
}

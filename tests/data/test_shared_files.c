/* Goal: real market data, kept beside the checkout and never in it, is read to its last row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "data/feed.h"

#define SKIPPED 77

static const char *shared(void)
{
    const char *path = getenv("TRADEWIND_SHARED");
    return path ? path : "../shared";
}

static const char *path_of(const char *file)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/data/%s", shared(), file);
    return path;
}

/* File and row count of a table line "| file | symbol | venue | kind | rows |"; false for
 * others. */
static bool table_row(char *line, char **file, uint64_t *rows)
{
    char *cell[6] = { NULL };
    size_t count = 0;
    for (char *at = strtok(line, "|"); at && count < 5; at = strtok(NULL, "|"))
        cell[count++] = at;
    if (count < 5 || !strstr(cell[0], ".csv"))
        return false;
    *file = strtok(cell[0], " ");
    *rows = strtoull(cell[4], NULL, 10);
    return *rows > 0;
}

/* Order-by-order files are no layout of a feed. */
static bool is_by_order(const char *file)
{
    return strstr(file, "lobster") || strstr(file, "_mbo_");
}

static void every_file_is_read_to_its_last_row(void **unused)
{
    (void)unused;
    char line[4096];
    int files = 0;
    FILE *table = fopen(path_of("README.md"), "r");
    assert_non_null(table);
    while (fgets(line, sizeof line, table)) {
        char *file = NULL;
        uint64_t rows = 0;
        struct feed *feed = NULL;
        struct feed_info info;
        struct errtext detail = { "" };
        if (!table_row(line, &file, &rows))
            continue;
        files++;
        enum err err = feed_open(path_of(file), NULL, &feed, &detail);
        if (is_by_order(file)) {
            assert_int_equal(err, ERR_UNSUPPORTED);
            continue;
        }
        uint64_t events = 0;
        const struct event *event = NULL;
        while (err == OK && (err = feed_next(feed, &event, &detail)) == OK)
            events++;
        if (err != ERR_END)
            fail_msg("%s: %s", file, detail.text);
        feed_info(feed, &info);
        print_message("%s: %s, scales %d %d (clean %d %d), %llu events\n", file, info.layout,
                      info.price_scale, info.qty_scale, info.clean_price_scale,
                      info.clean_qty_scale, (unsigned long long)events);
        assert_int_equal(info.rows, rows);
        assert_true(info.kind == FEED_BOOK || events == rows);
        assert_true(events > 0);
        feed_close(feed);
    }
    (void)fclose(table);
    assert_true(files >= 30);
}

/* The book as a table of quantities over the prices near the market. */
#define TICK_LOW 5500000
#define TICK_COUNT 1200000
static int64_t lots_at[2][TICK_COUNT];

static void apply(const struct event *event)
{
    const struct book_head *head = event_body_const(event);
    const struct book_level *level = (const struct book_level *)(const void *)(head + 1);
    if (head->action == BOOK_SNAPSHOT)
        memset(lots_at, 0, sizeof lots_at);
    for (uint32_t i = 0; i < head->bid_count + head->ask_count; i++) {
        int64_t at = level[i].price_ticks - TICK_LOW;
        if (at >= 0 && at < TICK_COUNT)
            lots_at[i < head->bid_count ? 0 : 1][at] = level[i].qty_lots;
    }
}

static bool touches(const struct quote *quote)
{
    int64_t bid = quote->bid_ticks - TICK_LOW, ask = quote->ask_ticks - TICK_LOW;
    if (lots_at[0][bid] != quote->bid_lots || lots_at[1][ask] != quote->ask_lots)
        return false;
    for (int64_t i = 1; i < 2000; i++)
        if (lots_at[0][bid + i] != 0 || lots_at[1][ask - i] != 0)
            return false;
    return true;
}

/* The update id is no field of a quote, so the sample is read from the text of the stream. */
static void a_rebuilt_book_has_the_recorded_touch(void **unused)
{
    (void)unused;
    struct feed *book = NULL, *quotes = NULL;
    struct errtext detail = { "" };
    const struct event *event = NULL;
    char command[600], line[512];
    assert_int_equal(
        feed_open(path_of("btcusdt_binance_spot_2024_08_08_l2.csv.gz"), NULL, &book, &detail), OK);
    feed_set_scales(book, 2, 6);
    assert_int_equal(
        feed_open(path_of("btcusdt_binance_spot_2024_08_08_bbo.csv.gz"), NULL, &quotes, &detail),
        OK);
    feed_set_scales(quotes, 2, 6);
    (void)snprintf(command, sizeof command, "zcat %s",
                   path_of("btcusdt_binance_spot_2024_08_08_bbo.csv.gz"));
    FILE *text = popen(command, "r");
    assert_non_null(text);
    assert_non_null(fgets(line, sizeof line, text));
    uint64_t quote_id = 0, compared = 0, equal = 0;
    struct quote quote = { 0 };
    while (feed_next(book, &event, &detail) == OK) {
        const struct book_head *head = event_body_const(event);
        uint64_t book_id = head->last_update_id;
        apply(event);
        struct quote before = quote;
        uint64_t before_id = quote_id;
        while (quote_id <= book_id && fgets(line, sizeof line, text)) {
            const struct event *next = NULL;
            before = quote;
            before_id = quote_id;
            assert_int_equal(feed_next(quotes, &next, &detail), OK);
            quote = *(const struct quote *)event_body_const(next);
            (void)sscanf(line, "%*[^,],%*[^,],%*[^,],%lu", &quote_id);
            if (strstr(line, ",,,"))
                (void)sscanf(strstr(line, ",,,") + 3, "%lu", &quote_id);
        }
        /* The last quote at or before the message's id is the touch after the message. */
        if (before_id > 0 && before_id <= book_id && quote_id > book_id) {
            compared++;
            equal += touches(&before);
        }
    }
    print_message("touch compared %lu times, equal %lu\n", compared, equal);
    assert_true(compared > 1000);
    assert_int_equal(equal, compared);
    (void)pclose(text);
    feed_close(book);
    feed_close(quotes);
}

int main(void)
{
    if (access(path_of("README.md"), R_OK) != 0) {
        printf("SKIPPED: no market data at %s (set TRADEWIND_SHARED)\n", shared());
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_read_to_its_last_row),
        cmocka_unit_test(a_rebuilt_book_has_the_recorded_touch),
    };
    return cmocka_run_group_tests_name("shared_files", tests, NULL, NULL);
}

/* Goal: every row of a file arrives exactly, and every bad file is answered by one clear
 * sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zlib.h>
#include "base/num.h"
#include "data/decimal.h"
#include "data/feed.h"
#include "data/timestamp.h"

static enum err open_text(const char *text, struct feed **feed, struct errtext *detail)
{
    return feed_open_memory("file.csv", text, strlen(text), NULL, feed, detail);
}

/* Reads to the end or the first error. */
static enum err drain(struct feed *feed, uint64_t *events, struct errtext *detail)
{
    const struct event *event = NULL;
    enum err err;
    *events = 0;
    while ((err = feed_next(feed, &event, detail)) == OK) {
        assert_int_equal(event_check(event, event->length), OK);
        ++*events;
    }
    return err;
}

#define BARS "timestamp,open,high,low,close,volume\n"
#define BOOK "local_ts_ns,event,exch_ts_ms,match_ts_ms,first_id,last_id,prev_id,side,price,qty\n"
static const struct {
    const char *name, *text, *sentence;
    enum err err;
} complaints[] = {
    { "nothing", "", "file.csv:1: the file is empty: the first line must name the columns",
      ERR_SYNTAX },
    { "no header", "1,2,3\n",
      "file.csv:1: no layout has these columns; the nearest is quotes_timestamp (best bid and ask, "
      "time as text), which lacks 'timestamp': the first line must name the columns",
      ERR_UNSUPPORTED },
    { "a column twice", "ts_ms,bid,ask,bid\n", "file.csv:1: column 'bid' occurs twice",
      ERR_SYNTAX },
    { "NaN", BARS "2020-01-01,1,2,1,NaN,3\n",
      "file.csv:2: column 'close' must be a price, not 'NaN'", ERR_SYNTAX },
    { "negative", BARS "2020-01-01,1,2,-1,1,3\n", "file.csv:2: column 'low' is negative: '-1'",
      ERR_RANGE },
    { "empty", BARS "2020-01-01,1,2,1,1,3\n2020-01-02,,2,1,1,3\n",
      "file.csv:3: column 'open' is empty", ERR_SYNTAX },
    { "a short row", BARS "2020-01-01,1,2,1,1\n", "file.csv:2: the row has 5 columns, the header 6",
      ERR_SYNTAX },
    { "no such day", BARS "2021-02-29,1,2,1,1,3\n",
      "file.csv:2: column 'timestamp' must be a date or time such as 2012-01-31 23:05:00, not "
      "'2021-02-29'",
      ERR_SYNTAX },
    { "backwards", BARS "2020-01-02,1,2,1,1,3\n2020-01-01,1,2,1,1,3\n",
      "file.csv:3: time goes backwards: 2020-01-01T00:00:00Z after 2020-01-02T00:00:00Z; sort the "
      "file",
      ERR_RANGE },
    { "a bar twice", BARS "2020-01-02,1,2,1,1,3\n2020-01-02,1,2,1,1,3\n",
      "file.csv:3: the bar of 2020-01-02T00:00:00Z comes twice", ERR_DUPLICATE },
    { "high below close", BARS "2020-01-02,1,2,1,3,3\n",
      "file.csv:2: open and close of the bar do not lie between its low and its high", ERR_RANGE },
    { "too fine and too large", BARS "2020-01-02,1,123456789012,0.1234567891,1,3\n",
      "file.csv: no decimal scale holds all its prices: up to 1.23457e+11 with up to 10 decimal "
      "places",
      ERR_RANGE },
    { "a side that is none", "ts_ms,taker_side,price,qty\n1,hold,1,1\n",
      "file.csv:2: column 'taker_side' must be buy or sell, not 'hold'", ERR_SYNTAX },
    { "a gap in the book",
      BOOK "1,snapshot,,,10,10,,b,5,1\n2,delta,,,11,12,,b,5,2\n3,delta,,,14,15,,b,5,3\n",
      "file.csv:4: a gap in the book: the delta with ids 14 to 15 does not follow 12",
      ERR_CORRUPT },
    { "deltas alone", BOOK "2,delta,,,11,12,,b,5,2\n",
      "file.csv:2: the file ends without a snapshot: its deltas have no book to change",
      ERR_CORRUPT },
};

static void bad_files_get_a_sentence(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof complaints / sizeof complaints[0]; i++) {
        struct feed *feed = NULL;
        struct errtext detail = { "" };
        uint64_t events = 0;
        print_message("story: %s\n", complaints[i].name);
        enum err err = open_text(complaints[i].text, &feed, &detail);
        if (err == OK)
            err = drain(feed, &events, &detail);
        feed_close(feed);
        assert_string_equal(detail.text, complaints[i].sentence);
        assert_int_equal(err, complaints[i].err);
    }
}

static void values_arrive_exactly(void **unused)
{
    (void)unused;
    /* Columns in another order, another case, one unknown, CRLF, a byte order mark. */
    struct feed *feed = NULL;
    struct errtext detail;
    struct feed_info info;
    const struct event *event = NULL;
    assert_int_equal(open_text("\xef\xbb\xbf"
                               "Close,note,High,Low,Open,ts_ms\r\n0.09946999000000001,x,0.1,"
                               "0.09,0.095,1000\r\n0.1,x,0.1,0.1,0.1,61000",
                               &feed, &detail),
                     OK);
    feed_info(feed, &info);
    assert_string_equal(info.layout, "bars_ms");
    assert_int_equal(info.price_scale, 17);
    assert_int_equal(info.clean_price_scale, 8);
    assert_int_equal(info.bar_interval_ns, 60000000000);
    assert_int_equal(feed_next(feed, &event, &detail), OK);
    const struct bar *bar = event_body_const(event);
    assert_int_equal(bar->close_ticks, 9946999000000001);
    assert_int_equal(event->source_ts_ns, 61000000000);
    feed_close(feed);

    /* The noise of a double does not stop an instrument with the true scale. */
    assert_int_equal(open_text("ts_ms,trade_id,price,qty,buyer_is_maker\n"
                               "5,7,39439.22,0.00031099999999999997,1\n",
                               &feed, &detail),
                     OK);
    assert_int_equal(feed_next(feed, &event, &detail), OK);
    const struct trade *trade = event_body_const(event);
    feed_info(feed, &info);
    assert_int_equal(info.qty_scale, 6);
    assert_int_equal(info.cleaned, 1);
    assert_int_equal(trade->qty_lots, 311);
    assert_int_equal(trade->price_ticks, 3943922);
    assert_int_equal(trade->aggressor, SIDE_SELL);
    feed_close(feed);

    /* A real digit below the scale is refused. */
    assert_int_equal(open_text("ts_ms,bid,ask\n5,1.2345,1.3\n", &feed, &detail), OK);
    feed_set_scales(feed, 3, 0);
    assert_int_equal(feed_next(feed, &event, &detail), ERR_PRECISION);
    assert_string_equal(detail.text,
                        "file.csv:2: column 'bid' has more than 3 decimal places: '1.2345'");
    feed_close(feed);
}

static void deltas_wait_for_the_snapshot(void **unused)
{
    (void)unused;
    struct feed *feed = NULL;
    struct errtext detail;
    const struct event *event = NULL;
    assert_int_equal(
        open_text(BOOK "1,delta,,,5,8,,b,9,1\n2,delta,,,9,12,,a,12,4\n2,delta,,,9,12,,a,11,3\n"
                       "3,snapshot,,,10,10,,b,5,1\n3,snapshot,,,10,10,,a,11,1\n"
                       "4,delta,,,13,13,,b,5,0\n",
                  &feed, &detail),
        OK);
    assert_int_equal(feed_next(feed, &event, &detail), OK);
    const struct book_head *head = event_body_const(event);
    assert_int_equal(head->action, BOOK_SNAPSHOT);
    assert_int_equal(feed_next(feed, &event, &detail), OK);
    const struct book_level *levels = (const struct book_level *)(const void *)(head + 1);
    assert_int_equal(head->last_update_id, 12); /* 5..8 was dropped */
    assert_int_equal(head->ask_count, 2);
    assert_int_equal(levels[0].price_ticks, 11); /* best first */
    assert_int_equal(feed_next(feed, &event, &detail), OK);
    assert_int_equal(head->last_update_id, 13);
    assert_int_equal(feed_next(feed, &event, &detail), ERR_END);
    assert_int_equal(feed_next(feed, &event, &detail), ERR_END); /* stays */
    feed_close(feed);
}

static enum err open_bytes(const void *bytes, size_t size, struct errtext *detail)
{
    char path[] = "/tmp/feed_test_XXXXXX";
    int file = mkstemp(path);
    struct feed *feed = NULL;
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), (ssize_t)size);
    (void)close(file);
    enum err err = feed_open(path, NULL, &feed, detail);
    feed_close(feed);
    (void)unlink(path);
    return err;
}

static void damaged_files_are_told(void **unused)
{
    (void)unused;
    struct errtext detail = { "" };
    struct feed *feed = NULL;
    static uint8_t text[200000], packed[300000];
    size_t size = (size_t)sprintf((char *)text, "ts_ms,bid,ask\n");
    for (unsigned i = 0; size < 150000; i++)
        size += (size_t)sprintf((char *)text + size, "%u,1.%u,1.%u\n", i, i * 7919u, i * 104729u);
    z_stream zip = {
        .next_in = text, .avail_in = (unsigned)size, .next_out = packed, .avail_out = sizeof packed
    };
    assert_int_equal(deflateInit2(&zip, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&zip, Z_FINISH), Z_STREAM_END);
    size_t whole = zip.total_out;
    deflateEnd(&zip);
    assert_int_equal(open_bytes(packed, whole, &detail), OK);
    for (size_t cut = 12; cut < whole; cut += whole / 9) {
        assert_int_equal(open_bytes(packed, cut, &detail), ERR_CORRUPT);
        assert_non_null(strstr(detail.text, ": the gzip file ends too early: it was cut off"));
    }
    packed[whole / 2] ^= 0x55;
    assert_int_equal(open_bytes(packed, whole, &detail), ERR_CORRUPT);
    assert_non_null(strstr(detail.text, "the gzip data is damaged"));

    assert_int_equal(feed_open("/tmp", NULL, &feed, &detail), ERR_UNSUPPORTED);
    assert_string_equal(detail.text, "/tmp: is a directory: name one file in it");
    assert_int_equal(feed_open("/tmp/no/such", NULL, &feed, &detail), ERR_NOT_FOUND);
    assert_string_equal(detail.text, "/tmp/no/such: No such file or directory");
    assert_int_equal(open_bytes("ts_ms,bid,ask\n1,\0\n", 18, &detail), ERR_SYNTAX);
    assert_non_null(strstr(detail.text, ":2: holds a NUL byte: this is not a text file"));
    memset(text, 'x', sizeof text);
    assert_int_equal(open_bytes(text, sizeof text, &detail), ERR_SIZE);
    assert_non_null(strstr(detail.text, ":1: the line is longer than 65536 bytes"));
}

static void decimals_agree_with_num_parse(void **unused)
{
    (void)unused;
    static const char *const texts[] = { "0",
                                         "-0",
                                         "1",
                                         "10",
                                         "0.10",
                                         "1e3",
                                         "1.5E-2",
                                         "1e+2",
                                         "007",
                                         ".5",
                                         "5.",
                                         "",
                                         "-",
                                         "+1",
                                         "1e",
                                         "1 ",
                                         "0x1",
                                         "inf",
                                         "123456789.123456789",
                                         "9223372036",
                                         "9223372037",
                                         "1e-9",
                                         "1e-10",
                                         "0e5",
                                         "1.0000000000000000",
                                         "00",
                                         "-12.5" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct decimal decimal;
        int64_t ours = 0, theirs = 0;
        enum err expected = num_parse(texts[i], strlen(texts[i]), 9, &theirs);
        enum err err = decimal_read(texts[i], strlen(texts[i]), &decimal);
        if (err == OK)
            err = decimal_to_num(&decimal, 9, &ours);
        print_message("text: %s\n", texts[i]);
        assert_int_equal(err, expected);
        assert_int_equal(ours, theirs);
    }
}

static void times_go_there_and_back(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *back;
    } rows[] = {
        { "1970-01-01", "1970-01-01T00:00:00Z" },
        { "2012-02-29 23:59:59.5", "2012-02-29T23:59:59.500Z" },
        { "2013-01-01 22:00:00.295000+00:00", "2013-01-01T22:00:00.295Z" },
        { "1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z" },
        { "2000-03-01T01:30+02:00", "2000-02-29T23:30:00Z" },
        { "1678-01-01", "1678-01-01T00:00:00Z" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ns = 0;
        char text[TIMESTAMP_TEXT_MAX];
        assert_int_equal(timestamp_parse(rows[i].text, strlen(rows[i].text), &ns), OK);
        (void)timestamp_format(ns, text);
        assert_string_equal(text, rows[i].back);
    }
    int64_t ns = 0;
    assert_int_equal(timestamp_parse("2012-13-01", 10, &ns), ERR_SYNTAX);
    assert_int_equal(timestamp_parse("1500-01-01", 10, &ns), ERR_RANGE);
    assert_int_equal(days_from_civil(2000, 3, 1), 11017);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_files_get_a_sentence),      cmocka_unit_test(values_arrive_exactly),
        cmocka_unit_test(deltas_wait_for_the_snapshot),  cmocka_unit_test(damaged_files_are_told),
        cmocka_unit_test(decimals_agree_with_num_parse), cmocka_unit_test(times_go_there_and_back),
    };
    return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}

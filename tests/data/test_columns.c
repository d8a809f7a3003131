/* Goal: what goes into a columnar file comes out to the byte, as text and as events, and no damage to it
 * goes unseen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zstd.h>
#include "base/rng.h"
#include "data/transfer.h"

#define FILE_MAX (8u << 20)

static char folder[] = "/tmp/test_columns.XXXXXX";

static const char *path_of(const char *name)
{
    static char path[4][128];
    static int turn;
    char *out = path[turn++ & 3];
    (void)snprintf(out, sizeof path[0], "%s/%s", folder, name);
    return out;
}

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static size_t read_file(const char *path, uint8_t *data)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(data, 1, FILE_MAX, file);
    (void)fclose(file);
    return size;
}

static enum err import_text(const char *text, bool skip_bad, struct import_report *report,
                            struct errtext *detail)
{
    const char *csv = path_of("in.csv"), *twc = path_of("out.twc");
    struct import_config config = { .path = csv, .out = twc, .skip_bad = skip_bad };
    write_file(csv, text, strlen(text));
    return data_import(&config, report, detail);
}

static void assert_exports(const char *text)
{
    static uint8_t back[FILE_MAX];
    struct columns *columns = NULL;
    struct errtext detail = { "" };
    if (columns_open(path_of("out.twc"), &columns, &detail) != OK)
        fail_msg("%s", detail.text);
    FILE *file = fopen(path_of("back.csv"), "w");
    assert_int_equal(data_export(columns, file, NULL, NULL, &detail), OK);
    (void)fclose(file);
    columns_close(columns);
    size_t size = read_file(path_of("back.csv"), back);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(back, text, size);
}

#define BARS "timestamp,open,high,low,close,volume\n"
static const struct {
    const char *name, *text;
} stories[] = {
    { "plain bars", BARS "2020-01-01,1,2,1,1.5,3\n2020-01-02,1,2,1,1,3\n" },
    { "zeros at the end", BARS "2020-01-01,1.0,2.50,1,1.500,3\n2020-01-02,1.10,2,1,1,3\n" },
    { "times with all there is",
      BARS "2020-01-01T00:00:01.250+05:30,1,2,1,1,3\n2020-01-02T00:00:00.000+05:30,1,2,1,1,3\n" },
    { "times written in two ways", BARS "2020-01-01,1,2,1,1,3\n2020-01-02 00:00,1,2,1,1,3\n" },
    { "minutes, and Z", BARS "2020-01-01 00:01Z,1,2,1,1,3\n2020-01-01 00:02Z,1,2,1,1,3\n" },
    { "exponents and noise", BARS "2020-01-01,1e0,2,1,1,3e-5\n2020-01-02,0.31099999999999997,2,"
                                  "0.1,1,3\n" },
    { "columns that nobody knows",
      "ts_ms,note,bid,ask,,x\n1,hello world,1,2,,-0\n2,,1,2,,007\n3,\"q\",1,2,,-5\n" },
    { "empty cells of optional columns", "ts_ms,bid,bid_qty,ask,ask_qty\n1,1,,2,3\n2,1,2.5,2,\n" },
    { "large numbers", "local_ts_ns,price,qty,buyer_is_maker,trade_id\n"
                       "1723161254087891268,61837.63000000,900000000.000000001,1,"
                       "9223372036854775807\n" },
    { "ids beyond int64", "local_ts_ns,price,qty,buyer_is_maker,trade_id\n"
                          "1,1,1,0,18446744073709551615\n2,1,1,true,3\n" },
    { "words", "ts_ms,taker_side,price,qty\n1,buy,1,1\n1,SELL,1,1\n2,Sell,1.25,1\n" },
    { "before 1970",
      BARS "1969-12-31 23:59:59.500000,1,2,1,1,3\n1970-01-01 00:00:00.250000,1,2,1,1,"
           "3\n" },
};

/* Events of the columnar file are those of its CSV, byte by byte. */
static void assert_same_events(void)
{
    struct feed *csv = NULL, *twc = NULL;
    struct errtext detail = { "" };
    const struct event *left = NULL, *right = NULL;
    assert_int_equal(feed_open(path_of("in.csv"), NULL, &csv, &detail), OK);
    if (feed_open(path_of("out.twc"), NULL, &twc, &detail) != OK)
        fail_msg("%s", detail.text);
    enum err err;
    while ((err = feed_next(csv, &left, &detail)) == OK) {
        if (feed_next(twc, &right, &detail) != OK)
            fail_msg("%s", detail.text);
        assert_int_equal(left->length, right->length);
        assert_memory_equal(left, right, left->length);
    }
    assert_int_equal(err, ERR_END);
    assert_int_equal(feed_next(twc, &right, &detail), ERR_END);
    feed_close(csv);
    feed_close(twc);
}

static void everything_comes_back(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) {
        struct import_report report;
        struct errtext detail = { "" };
        print_message("story: %s\n", stories[i].name);
        if (import_text(stories[i].text, false, &report, &detail) != OK)
            fail_msg("%s", detail.text);
        assert_exports(stories[i].text);
        assert_same_events();
    }
}

/* More rows than a block holds, and columns of every type. */
static void blocks_join_without_a_seam(void **unused)
{
    (void)unused;
    static char text[FILE_MAX];
    char *at = stpcpy(text, "ts_ms,bid,ask,free,word\n");
    const char *seed_text = getenv("SEED");
    uint64_t seed = strtoull(seed_text ? seed_text : "42", NULL, 0);
    print_message("SEED=%llu\n", (unsigned long long)seed);
    for (int i = 0; i < 3 * COLUMNS_BLOCK_ROWS + 17; i++)
        at += sprintf(at, "%d,%llu.%0*llu,9,%llx-%d,%s\n", i / 2,
                      (unsigned long long)rng_below(&seed, 1000), 1 + i % 3,
                      (unsigned long long)rng_below(&seed, 10), (unsigned long long)rng_next(&seed),
                      i, i % 5 ? "a" : "");
    struct import_report report;
    struct errtext detail = { "" };
    if (import_text(text, false, &report, &detail) != OK)
        fail_msg("%s", detail.text);
    assert_int_equal(report.rows, 3 * COLUMNS_BLOCK_ROWS + 17);
    assert_exports(text);
    assert_same_events();
}

static void bad_rows_are_told_or_counted(void **unused)
{
    (void)unused;
    static const char text[] = BARS "2020-01-01,1,2,1,1,3\n"
                                    "2020-01-02,NaN,2,1,1,3\n"
                                    "2020-01-04,1,2,1,1,3\n"
                                    "2020-01-03,1,2,1,1,3\n"
                                    "2020-01-05,-1,2,1,1,3\n"
                                    "2020-01-06,1,2,1,1\n"
                                    "2020-01-07,1,2,1,1,3\n";
    struct import_report report;
    struct errtext detail = { "" };
    assert_int_equal(import_text(text, false, &report, &detail), ERR_SYNTAX);
    assert_non_null(strstr(detail.text, "in.csv:3: column 'open' must be a price, not 'NaN'"));
    assert_int_equal(import_text(text, true, &report, &detail), OK);
    assert_int_equal(report.rows, 3);
    assert_int_equal(report.skipped, 4);
    assert_non_null(strstr(report.complaints[1].text, "in.csv:5: time goes backwards"));
    assert_non_null(strstr(report.complaints[2].text, "in.csv:6: column 'open' is negative"));
    assert_exports(BARS "2020-01-01,1,2,1,1,3\n2020-01-04,1,2,1,1,3\n2020-01-07,1,2,1,1,3\n");
    assert_int_equal(import_text(BARS "2020-01-01,x,2,1,1,3\n", true, &report, &detail), ERR_EMPTY);
}

static void the_ledger_knows_what_is_missing(void **unused)
{
    (void)unused;
    static const char text[] = "ts_ms,open,high,low,close\n0,1,1,1,1\n60000,1,1,1,1\n"
                               "180000,1,1,1,1\n240000,1,1,1,1\n600000,1,1,1,1\n";
    const char *csv = path_of("in.csv"), *twc = path_of("out.twc");
    struct import_config config = { .path = csv, .out = twc, .gaps_are = GAP_NO_TRADE };
    struct import_report report;
    struct errtext detail = { "" };
    struct columns *columns = NULL;
    config.missing[config.missing_count++] =
        (struct columns_gap){ .from_ns = INT64_C(300000000000), .to_ns = INT64_C(900000000000) };
    write_file(csv, text, strlen(text));
    assert_int_equal(data_import(&config, &report, &detail), OK);
    assert_int_equal(columns_open(twc, &columns, &detail), OK);
    const struct columns_gap *gap = columns_gaps(columns);
    assert_int_equal(columns_header(columns)->gaps, 2);
    assert_int_equal(gap[0].from_ns, INT64_C(120000000000));
    assert_int_equal(gap[0].bars, 1);
    assert_int_equal(gap[0].kind, GAP_NO_TRADE);
    assert_int_equal(gap[1].bars, 5);
    assert_int_equal(gap[1].kind, GAP_MISSING);
    columns_close(columns);
}

/* Reads everything there is; the first trouble. */
static enum err read_all(const uint8_t *data, size_t size, struct errtext *detail)
{
    struct columns *columns = NULL;
    enum err err = columns_open_memory("file.twc", data, size, &columns, detail);
    if (err != OK)
        return err;
    for (uint32_t block = 0; block < columns_header(columns)->blocks && err == OK; block++)
        for (uint32_t i = 0; i < columns_header(columns)->columns && err == OK; i++) {
            struct columns_chunk chunk;
            err = columns_chunk(columns, i, block, &chunk, detail);
        }
    columns_close(columns);
    return err;
}

static void no_damage_goes_unseen(void **unused)
{
    (void)unused;
    static const char text[] = "ts_ms,taker_side,price,qty,note\n1,buy,1,1,aa\n2,sell,1.25,1,b\n";
    static uint8_t data[FILE_MAX];
    struct import_report report;
    struct errtext detail = { "" };
    assert_int_equal(import_text(text, false, &report, &detail), OK);
    size_t size = read_file(path_of("out.twc"), data);
    assert_int_equal(read_all(data, size, &detail), OK);
    int unseen = 0;
    for (size_t i = 0; i < size; i++) {
        data[i] ^= 0x10;
        unseen += read_all(data, size, &detail) == OK;
        data[i] ^= 0x10;
    }
    /* Only the zeros that fill a chunk up to a multiple of 8 mean nothing. */
    print_message("%d of %zu bytes mean nothing\n", unseen, size);
    assert_true(unseen < 5 * 8);
    for (size_t cut = 0; cut < size; cut += 8)
        assert_int_not_equal(read_all(data, cut, &detail), OK);
    data[8] = COLUMNS_VERSION + 1;
    assert_int_equal(read_all(data, size, &detail), ERR_VERSION);
    assert_non_null(strstr(detail.text, "newer version"));
}

#define READERS 4
static void *read_closes(void *context)
{
    const struct columns *columns = context;
    int64_t *sum = calloc(1, sizeof *sum);
    for (uint32_t block = 0; block < columns_header(columns)->blocks; block++) {
        struct columns_chunk chunk;
        struct errtext detail;
        assert_int_equal(columns_chunk(columns, 1, block, &chunk, &detail), OK);
        for (uint32_t i = 0; i < chunk.count; i++)
            *sum += chunk.values[i];
    }
    return sum;
}

static void workers_share_one_file(void **unused)
{
    (void)unused;
    static char text[FILE_MAX];
    char *at = stpcpy(text, "ts_ms,bid,ask\n");
    int64_t sum = 0;
    for (int i = 0; i < 5 * COLUMNS_BLOCK_ROWS; i++) {
        at += sprintf(at, "%d,%d,100\n", i, i % 97);
        sum += i % 97;
    }
    struct import_report report;
    struct errtext detail = { "" };
    struct columns *columns = NULL;
    pthread_t readers[READERS];
    assert_int_equal(import_text(text, false, &report, &detail), OK);
    assert_int_equal(columns_open(path_of("out.twc"), &columns, &detail), OK);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_closes, columns), 0);
    for (int i = 0; i < READERS; i++) {
        void *got = NULL;
        assert_int_equal(pthread_join(readers[i], &got), 0);
        assert_int_equal(*(int64_t *)got, sum);
        free(got);
    }
    columns_close(columns);
}

static void zstd_files_are_read_and_their_end_is_missed(void **unused)
{
    (void)unused;
    static char text[1 << 20];
    static uint8_t packed[1 << 20];
    char *at = stpcpy(text, "ts_ms,bid,ask\n");
    for (int i = 0; i < 20000; i++)
        at += sprintf(at, "%d,%d.%d,%d\n", i, i * 7919 % 1000, i % 10, 2000 + i % 17);
    size_t size = ZSTD_compress(packed, sizeof packed, text, (size_t)(at - text), 3);
    const char *path = path_of("x.csv.zst"), *out = path_of("out.twc");
    struct import_config config = { .path = path, .out = out };
    struct import_report report;
    struct errtext detail = { "" };
    write_file(path, packed, size);
    assert_int_equal(data_import(&config, &report, &detail), OK);
    assert_int_equal(report.rows, 20000);
    assert_exports(text);
    write_file(path, packed, size / 2);
    assert_int_equal(data_import(&config, &report, &detail), ERR_CORRUPT);
    assert_non_null(strstr(detail.text, "ends too early: it was cut off"));
    packed[size / 2] ^= 0x55;
    packed[size / 2 + 1] ^= 0x55;
    write_file(path, packed, size);
    assert_int_not_equal(data_import(&config, &report, &detail), OK);
    assert_exports(text); /* what was there stays */
}

static int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    static const char *const names[] = { "in.csv", "out.twc", "back.csv", "x.csv.zst" };
    (void)unused;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(path_of(names[i]));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_back),
        cmocka_unit_test(blocks_join_without_a_seam),
        cmocka_unit_test(bad_rows_are_told_or_counted),
        cmocka_unit_test(the_ledger_knows_what_is_missing),
        cmocka_unit_test(no_damage_goes_unseen),
        cmocka_unit_test(workers_share_one_file),
        cmocka_unit_test(zstd_files_are_read_and_their_end_is_missed),
    };
    return cmocka_run_group_tests_name("columns", tests, make_folder, remove_folder);
}

/*
 * Reading 1-minute bars from a columnar file: a column scan, and bars as events of a feed, each from an
 * open file (checksums are verified in the first pass, which is timed apart). One JSON line.
 *
 *     bench_data [rows]
 *
 * Bytes are those of the columns that are read: 48 a bar.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "data/columns.h"
#include "data/feed.h"
#include "data/transfer.h"

#define BAR_BYTES 48
#define PASSES 5

static void fail(const char *what)
{
    fprintf(stderr, "bench_data: %s\n", what);
    exit(1);
}

/* Bars of a made-up market, imported as a user would. */
static void make_file(const char *csv, const char *twc, uint32_t rows)
{
    struct errtext detail = { "" };
    struct instrument instrument = { .id = 1,
                                     .version = 1,
                                     .price_scale = 2,
                                     .qty_scale = 5,
                                     .tick_step = 1,
                                     .lot_step = 1,
                                     .qty_min_lots = 1 };
    struct generator_config config = { .seed = 42,
                                       .start_price = 50000,
                                       .low_price = 5000,
                                       .high_price = 500000,
                                       .volatility = GENERATOR_VOLATILITY,
                                       .trades_per_s = GENERATOR_TRADES_PER_S,
                                       .depth_levels = GENERATOR_DEPTH_LEVELS };
    struct import_config import = { .path = csv, .out = twc };
    struct import_report report;
    struct generator *generator = NULL;
    if (generator_new(&config, &instrument, &generator) != OK ||
        generator_write_history(generator, csv, 60 * NS_PER_S, rows, 60 * NS_PER_S * rows,
                                &detail) != OK ||
        data_import(&import, &report, &detail) != OK)
        fail(detail.text);
    generator_free(generator);
}

static double rate_gb_s(uint64_t bytes, int64_t took_ns) { return (double)bytes / (double)took_ns; }

/* The sum keeps the loads alive. */
static int64_t scan(const struct columns *columns)
{
    struct errtext detail;
    int64_t sum = 0;
    for (uint32_t block = 0; block < columns_header(columns)->blocks; block++)
        for (uint32_t column = 0; column < columns_header(columns)->columns; column++) {
            struct columns_chunk chunk;
            if (columns_chunk(columns, column, block, &chunk, &detail) != OK)
                fail(detail.text);
            for (uint32_t i = 0; i < chunk.count; i++)
                sum += chunk.values[i];
        }
    return sum;
}

static int64_t read_events(const char *path, int64_t *took_ns)
{
    struct feed *feed = NULL;
    struct errtext detail = { "" };
    const struct event *event = NULL;
    int64_t sum = 0, began_ns = clock_monotonic_ns();
    if (feed_open(path, NULL, &feed, &detail) != OK)
        fail(detail.text);
    while (feed_next(feed, &event, &detail) == OK)
        sum += ((const struct bar *)event_body_const(event))->close_ticks;
    feed_close(feed);
    *took_ns = clock_monotonic_ns() - began_ns;
    return sum;
}

int main(int argc, char **argv)
{
    uint32_t rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 2000000;
    char folder[] = "/tmp/bench_data.XXXXXX", csv[64], twc[64];
    struct columns *columns = NULL;
    struct errtext detail = { "" };
    if (rows == 0 || !mkdtemp(folder))
        fail("no rows, or no folder");
    snprintf(csv, sizeof csv, "%s/bars.csv", folder);
    snprintf(twc, sizeof twc, "%s/bars.twc", folder);
    make_file(csv, twc, rows);
    uint64_t bytes = (uint64_t)rows * BAR_BYTES;

    int64_t began_ns = clock_monotonic_ns();
    if (columns_open(twc, &columns, &detail) != OK)
        fail(detail.text);
    int64_t sum = scan(columns), first_ns = clock_monotonic_ns() - began_ns;
    int64_t scan_ns = INT64_MAX, events_ns = INT64_MAX, csv_ns = 0;
    for (int i = 0; i < PASSES; i++) {
        began_ns = clock_monotonic_ns();
        if (scan(columns) != sum)
            fail("two scans differ");
        int64_t took_ns = clock_monotonic_ns() - began_ns;
        scan_ns = took_ns < scan_ns ? took_ns : scan_ns;
    }
    int64_t of_csv = read_events(csv, &csv_ns);
    for (int i = 0; i < PASSES; i++) {
        int64_t took_ns = 0;
        if (read_events(twc, &took_ns) != of_csv)
            fail("the columnar file and its CSV give different bars");
        events_ns = took_ns < events_ns ? took_ns : events_ns;
    }
    printf("{\"engine\":\"data\",\"work\":\"bars-%u\",\"bytes\":%" PRIu64
           ",\"scan_gb_s\":%.2f,\"scan_with_checksums_gb_s\":%.2f,\"events_gb_s\":%.2f,"
           "\"events_ns_per_bar\":%.1f,\"csv_ns_per_bar\":%.1f}\n",
           rows, bytes, rate_gb_s(bytes, scan_ns), rate_gb_s(bytes, first_ns),
           rate_gb_s(bytes, events_ns), (double)events_ns / rows, (double)csv_ns / rows);
    columns_close(columns);
    (void)unlink(csv);
    (void)unlink(twc);
    (void)rmdir(folder);
    return 0;
}

/*
 * data/feed.h - a stream of market-data events from a file, or made by a seeded generator.
 *
 * A layout (how a file's columns are meant) is one file and one row in data/registry.c. A feed
 * gives model events (EVENT_TRADE, EVENT_QUOTE, EVENT_BOOK, EVENT_BAR) with source_ts_ns, in the
 * order of the file, prices and quantities in the instrument's ticks and lots, exactly.
 *
 * source_ts_ns is the time in the file; of recorded streams that is the recorder's, the one clock
 * that its trades, quotes and book share; of a bar it is the bar's end, when it became known. Quote
 * files without quantities give quantity 0 at a price. Book deltas before the snapshot are kept
 * until it comes, those it covers are dropped, and a gap in the ids is an error.
 */
#ifndef DATA_FEED_H
#define DATA_FEED_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/err.h"
#include "model/event.h"
#include "model/instrument.h"

enum feed_kind {
    FEED_NONE = 0,
    FEED_TRADES,
    FEED_QUOTES,
    FEED_BOOK,
    FEED_BARS,
    FEED_ORDERS, /* order by order: no events of a feed (orders_replay.h) */
    FEED_LEVELS  /* a book's levels row by row: only to compare with (orders_replay.h) */
};

struct feed;

struct feed_info {
    enum feed_kind kind;
    const char *layout;             /* name of the row that recognised the file */
    int64_t bar_interval_ns;        /* FEED_BARS: the usual step, else 0 */
    uint8_t price_scale, qty_scale; /* the finest seen in the file: what an instrument needs */
    /* The scales without the noise of binary doubles in the last places (0.31099999999999997), which
     * some sources have; equal to the above for clean files. */
    uint8_t clean_price_scale, clean_qty_scale;
    /* Digits behind the point as the source writes them, zeros at the end too. */
    uint8_t written_price_places, written_qty_places;
    uint64_t rows_total; /* of a columnar file; 0 = not known */
    uint64_t rows;       /* read so far */
    uint64_t cleaned;    /* values whose floating-point noise was taken away so far */
};

/*
 * Opens .csv, .csv.gz, .csv.zst and columnar files (columns.h); the layout is detected from the header
 * line, or named. Scales are found by a first pass over the file. Order-by-order files have no events
 * and are ERR_UNSUPPORTED (orders_replay.h reads them). ERR_NOT_FOUND, ERR_SYNTAX, ERR_CORRUPT, ERR_UNSUPPORTED, each with a
 * sentence that names file, line and what to do.
 */
MUST_USE enum err feed_open(const char *path, const char *layout /* NULL = detect */,
                            struct feed **out, struct errtext *detail);
/* The same from memory (text, not gzip); borrows data until feed_close. `name` is for sentences. */
MUST_USE enum err feed_open_memory(const char *name, const void *data, size_t size_bytes,
                                   const char *layout, struct feed **out, struct errtext *detail);
/* A columnar file from memory, 8-aligned. */
MUST_USE enum err feed_open_columns_memory(const char *name, const void *data, size_t size_bytes,
                                           struct feed **out, struct errtext *detail);
void feed_close(struct feed *feed);
void feed_info(const struct feed *feed, struct feed_info *out);
/* Prices and quantities come in these scales; a value with more digits is ERR_PRECISION, unless the
 * rest is noise of a double (16 or more digits, the first 15 ending in a zero). Before the first
 * feed_next. Default: the finest seen, or the clean scale where the finest does not fit an
 * int64. */
void feed_set_scales(struct feed *feed, uint8_t price_scale, uint8_t qty_scale);

/* The next event, borrowed until the next call. ERR_END at the end; any bad row: an error with
 * file:line and reason, never skipped silently. */
MUST_USE enum err feed_next(struct feed *feed, const struct event **event, struct errtext *detail);

/* The seeded generator of the default paper market: regimes, spread, depth, trades. */
struct generator_config {
    uint64_t seed;
    int64_t start_ns;             /* source time of the first event */
    double start_price;           /* also the mean it reverts to */
    double resume_price;          /* where it goes on after a restart; 0 = start_price */
    double low_price, high_price; /* never left */
    double volatility;            /* of log price per sqrt(second), calm regime */
    double trades_per_s;          /* mean */
    uint32_t depth_levels;        /* book levels a side */
};
/* Sensible values where an instrument says nothing else: about 10 events a second. */
#define GENERATOR_TRADES_PER_S 1.5
#define GENERATOR_VOLATILITY 0.0001
#define GENERATOR_DEPTH_LEVELS 10
#define GENERATOR_DEPTH_MAX 50
#define GENERATOR_HISTORY_MAX 10000000 /* bars */

struct generator;
/* ERR_RANGE when a value makes no sense: bounds not around the start price, less than 100 price
 * steps between them, a rate not in (0, 1000], depth not in 1..GENERATOR_DEPTH_MAX; ERR_MEMORY. */
MUST_USE enum err generator_new(const struct generator_config *config,
                                const struct instrument *instrument, struct generator **out);
void generator_free(struct generator *generator);
/* The next event (quote, book or trade), borrowed until the next call; its source_ts_ns says
 * when. */
const struct event *generator_next(struct generator *generator);
/* Time of the next event without making it. */
int64_t generator_next_ts_ns(const struct generator *generator);
/* `count` finished bars of interval_ns that end at end_ns with the close at which the live stream
 * then goes on: written as CSV rows `ts_ms,open,high,low,close,volume` to path (path.new, then
 * renamed, so that half a file is never seen). Also moves the generator's own state to the last
 * close. Before the first generator_next. ERR_RANGE, ERR_IO, ERR_NO_SPACE, ERR_NOT_FOUND,
 * ERR_DENIED: the price path has moved on, the file at path is what it was. */
MUST_USE enum err generator_write_history(struct generator *generator, const char *path,
                                          int64_t interval_ns, uint32_t count, int64_t end_ns,
                                          struct errtext *detail);
/* The same bars into a stream; the generator's clock stays where it is. ERR_RANGE, ERR_IO. */
MUST_USE enum err generator_print_history(struct generator *generator, FILE *file,
                                          int64_t interval_ns, uint32_t count, int64_t end_ns,
                                          struct errtext *detail);

#endif

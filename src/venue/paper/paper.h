/*
 * venue/paper/paper.h - the paper venue: our own exchange over a market that is made up or replayed.
 *
 * Each instrument has a matching engine (sim) whose street is told by a seeded generator or by a
 * recorded file. The venue keeps nothing across a restart: what rests there is what the engine's rows
 * say rests there, told by restore().
 *
 * Replayed files keep their own time: market time is the file's, at paper.speed times real time.
 */
#ifndef VENUE_PAPER_PAPER_H
#define VENUE_PAPER_PAPER_H
#include "data/feed.h"
#include "venue/venue.h"

#define PAPER_VENUE 1 /* its id in headers and rows */
#define PAPER_INSTRUMENTS_MAX 8
#define PAPER_ORDERS_MAX 16384 /* resting at once, an instrument; one more is rejected */

/* What the paper venue lists: rules, and the made-up market's bounds. */
struct paper_listing {
    const char *symbol, *base, *quote;
    uint8_t price_scale, qty_scale;
    int64_t tick_step, lot_step, qty_min_lots;
    double start_price, low_price, high_price;
};
extern const struct paper_listing paper_listings[];
extern const size_t paper_listing_count;

struct paper_market { /* one instrument, as the engine knows it */
    struct instrument rules;
    int64_t resume_ticks; /* last price before a restart; 0 = none */
    int64_t resume_ns;    /* market time up to which data was taken before; 0 = none */
    const char *history;  /* candle file to make on first start; NULL = none */
};

struct paper_config {
    const struct paper_market *markets; /* borrowed during paper_open */
    size_t market_count;
    uint16_t account;
    uint64_t seed;
    int64_t latency_ns;
    uint64_t first_trade_id;
    const char *file, *layout; /* file NULL = generator; layout NULL = detect */
    size_t file_market;        /* index of the instrument that the file is data of */
    double speed;              /* of the replay; 0 = as fast as possible */
    bool loop;                 /* begin the file again at its end */
    bool tell_books;           /* journal.market: all */
    uint32_t history_bars;     /* one-minute bars */
};

/* now_ns: wall clock. */
MUST_USE enum err paper_open(const struct paper_config *config, const struct venue_host *host,
                             int64_t now_ns, struct venue **out, struct errtext *detail);

extern const struct venue_ops paper_ops;

#endif

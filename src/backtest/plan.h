/*
 * backtest/plan.h - what was asked for, checked against the strategy and the file: everything the run
 * needs to begin. Private to the layer.
 */
#ifndef BACKTEST_PLAN_H
#define BACKTEST_PLAN_H
#include "backtest/backtest.h"
#include "data/feed.h"

#define FEE_BPS_SCALE 5 /* a basis point is 10^-4; rates are kept in 10^-9 */

struct survey { /* of the file, by one pass over it: bad data is refused before anything runs */
    enum feed_kind kind; /* the level of the data: FEED_BARS, FEED_TRADES, FEED_QUOTES, FEED_BOOK */
    uint64_t events;     /* of ticks; their "bars" are slots of time, interval_ns long */
    int64_t slot_ns, last_ns; /* start of the first slot; the last event */
    uint64_t file_bars, cleaned, hash;
    uint64_t warm_first, first, bars; /* first of those that warm; of those that run, how many */
    int64_t first_ns, interval_ns, price_max_ticks;
    uint8_t price_scale, qty_scale;
    enum backtest_time time_form;
    char layout[32];
};
/* The file's numbers are read in scales at least as fine as qty_places and tick_places; with
 * SURVEY_FINER_TICKS prices get two places more than the file has, where there is room: stops that are
 * percentages of a price lie between the ticks. */
#define SURVEY_FINER_TICKS (-2)
MUST_USE enum err survey_make(const struct backtest_config *config, int qty_places, int tick_places,
                              struct survey *out, struct errtext *detail);

struct plan {
    const struct backtest_config *config;
    const struct tw_strategy *strategy;
    struct survey survey;
    struct asset base, quote;
    struct instrument instrument;
    struct strategy_start start;
    i128 cash;
    int64_t fee_e9;
};
MUST_USE enum err plan_make(const struct backtest_config *config, struct plan *out,
                            struct errtext *detail);
/* Fills in what was run: texts, hashes, numbers. */
void plan_describe(const struct plan *plan, struct backtest_result *result);

#endif
